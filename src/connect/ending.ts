import { type Ending, LightEnding, Listeners } from '../clock/index.ts';
import type { Call, Waiting } from './types.ts';

/** Why a call was aborted when its time was over. */
export class DeadlineOver extends Error {
  override readonly name = 'DeadlineOver';
}

/** Follows a signal for many listeners behind one of its own, for as long as there are any: on a signal each is dear. */
class Following implements Ending {
  readonly #listeners = new Listeners();
  readonly #signal: AbortSignal;
  readonly #onAbort = () => this.#listeners.call();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  get aborted(): boolean {
    return this.#signal.aborted;
  }

  get reason(): unknown {
    return this.#signal.reason;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    if (this.#listeners.isEmpty) this.#signal.addEventListener('abort', this.#onAbort);
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
    if (this.#listeners.isEmpty) this.#signal.removeEventListener('abort', this.#onAbort);
  }
}

/** The same ending, light to wait for. */
export const lightened = (ending: Ending): Ending => (ending instanceof AbortSignal ? new Following(ending) : ending);

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
  readonly alsoFor: Waiting['alsoFor'];
  readonly ending = new LightEnding();
  readonly #outer: Ending;
  readonly #timer: NodeJS.Timeout;
  readonly #onOuter = () => this.#end(this.#outer.reason);
  #fail: ((cause: unknown) => void) | undefined;
  #isOver = false;

  constructor({ caller, traceId, connector, agency, operation, onStep, alsoFor, signal }: Waiting, ms: number) {
    this.caller = caller;
    this.traceId = traceId;
    this.connector = connector;
    this.agency = agency;
    this.operation = operation;
    this.onStep = onStep;
    this.alsoFor = alsoFor;
    this.#outer = signal;
    this.#timer = setTimeout(() => this.#end(new DeadlineOver()), ms);
    if (signal.aborted) this.ending.end(signal.reason);
    else signal.addEventListener('abort', this.#onOuter);
  }

  get signal(): AbortSignal {
    return this.ending.signal;
  }

  /**
   * What comes of the work, or of the call's time when that is over before. `done` sees it first and may refuse it by
   * throwing; `failed` says with what the call fails.
   */
  hold<T>(work: Promise<T>, done: (it: T) => void, failed: (cause: unknown) => Error): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown) => {
        if (this.#isOver) return;
        this.#over();
        reject(failed(cause));
      };
      this.#fail = fail;
      if (this.ending.aborted) fail(this.ending.reason);
      work.then((it) => {
        if (this.#isOver) return;
        try {
          done(it);
        } catch (cause) {
          return fail(cause);
        }
        this.#over();
        resolve(it);
      }, fail);
    });
  }

  #over(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#outer.removeEventListener('abort', this.#onOuter);
  }

  #end(reason: unknown): void {
    this.ending.end(reason);
    this.#fail?.(reason);
  }
}

/** When a call ends, without making a signal for it. */
export const endingOf = (call: Pick<Call, 'signal'>): Ending => (call instanceof TimedCall ? call.ending : call.signal);
