import { untilAborted } from '../until-aborted.ts';

/** A question on its way, and who waits for it. */
interface Flight<T> {
  readonly answer: Promise<T>;
  /** Someone more waits; gives back what to call when they go. */
  board(): () => void;
}

/** Keeps one question in flight from being asked twice. */
export class InFlight<T> {
  readonly #flights = new Map<string, Flight<T>>();

  has(question: string): boolean {
    return this.#flights.has(question);
  }

  /**
   * Notes that questions have set out together, each with its answer. `onDeserted` is called when all who waited for any
   * of them have gone.
   */
  depart(answers: ReadonlyMap<string, Promise<T>>, onDeserted: () => void): void {
    let aboard = 0;
    const board = () => {
      aboard++;
      return () => {
        if (--aboard === 0) onDeserted();
      };
    };
    for (const [question, answer] of answers) {
      this.#flights.set(question, { answer, board });
      void answer.finally(() => this.#flights.delete(question));
    }
  }

  /** Waits for a question in flight until the signal aborts; rejects with its reason then. */
  async wait(question: string, signal: AbortSignal): Promise<T> {
    const flight = this.#flights.get(question);
    if (!flight) throw new Error('wait() is for questions that have set out');
    const leave = flight.board();
    try {
      return await untilAborted(flight.answer, signal);
    } finally {
      leave();
    }
  }
}
