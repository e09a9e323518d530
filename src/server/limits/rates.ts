import { LRUCache } from 'lru-cache';
import type { Shared } from '../../store/index.ts';

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

const MINUTE_MS = 60_000;
const MOST_KNOWN = 50_000;
const NAMES: Readonly<Record<keyof RateLimits, string>> = {
  perActor: 'actor',
  perWindow: 'window',
  perAddress: 'address',
  refusedPerAddress: 'refused',
};

interface Count {
  own: number;
  /** What replicas counted together, as far as Redis has said. */
  together: number;
}

/**
 * Counts by the minute, in this process and, where there is one, in the Redis that replicas share. Nobody waits for Redis:
 * its answer counts from the next request on, so that replicas together let through a few more than the limit, and one that
 * cannot reach it counts alone.
 */
export function createRates(changes: RateChanges, shared: Shared | undefined, now: () => number = Date.now): Rates {
  const mostOf = (limit: keyof RateLimits): number => changes[limit] ?? USUAL[limit];
  const counts = new LRUCache<string, Count>({ max: MOST_KNOWN });

  function countOf(limit: keyof RateLimits, who: string) {
    const minute = Math.floor(now() / MINUTE_MS);
    const name = `${limit} ${minute} ${who}`;
    const found = counts.get(name) ?? { own: 0, together: 0 };
    counts.set(name, found);
    return { name, count: found, resetS: Math.ceil(((minute + 1) * MINUTE_MS - now()) / 1_000) };
  }

  function mustBeWithin(limit: keyof RateLimits, { own, together }: Count, resetS: number): void {
    if (Math.max(own, together) >= mostOf(limit)) throw new TooOften(NAMES[limit], resetS);
  }

  function tellOthers(name: string, count: Count): void {
    if (!shared?.isReady) return;
    const key = shared.vault.name('requests', name);
    void shared
      .ask(async (redis) => {
        const total = await redis.incr(key);
        if (total === 1) await redis.pExpire(key, 2 * MINUTE_MS);
        return total;
      })
      .then((total) => {
        if (total !== undefined) count.together = Math.max(count.together, Number(total));
      });
  }

  return {
    take(limit, who) {
      const { name, count, resetS } = countOf(limit, who);
      mustBeWithin(limit, count, resetS);
      count.own++;
      tellOthers(name, count);
      return { limit: NAMES[limit], most: mostOf(limit), left: Math.max(0, mostOf(limit) - Math.max(count.own, count.together)), resetS };
    },
    check(limit, who) {
      const { count, resetS } = countOf(limit, who);
      mustBeWithin(limit, count, resetS);
    },
  };
}

/** `RateLimit` and `RateLimit-Policy` as the IETF's draft names them. */
export const rateHeaders = ({ limit, most, left, resetS }: Left): Readonly<Record<string, string>> => ({
  ratelimit: `"${limit}";r=${left};t=${resetS}`,
  'ratelimit-policy': `"${limit}";q=${most};w=60`,
});
