import type { Call, Waiting } from './types.ts';

/** Why a call was aborted when its time was over. */
export class DeadlineOver extends Error {
  override readonly name = 'DeadlineOver';
}

/** What a deadline shows of itself: an `AbortSignal`, or something lighter that ends in the same way. */
export type Ending = Pick<AbortSignal, 'aborted' | 'reason'> & {
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
};

/** An {@link Ending} without the weight of a signal: every call has several. */
class LightEnding implements Ending {
  #listeners: Set<() => void> | undefined;
  aborted = false;
  reason: unknown;

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners?.delete(listener);
  }

  end(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    for (const listener of this.#listeners ?? []) listener();
  }
}

/** How long a question may take whatever it waits for; ends earlier when nobody waits for it any more. */
export class Patience extends LightEnding {
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number) {
    super();
    this.#timer = setTimeout(() => this.giveUp(), ms);
  }

  giveUp(): void {
    this.over();
    this.end(new DeadlineOver());
  }

  /** The answer is there. */
  over(): void {
    clearTimeout(this.#timer);
  }
}

/** One upstream call with the time it may take: its own limit, or less where whoever asked has gone by then. */
export class TimedCall implements Call {
  readonly caller: Call['caller'];
  readonly traceId: string;
  readonly connector: string;
  readonly agency: string;
  readonly operation: string;
  readonly onStep: Call['onStep'];
  readonly ending = new LightEnding();
  readonly #outer: Ending;
  readonly #timer: NodeJS.Timeout;
  readonly #onOuter = () => this.#end(this.#outer.reason);
  #reject: ((reason: unknown) => void) | undefined;
  #signal: AbortSignal | undefined;

  constructor({ caller, traceId, connector, agency, operation, onStep, signal }: Waiting, ms: number) {
    this.caller = caller;
    this.traceId = traceId;
    this.connector = connector;
    this.agency = agency;
    this.operation = operation;
    this.onStep = onStep;
    this.#outer = signal;
    this.#timer = setTimeout(() => this.#end(new DeadlineOver()), ms);
    if (signal.aborted) this.ending.end(signal.reason);
    else signal.addEventListener('abort', this.#onOuter);
  }

  /** Made for whoever asks for it: most calls end without anybody having looked. */
  get signal(): AbortSignal {
    this.#signal ??= signalOf(this.ending);
    return this.#signal;
  }

  /** What comes of the work, or the reason for which its time ended before. */
  hold<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      if (this.ending.aborted) reject(this.ending.reason);
      work.then(resolve, reject);
    });
  }

  /** The call has ended. */
  over(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener('abort', this.#onOuter);
  }

  #end(reason: unknown): void {
    this.ending.end(reason);
    this.#reject?.(reason);
  }
}

/** When a call ends, without making a signal for it. */
export const endingOf = (call: Pick<Call, 'signal'>): Ending => (call instanceof TimedCall ? call.ending : call.signal);

/** The same as a signal, for those who want nothing else. */
export function signalOf(ending: Ending): AbortSignal {
  if (ending instanceof AbortSignal) return ending;
  const controller = new AbortController();
  if (ending.aborted) controller.abort(ending.reason);
  else ending.addEventListener('abort', () => controller.abort(ending.reason));
  return controller.signal;
}
