/** The end of something's time. */

/** What a deadline shows of itself: an `AbortSignal`, or something lighter that ends in the same way. */
export type Ending = Pick<AbortSignal, 'aborted' | 'reason'> & {
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
};

type Listener = () => void;

/** Whoever listens for an end: mostly one. */
export class Listeners {
  #first: Listener | undefined;
  #others: Set<Listener> | undefined;

  get isEmpty(): boolean {
    return this.#first === undefined && !this.#others?.size;
  }

  add(listener: Listener): void {
    if (this.#first === undefined) {
      this.#first = listener;
      return;
    }
    this.#others ??= new Set();
    this.#others.add(listener);
  }

  delete(listener: Listener): void {
    if (this.#first === listener) this.#first = undefined;
    else this.#others?.delete(listener);
  }

  /** Listeners that go away meanwhile are not called. */
  call(): void {
    this.#first?.();
    for (const listener of this.#others ?? []) listener();
  }
}

/** An {@link Ending} without the weight of a signal: every call has several. */
export class LightEnding implements Ending {
  #signal: AbortSignal | undefined;
  readonly #listeners = new Listeners();
  aborted = false;
  reason: unknown;

  addEventListener(_type: 'abort', listener: Listener): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: Listener): void {
    this.#listeners.delete(listener);
  }

  end(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.#listeners.call();
  }

  /** The same as a signal, made for whoever asks for it: most end without anybody having looked. */
  get signal(): AbortSignal {
    this.#signal ??= signalOf(this);
    return this.#signal;
  }
}

/** The same as a signal, for those who want nothing else. */
export function signalOf(ending: Ending): AbortSignal {
  if (ending instanceof AbortSignal) return ending;
  const controller = new AbortController();
  if (ending.aborted) controller.abort(ending.reason);
  else ending.addEventListener('abort', () => controller.abort(ending.reason));
  return controller.signal;
}
