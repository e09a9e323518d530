/** The time that one upstream call may take: its own limit, or less where whoever asked has gone by then. */
export class CallTime {
  readonly #outer: AbortSignal;
  readonly #own = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #onOuter = () => this.#end(this.#outer.reason);
  #reject: ((reason: unknown) => void) | undefined;

  constructor(outer: AbortSignal, ms: number, over: () => Error) {
    this.#outer = outer;
    this.#timer = setTimeout(() => this.#end(over()), ms);
    if (outer.aborted) this.#own.abort(outer.reason);
    else outer.addEventListener('abort', this.#onOuter);
  }

  get signal(): AbortSignal {
    return this.#own.signal;
  }

  /** What comes of the work, or the reason for which its time ended before. */
  hold<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      if (this.signal.aborted) reject(this.signal.reason);
      work().then(resolve, reject);
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
