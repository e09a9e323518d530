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

  has(question: string): boolean {
    return this.#flights.has(question);
  }

  /** Questions set out together; whoever sent them lets each answer arrive, by its place. */
  depart(questions: readonly string[], events: VoyageEvents): Voyage<T> {
    const voyage = new Voyage<T>(questions, this.#flights, events);
    for (const question of questions) this.#flights.set(question, { voyage, waiters: [] });
    return voyage;
  }

  /** Waits for a question in flight until the signal aborts; rejects with its reason then. */
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
  voyage: Voyage<T> | undefined;
  /** Whoever waits for the answer, until it comes or their own time is over. */
  waiters: ((answer: T) => void)[];
}

/** Questions that have set out together, and who waits for any of them. */
export class Voyage<T> {
  readonly #questions: readonly string[];
  readonly #flights: Map<string, Flight<T>>;
  readonly #events: VoyageEvents;
  #aboard = 0;
  #underWay: number;

  constructor(questions: readonly string[], flights: Map<string, Flight<T>>, events: VoyageEvents) {
    this.#questions = questions;
    this.#flights = flights;
    this.#events = events;
    this.#underWay = questions.length;
  }

  board(): void {
    this.#aboard++;
  }

  leave(): void {
    if (--this.#aboard === 0 && this.#underWay > 0) this.#events.onDeserted();
  }

  /** The answer to the question at this place is there: whoever waits for it has it, and the next one asks anew. */
  arrive(place: number, answer: T): void {
    const question = this.#questions[place] as string;
    const flight = this.#flights.get(question);
    if (!flight) return;
    const { waiters } = flight;
    this.#flights.delete(question);
    flight.voyage = undefined;
    flight.waiters = [];
    if (--this.#underWay === 0) this.#events.onArrived();
    for (const answered of waiters) answered(answer);
  }
}
