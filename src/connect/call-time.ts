import { DeadlineOver } from './transport/translate.ts';
import type { Ending } from './until-aborted.ts';

/** How long a question may take whatever it waits for; ends earlier when nobody waits for it any more. An {@link Ending} without the weight of a signal. */
export class Patience implements Ending {
  readonly #listeners = new Set<() => void>();
  readonly #timer: NodeJS.Timeout;
  aborted = false;
  reason: unknown;

  constructor(ms: number) {
    this.#timer = setTimeout(() => this.end(), ms);
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }

  /** Nobody waits any more, or it took too long. */
  end(): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = new DeadlineOver();
    this.over();
    for (const listener of this.#listeners) listener();
  }

  /** The answer is there. */
  over(): void {
    clearTimeout(this.#timer);
  }
}

/** The time that one upstream call may take: its own limit, or less where whoever asked has gone by then. */
export class CallTime {
  readonly #outer: Ending;
  readonly #own = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #onOuter = () => this.#end(this.#outer.reason);
  #reject: ((reason: unknown) => void) | undefined;
  /** For connectors and transports. */
  readonly signal = this.#own.signal;

  constructor(outer: Ending, ms: number) {
    this.#outer = outer;
    this.#timer = setTimeout(() => this.#end(new DeadlineOver()), ms);
    if (outer.aborted) this.#own.abort(outer.reason);
    else outer.addEventListener('abort', this.#onOuter);
  }

  /** What comes of the work, or the reason for which its time ended before. */
  hold<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      if (this.signal.aborted) reject(this.signal.reason);
      work.then(resolve, reject);
    });
  }

  /** The call has ended. */
  over(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener('abort', this.#onOuter);
  }

  #end(reason: unknown): void {
    this.#own.abort(reason);
    this.#reject?.(reason);
  }
}
