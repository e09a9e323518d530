import type { Ending } from '../ending.ts';

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

  /** Waits for a question in flight, of several for the last that set out, until the signal aborts; rejects with its reason then. */
  wait(question: string, signal: Ending): Promise<T> {
    const flight = this.#flights.get(question);
    const voyage = flight?.voyage;
    if (!flight || !voyage) throw new Error('wait() is for questions that have set out');
    voyage.board();
    return new Promise((resolve, reject) => {
      const gaveUp = () => {
        flight.waiters = flight.waiters.filter((waiter) => waiter !== answered);
        signal.removeEventListener('abort', gaveUp);
        voyage.leave();
        reject(signal.reason as Error);
      };
      const answered = (answer: T) => {
        signal.removeEventListener('abort', gaveUp);
        voyage.leave();
        resolve(answer);
      };
      flight.waiters.push(answered);
      if (signal.aborted) gaveUp();
      else signal.addEventListener('abort', gaveUp);
    });
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
  /** Whoever waits for the answer, until it comes or their own time is over. */
  waiters: ((answer: T) => void)[];
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
    const flight: Flight<T> = { question, mark, voyage: this, waiters: [] };
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
    const { question, waiters } = flight;
    if (this.#known.get(question) === flight) this.#known.delete(question);
    flight.voyage = undefined;
    flight.waiters = [];
    if (--this.#underWay === 0) this.#events.onArrived();
    for (const answered of waiters) answered(answer);
  }
}
