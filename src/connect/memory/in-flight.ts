import type { Ending } from '../ending.ts';
import { untilAborted } from '../until-aborted.ts';

/** Questions that have set out together, and who waits for any of them. */
class Voyage {
  readonly #events: VoyageEvents;
  #aboard = 0;
  #underWay: number;

  constructor(questions: number, events: VoyageEvents) {
    this.#underWay = questions;
    this.#events = events;
  }

  board(): void {
    this.#aboard++;
  }

  leave(): void {
    if (--this.#aboard === 0 && this.#underWay > 0) this.#events.onDeserted();
  }

  arrive(): void {
    if (--this.#underWay === 0) this.#events.onArrived();
  }
}

interface VoyageEvents {
  /** All who waited have gone, and something is still under way. */
  onDeserted(): void;
  /** All answers are there. */
  onArrived(): void;
}

/** Keeps one question in flight from being asked twice. */
export class InFlight<T> {
  readonly #flights = new Map<string, { readonly answer: Promise<T>; readonly voyage: Voyage }>();

  has(question: string): boolean {
    return this.#flights.has(question);
  }

  /** Notes that questions have set out together, each with its answer. */
  depart(questions: readonly string[], answers: readonly Promise<T>[], events: VoyageEvents): void {
    const voyage = new Voyage(questions.length, events);
    for (const [i, question] of questions.entries()) {
      const answer = answers[i] as Promise<T>;
      this.#flights.set(question, { answer, voyage });
      const arrived = () => {
        this.#flights.delete(question);
        voyage.arrive();
      };
      answer.then(arrived, arrived);
    }
  }

  /** Waits for a question in flight until the signal aborts; rejects with its reason then. */
  wait(question: string, signal: Ending): Promise<T> {
    const flight = this.#flights.get(question);
    if (!flight) throw new Error('wait() is for questions that have set out');
    const { answer, voyage } = flight;
    voyage.board();
    return untilAborted(answer, signal).then(
      (it) => {
        voyage.leave();
        return it;
      },
      (cause: unknown) => {
        voyage.leave();
        throw cause;
      },
    );
  }
}
