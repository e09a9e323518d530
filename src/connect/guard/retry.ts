import type { Ending } from '../../clock/index.ts';
import { AgencyError } from '../errors.ts';
import type { Waiting } from '../types.ts';

const SHARE = 0.1;
const MOST_SAVED = 10;
const MOST_RETRIES = 2;
const BASE_MS = 50;
const LONGEST_WAIT_MS = 2_000;

export interface RetryTools {
  /** 0 to 1, for the jitter. */
  random(): number;
  /** Waits, or rejects when the signal aborts. */
  wait(ms: number, signal: Ending): Promise<void>;
}

const real: RetryTools = {
  random: Math.random,
  wait: (ms, signal) =>
    new Promise((resolve, reject) => {
      const onAbort = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal.addEventListener('abort', onAbort);
    }),
};

/**
 * Asks again where that may help: only for reads and for commands with an idempotency key, only when the agency could
 * not be reached or says when to come back, at most twice, and never more than one call in ten over all calls of a
 * source, so that a dead agency is not hammered by everybody's second attempt.
 */
export class Retry {
  readonly #tools: RetryTools;
  #saved = 0;

  constructor(tools: RetryTools = real) {
    this.#tools = tools;
  }

  /** A call begins: every one saves a share of a second attempt. */
  begin(): void {
    this.#saved = Math.min(MOST_SAVED, this.#saved + SHARE);
  }

  /** After a failed attempt, counted from 0: waits until the next one is to be made, or throws what it failed with. */
  async again(error: unknown, attempt: number, call: Waiting): Promise<void> {
    const wait = this.#waitFor(error, attempt);
    if (wait === undefined || call.signal.aborted) throw error;
    this.#saved -= 1;
    // The time ran out while waiting: what the agency said first is the better answer.
    await this.#tools.wait(wait, call.signal).catch(() => Promise.reject(error));
  }

  /** How long to wait before the next attempt, or undefined when there is to be none. */
  #waitFor(error: unknown, attempt: number): number | undefined {
    if (!(error instanceof AgencyError) || attempt >= MOST_RETRIES || this.#saved < 1) return undefined;
    const jittered = BASE_MS * 2 ** attempt * (0.5 + this.#tools.random());
    if (error.fault === 'UNAVAILABLE') return within(Math.max(jittered, error.retryAfterMs ?? 0));
    return error.fault === 'THROTTLED' && error.retryAfterMs !== undefined ? within(error.retryAfterMs + jittered) : undefined;
  }
}

const within = (ms: number): number | undefined => (ms <= LONGEST_WAIT_MS ? ms : undefined);
