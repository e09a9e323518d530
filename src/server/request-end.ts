/** When the answer to a request is of no use any more: its time is over, or its client has gone. An `AbortSignal` without its weight. */
export class RequestEnd implements Pick<AbortSignal, 'aborted' | 'reason'> {
  readonly #listeners = new Set<() => void>();
  #signal: AbortSignal | undefined;
  aborted = false;
  reason: unknown;

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }

  end(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    for (const listener of this.#listeners) listener();
  }

  /** The same as a signal, made for whoever asks for it: most requests end without anybody having looked. */
  get signal(): AbortSignal {
    this.#signal ??= signalOf(this);
    return this.#signal;
  }
}

function signalOf(ended: RequestEnd): AbortSignal {
  const controller = new AbortController();
  if (ended.aborted) controller.abort(ended.reason);
  else ended.addEventListener('abort', () => controller.abort(ended.reason));
  return controller.signal;
}
