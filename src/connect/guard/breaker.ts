import type { Clock } from '../../clock/index.ts';
import { AgencyError, type AgencyFault } from '../errors.ts';
import type { Waiting } from '../types.ts';
import { SlidingCount } from '../watch/sliding-count.ts';

const WINDOW_MS = 10_000;
const SLICES = 20;
const OPEN_MS = 10_000;
const MIN_CALLS = 10;
const OPEN_ABOVE = 0.5;

/** Failures that say the agency is unwell. A refused question, an ambiguous record or a wrong credential does not. */
const UNWELL: readonly AgencyFault[] = ['UNAVAILABLE', 'TIMEOUT', 'PROTOCOL', 'THROTTLED'];

/** `closed`: calls pass. `open`: none pass. `half-open`: one probe is on its way. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/**
 * Stops asking a source that is unwell: opens above 50 % failures of at least 10 calls in 10 s, lets one probe through
 * after 10 s, closes when that succeeds. Our own and not a library's, because it must run on the injected clock.
 */
export class Breaker {
  readonly #clock: Clock;
  readonly #longEnoughMs: number;
  readonly #calls = new SlidingCount(WINDOW_MS, SLICES);
  #openUntil = 0;
  #isOpen = false;
  #probing = false;

  /** A call that its caller gave up counts when it had lasted `longEnoughMs`: by then the agency was slow, not the caller hasty. */
  constructor(clock: Clock, longEnoughMs = Number.POSITIVE_INFINITY) {
    this.#clock = clock;
    this.#longEnoughMs = longEnoughMs;
  }

  get state(): BreakerState {
    if (!this.#isOpen) return 'closed';
    return this.#probing ? 'half-open' : 'open';
  }

  /** Lets a call pass, or throws `UNAVAILABLE` with the time until the next probe. Whoever passes says what came of it. */
  enter(call: Waiting): void {
    if (!this.#isOpen) return;
    const now = this.#clock.now();
    if (this.#probing || now < this.#openUntil) {
      const retryAfterMs = Math.max(0, this.#openUntil - now);
      throw new AgencyError(call, 'UNAVAILABLE', { retryAfterMs, private: { reason: 'breaker open' } });
    }
    this.#probing = true;
  }

  /** A call ended with an answer, and the fault of all of it, if there was one. */
  answered(fault: AgencyFault | undefined): void {
    this.#note(fault);
  }

  /** A call that began at `started`, by `performance.now()`, was thrown out of. */
  failed(error: unknown, call: Waiting, started: number): void {
    // A call whose caller has gone early, or that was held back here, says nothing; it only gives the probe back.
    const isGivenUp = call.signal.aborted && performance.now() - started < this.#longEnoughMs;
    if (error instanceof AgencyError && !error.isOurs && !isGivenUp) this.#note(error.fault);
    else this.#probing = false;
  }

  #note(fault: AgencyFault | undefined): void {
    const unwell = fault !== undefined && UNWELL.includes(fault);
    if (this.#isOpen) this.#probed(unwell);
    else this.#counted(unwell);
  }

  #probed(unwell: boolean): void {
    // Calls that were on their way when it opened end here too; only the probe decides.
    if (!this.#probing) return;
    this.#probing = false;
    if (unwell) this.#open();
    else this.#isOpen = false;
  }

  #counted(unwell: boolean): void {
    const now = this.#clock.now();
    this.#calls.note(now, unwell);
    const { all, failed } = this.#calls.read(now);
    if (all >= MIN_CALLS && failed / all > OPEN_ABOVE) this.#open();
  }

  #open(): void {
    this.#isOpen = true;
    this.#openUntil = this.#clock.now() + OPEN_MS;
    this.#calls.clear();
  }
}
