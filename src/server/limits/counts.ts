import { LRUCache } from 'lru-cache';
import type { Shared } from '../../store/index.ts';

const MINUTE_MS = 60_000;
const MOST_KNOWN = 50_000;

/** What was counted under a name in this minute, here and, as far as Redis has said, at the replicas. */
export interface Count {
  readonly total: number;
  /** Seconds until it begins anew. */
  readonly resetS: number;
  add(units?: number): void;
}

/** Counts by the minute. */
export interface Counts {
  of(name: string): Count;
  /** What replicas have counted so far, asked once a minute for each name; waits 50 ms at most, and for nothing without Redis. */
  learn(name: string): Promise<void>;
}

interface Kept {
  own: number;
  /** Of `own`, what Redis was told. */
  told: number;
  /** What replicas have counted, as far as Redis has said. */
  others: number;
  isTelling: boolean;
  learnt: Promise<void> | undefined;
}

/**
 * Counts in this process and, where there is one, in the Redis that replicas share. Nobody who counts waits for Redis: its
 * answer counts from the next time on, so that replicas together let through a few more than a limit, and one that cannot
 * reach it counts alone. What is counted in one go is told in one command.
 */
export function createCounts(shared: Shared | undefined, now: () => number = Date.now): Counts {
  const kept = new LRUCache<string, Kept>({ max: MOST_KNOWN });

  function keptOf(name: string) {
    const minute = Math.floor(now() / MINUTE_MS);
    const full = `${minute} ${name}`;
    const found = kept.get(full) ?? { own: 0, told: 0, others: 0, isTelling: false, learnt: undefined };
    kept.set(full, found);
    return { full, count: found, resetS: Math.ceil(((minute + 1) * MINUTE_MS - now()) / 1_000) };
  }

  async function exchange(full: string, count: Kept): Promise<void> {
    const told = count.own;
    const units = told - count.told;
    count.told = told;
    const total = await shared?.ask(async (redis) => {
      const key = shared.vault.name('requests', full);
      const sum = await redis.incrBy(key, units);
      if (sum === units) await redis.pExpire(key, 2 * MINUTE_MS);
      return sum;
    });
    // What may have been lost is told again: rather counted twice than not at all.
    if (total === undefined) count.told -= units;
    else count.others = Math.max(count.others, Number(total) - told);
  }

  function tell(full: string, count: Kept): void {
    if (!shared?.isReady || count.isTelling) return;
    count.isTelling = true;
    setImmediate(() => {
      count.isTelling = false;
      void exchange(full, count);
    });
  }

  return {
    of(name) {
      const { full, count, resetS } = keptOf(name);
      return {
        total: count.own + count.others,
        resetS,
        add(units = 1) {
          count.own += units;
          tell(full, count);
        },
      };
    },
    async learn(name) {
      const { full, count } = keptOf(name);
      if (!shared?.isReady) return;
      count.learnt ??= exchange(full, count);
      await count.learnt;
    },
  };
}
