import type { Ending } from './ending.ts';

/** Everybody who waits for the same signal, behind one listener: a listener is the dearest part of waiting. */
class Waiters {
  readonly #rejects = new Set<(reason: unknown) => void>();
  readonly #signal: Ending;
  readonly #onAbort = () => {
    for (const reject of this.#rejects) reject(this.#signal.reason);
    this.#rejects.clear();
  };

  constructor(signal: Ending) {
    this.#signal = signal;
  }

  add(reject: (reason: unknown) => void): void {
    if (this.#rejects.size === 0) this.#signal.addEventListener('abort', this.#onAbort);
    this.#rejects.add(reject);
  }

  delete(reject: (reason: unknown) => void): void {
    if (this.#rejects.delete(reject) && this.#rejects.size === 0) this.#signal.removeEventListener('abort', this.#onAbort);
  }
}

const waiting = new WeakMap<Ending, Waiters>();

function waitersOf(signal: Ending): Waiters {
  const found = waiting.get(signal);
  if (found) return found;
  const fresh = new Waiters(signal);
  waiting.set(signal, fresh);
  return fresh;
}

/** What comes of work, or the signal's reason when that comes first. */
export function untilAborted<T>(work: Promise<T>, signal: Ending): Promise<T> {
  if (signal.aborted) {
    work.catch(() => undefined);
    return Promise.reject(signal.reason as Error);
  }
  const waiters = waitersOf(signal);
  return new Promise((resolve, reject) => {
    waiters.add(reject);
    work.then(
      (it) => {
        waiters.delete(reject);
        resolve(it);
      },
      (cause: unknown) => {
        waiters.delete(reject);
        reject(cause as Error);
      },
    );
  });
}
