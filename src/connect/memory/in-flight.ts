import type { Ending } from '../../clock/index.ts';

interface VoyageEvents {
  /** All who waited have gone, and something is still under way. */
  onDeserted(): void;
  /** All answers are there. */
  onArrived(): void;
}

/** Keeps one question in flight from being asked twice. */
export class InFlight<T> {
  readonly #flights = new Map<string, Flight<T>>();

  /** Whether it is on its way since the mark: nobody joins a call from before it. */
  has(question: string, mark: number): boolean {
    return this.#flights.get(question)?.mark === mark;
  }

  /** Questions set out together; whoever sent them lets each answer arrive, by its place. */
  depart(questions: readonly string[], mark: number, events: VoyageEvents): Voyage<T> {
    const voyage = new Voyage<T>(this.#flights, events);
    for (const question of questions) this.#flights.set(question, voyage.take(question, mark));
    return voyage;
  }

  /**
   * Waits for questions in flight (of several with one name for the last that set out) until all are answered or the signal
   * aborts: what is not there by then is undefined.
   */
  wait(questions: readonly string[], signal: Ending): Promise<readonly (T | undefined)[]> {
    const flights = questions.map((question) => {
      const flight = this.#flights.get(question);
      if (!flight) throw new Error('wait() is for questions that have set out');
      return flight;
    });
    return new Promise((resolve) => new Waiter(flights, signal, resolve));
  }
}

/** Somebody who waits for several answers: one listener and one promise, however many they are. */
class Waiter<T> {
  readonly #flights: readonly Flight<T>[];
  readonly #signal: Ending;
  readonly #resolve: (answers: readonly (T | undefined)[]) => void;
  readonly #answers: (T | undefined)[];
  readonly #onAbort = () => this.#giveUp();
  #missing: number;

  constructor(flights: readonly Flight<T>[], signal: Ending, resolve: (answers: readonly (T | undefined)[]) => void) {
    this.#flights = flights;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#answers = flights.map(() => undefined);
    this.#missing = flights.length;
    for (const [place, { voyage, waiting }] of flights.entries()) {
      voyage?.board();
      waiting.push({ waiter: this, place });
    }
    if (signal.aborted) this.#giveUp();
    else signal.addEventListener('abort', this.#onAbort);
  }

  answered(place: number, answer: T): void {
    this.#answers[place] = answer;
    if (--this.#missing === 0) this.#end();
  }

  #giveUp(): void {
    for (const flight of this.#flights) {
      // What has arrived has nobody waiting.
      if (!flight.voyage) continue;
      flight.waiting = flight.waiting.filter(({ waiter }) => waiter !== this);
      flight.voyage.leave();
    }
    this.#end();
  }

  #end(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#resolve(this.#answers);
  }
}

/**
 * A question on its way. A map whose entries come and go leaves old tables behind, and V8 keeps what they once held until
 * its next full collection: so a flight that has arrived lets go of everything.
 */
interface Flight<T> {
  readonly question: string;
  readonly mark: number;
  voyage: Voyage<T> | undefined;
  /** Whoever waits for the answer, and at which place they want it. */
  waiting: { readonly waiter: Waiter<T>; readonly place: number }[];
}

/** Questions that have set out together, and who waits for any of them. */
export class Voyage<T> {
  readonly #flights: Flight<T>[] = [];
  readonly #known: Map<string, Flight<T>>;
  readonly #events: VoyageEvents;
  #aboard = 0;
  #underWay = 0;

  constructor(known: Map<string, Flight<T>>, events: VoyageEvents) {
    this.#known = known;
    this.#events = events;
  }

  take(question: string, mark: number): Flight<T> {
    const flight: Flight<T> = { question, mark, voyage: this, waiting: [] };
    this.#flights.push(flight);
    this.#underWay++;
    return flight;
  }

  board(): void {
    this.#aboard++;
  }

  leave(): void {
    if (--this.#aboard === 0 && this.#underWay > 0) this.#events.onDeserted();
  }

  /** The answer to the question at this place is there: whoever waits for it has it, and the next one asks anew. */
  arrive(place: number, answer: T): void {
    const flight = this.#flights[place] as Flight<T>;
    const { question, waiting } = flight;
    if (this.#known.get(question) === flight) this.#known.delete(question);
    flight.voyage = undefined;
    flight.waiting = [];
    if (--this.#underWay === 0) this.#events.onArrived();
    for (const { waiter, place: wanted } of waiting) {
      this.leave();
      waiter.answered(wanted, answer);
    }
  }
}
