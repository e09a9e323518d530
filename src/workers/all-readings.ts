import { addedUp, countsIn, type Readings } from '../connect/index.ts';

/**
 * What all workers have counted. One that is too busy to answer is shown as it last was, and what one had counted that is
 * gone stays counted: a sum that falls looks like a restart to Prometheus, which then counts everything again.
 */
export class AllReadings {
  readonly #last = new Map<number, Readings>();
  #gone: Promise<Readings> = Promise.resolve([]);

  /** Notes what a worker says now; undefined where it says nothing. */
  note(worker: number, readings: Readings | undefined): void {
    if (readings) this.#last.set(worker, readings);
  }

  /** A worker has ended. */
  leave(worker: number): void {
    const last = this.#last.get(worker);
    if (!last) return;
    this.#last.delete(worker);
    this.#gone = this.#gone.then((gone) => addedUp([gone, countsIn(last)]));
  }

  async all(): Promise<readonly Readings[]> {
    return [...this.#last.values(), await this.#gone];
  }
}
