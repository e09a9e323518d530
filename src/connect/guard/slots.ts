import { AgencyError } from '../errors.ts';
import type { Call } from '../types.ts';

/**
 * Places for calls to one source: `concurrency` at the same time, `queue` waiting, the next one refused at once.
 * A caller that gives up while it waits leaves the queue.
 */
export class Slots {
  readonly #concurrency: number;
  readonly #queue: number;
  readonly #waiting = new Set<() => void>();
  #taken = 0;

  constructor(concurrency: number, queue: number) {
    this.#concurrency = concurrency;
    this.#queue = queue;
  }

  /** Runs `work` as soon as there is a place. Throws `THROTTLED` when the queue is full. */
  async run<T>(call: Call, work: () => Promise<T>): Promise<T> {
    if (this.#taken < this.#concurrency) this.#taken++;
    else await this.#wait(call);
    try {
      return await work();
    } finally {
      this.#release();
    }
  }

  #wait(call: Call): Promise<void> {
    call.signal.throwIfAborted();
    if (this.#waiting.size >= this.#queue)
      throw new AgencyError(call, 'THROTTLED', { retryAfterMs: 1_000, private: { reason: 'queue full' } });
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(go);
        reject(call.signal.reason);
      };
      const go = () => {
        call.signal.removeEventListener('abort', leave);
        resolve();
      };
      this.#waiting.add(go);
      call.signal.addEventListener('abort', leave, { once: true });
    });
  }

  /** A place that is given up goes straight to the one that waits longest. */
  #release(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#taken--;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
