import type { Clock } from '../../clock/index.ts';
import type { Shared } from '../../store/index.ts';
import { AgencyError } from '../errors.ts';
import type { Waiting } from '../types.ts';
import { Counter, type Limits, type Verdict } from './counter.ts';
import { SharedCounter } from './shared-counter.ts';

export interface QuotaOptions {
  readonly connector: string;
  readonly agency: string;
  readonly limits: Limits;
  readonly clock: Clock;
  /** Without it every replica counts alone. */
  readonly shared?: Shared | undefined;
}

/**
 * What an agency allows per second and per day, counted by all replicas together through Redis. Without Redis, or while
 * it cannot be reached, each replica counts alone, from what was last counted together: n replicas may then ask up to n
 * times what is left. Better that the agency refuses than that the hall stands still.
 */
export class Quota {
  readonly #options: QuotaOptions;
  readonly #alone: Counter;
  readonly #together: SharedCounter | undefined;

  /** Throws a `TypeError` when a limit is no whole number above 0. */
  constructor(options: QuotaOptions) {
    const { limits, shared } = options;
    for (const name of ['perSecond', 'perDay'] as const) checkLimit(name, limits[name]);
    this.#options = options;
    this.#alone = new Counter(limits);
    this.#together = shared && new SharedCounter(shared, options, limits);
  }

  /** Calls left today, as far as known here; undefined without a daily limit. */
  left(): number | undefined {
    const { perDay } = this.#options.limits;
    return perDay === undefined ? undefined : Math.max(0, perDay - this.#alone.today(this.#options.clock.now()));
  }

  /** Counts one call, at once or when Redis has said. Throws `THROTTLED` when the agency's quota is used up. */
  take(call: Waiting): Promise<void> | undefined {
    const { limits, clock } = this.#options;
    if (limits.perSecond === undefined && limits.perDay === undefined) return undefined;
    const now = clock.now();
    if (this.#together) return this.#takeTogether(now).then((verdict) => mustBeCounted(call, verdict ?? this.#alone.take(now)));
    mustBeCounted(call, this.#alone.take(now));
    return undefined;
  }

  /** Undefined when Redis cannot be asked. */
  async #takeTogether(now: number): Promise<Verdict | undefined> {
    const verdict = await this.#together?.take(now, this.#alone.today(now));
    if (verdict) this.#alone.note(now, verdict.today);
    return verdict;
  }
}

function mustBeCounted(call: Waiting, verdict: Verdict): void {
  if (verdict.counted) return;
  const { waitMs: retryAfterMs, today } = verdict;
  throw new AgencyError(call, 'THROTTLED', { retryAfterMs, isOurs: true, private: { reason: 'quota used up', today } });
}

function checkLimit(name: string, limit: number | undefined): void {
  if (limit === undefined || (Number.isSafeInteger(limit) && limit > 0)) return;
  throw new TypeError(`policy.${name} must be a whole number above 0 (calls the agency allows), got ${limit}`);
}
