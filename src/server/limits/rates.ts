import type { Count, Counts } from './counts.ts';

/** Requests a minute. */
export interface RateLimits {
  readonly perActor: number;
  readonly perWindow: number;
  readonly perAddress: number;
  /** Of one address, requests whose token was not accepted. */
  readonly refusedPerAddress: number;
}

/** Whoever asked too often. `name` is the limit's. */
export class TooOften extends Error {
  override readonly name = 'TooOften';
  readonly limit: string;
  readonly retryAfterS: number;

  constructor(limit: string, retryAfterS: number) {
    super(`too many requests (${limit}): ask again in ${retryAfterS} s`);
    this.limit = limit;
    this.retryAfterS = retryAfterS;
  }
}

/** What is left of a limit, for the headers of an answer. */
export interface Left {
  readonly limit: string;
  readonly most: number;
  readonly left: number;
  readonly resetS: number;
}

export interface Rates {
  /** Counts a request under a limit. Throws {@link TooOften}. */
  take(limit: keyof RateLimits, who: string): Left;
  /** The same without counting. */
  check(limit: keyof RateLimits, who: string): void;
}

/** A counter front-end asks a few a second; a hall behind a proxy that is not trusted shares one address. */
const USUAL: RateLimits = { perActor: 3_000, perWindow: 6_000, perAddress: 60_000, refusedPerAddress: 120 };

/** Limits that differ from the usual ones. */
export type RateChanges = { readonly [Limit in keyof RateLimits]?: number | undefined };

const NAMES: Readonly<Record<keyof RateLimits, string>> = {
  perActor: 'actor',
  perWindow: 'window',
  perAddress: 'address',
  refusedPerAddress: 'refused',
};

/** Limits of requests over counts that replicas share. */
export function createRates(changes: RateChanges, counts: Counts): Rates {
  const most: RateLimits = { ...USUAL, ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) };

  function within(limit: keyof RateLimits, count: Count): void {
    if (count.total >= most[limit]) throw new TooOften(NAMES[limit], count.resetS);
  }

  return {
    take(limit, who) {
      const count = counts.of(limit, who);
      within(limit, count);
      count.add();
      return { limit: NAMES[limit], most: most[limit], left: Math.max(0, most[limit] - count.total), resetS: count.resetS };
    },
    check: (limit, who) => within(limit, counts.of(limit, who)),
  };
}

/** `RateLimit` and `RateLimit-Policy` as the IETF's draft names them: every limit that the answer was counted under. */
export function rateHeaders(all: readonly Left[]): Readonly<Record<'ratelimit' | 'ratelimit-policy', string>> {
  let [ratelimit, policy] = ['', ''];
  for (const { limit, most, left, resetS } of all) {
    ratelimit += `${ratelimit && ', '}"${limit}";r=${left};t=${resetS}`;
    policy += `${policy && ', '}"${limit}";q=${most};w=60`;
  }
  return { ratelimit, 'ratelimit-policy': policy };
}
