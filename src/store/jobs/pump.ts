import { setTimeout as delay } from 'node:timers/promises';
import type { Job } from './queues.ts';

/** How long a pump waits when there was nothing to do; a commit anywhere wakes it earlier. */
const IDLE_MS = 1_000;

export interface PumpOptions {
  readonly places: number;
  fetch(most: number): Promise<readonly Job<object>[]>;
  /** Never rejects for what a job did wrong; only where the database cannot be told. */
  run(job: Job<object>): Promise<void>;
  onError(error: unknown): void;
}

/** Keeps as many jobs running as there are places: a slow one holds up itself alone. */
export class Pump {
  readonly #options: PumpOptions;
  readonly #running = new Set<Promise<void>>();
  readonly #stopped = new AbortController();
  #wake = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(options: PumpOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop ??= this.#pump();
  }

  wake(): void {
    this.#wake.abort();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.wake();
    await this.#loop;
    await Promise.allSettled(this.#running);
  }

  async #pump(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      this.#wake = new AbortController();
      const free = this.#options.places - this.#running.size;
      const fetched = free > 0 ? await this.#fetched(free) : 0;
      // A full catch says that there may be more.
      if (free > 0 && fetched === free) continue;
      await this.#idle();
    }
  }

  async #fetched(most: number): Promise<number> {
    try {
      const jobs = await this.#options.fetch(most);
      for (const job of jobs) this.#begin(job);
      return jobs.length;
    } catch (error) {
      this.#options.onError(error);
      return 0;
    }
  }

  #begin(job: Job<object>): void {
    const running = this.#options
      .run(job)
      .catch((error: unknown) => this.#options.onError(error))
      .finally(() => {
        this.#running.delete(running);
        this.wake();
      });
    this.#running.add(running);
  }

  async #idle(): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    await delay(IDLE_MS, undefined, { signal: this.#wake.signal, ref: false }).catch(() => {});
  }
}
