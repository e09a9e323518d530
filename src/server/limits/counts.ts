import { LRUCache } from 'lru-cache';
import type { Shared } from '../../store/index.ts';

const MINUTE_MS = 60_000;
/** Of each limit: whoever makes up names for one forces nobody's count out of another. */
const MOST_KNOWN = 20_000;

/** What was counted of somebody under a limit in this minute, here and, as far as Redis has said, at the replicas. */
export interface Count {
  readonly total: number;
  /** Seconds until it begins anew. */
  readonly resetS: number;
  add(units?: number): void;
}

/** Counts by the minute. */
export interface Counts {
  of(limit: string, who: string): Count;
  /** The same where something was counted already: nothing is kept of those who are only asked about. */
  find(limit: string, who: string): Count | undefined;
  /** Learns what replicas have counted so far, once a minute for each; waits 50 ms at most, and without Redis there is nothing to wait for. */
  learn(limit: string, who: string): Promise<void> | undefined;
}

/** Who tells Redis what was counted, some time soon. */
type Tell = (count: Kept) => void;

class Kept implements Count {
  /** With its minute, as replicas name it. */
  readonly full: string;
  readonly minute: number;
  own = 0;
  /** Of `own`, what Redis was told. */
  told = 0;
  /** What replicas have counted, as far as Redis has said. */
  others = 0;
  isTelling = false;
  learnt: Promise<void> | undefined;
  /** When somebody looked last. */
  lookedAt = 0;
  readonly #tell: Tell;

  constructor(full: string, minute: number, tell: Tell) {
    this.full = full;
    this.minute = minute;
    this.#tell = tell;
  }

  get total(): number {
    return this.own + this.others;
  }

  get resetS(): number {
    return Math.ceil(((this.minute + 1) * MINUTE_MS - this.lookedAt) / 1_000);
  }

  add(units = 1): void {
    this.own += units;
    this.#tell(this);
  }
}

/** Whether a count is of the minute of a look; notes the look. */
function isOf(count: Kept, at: number): boolean {
  count.lookedAt = at;
  return count.minute === Math.floor(at / MINUTE_MS);
}

/**
 * Counts in this process and, where there is one, in the Redis that replicas share. Nobody who counts waits for Redis: its
 * answer counts from the next time on, so that replicas together let through a few more than a limit, and one that cannot
 * reach it counts alone. What is counted in one go is told in one command.
 */
export function createCounts(shared: Shared | undefined, now: () => number = Date.now): Counts {
  const limits = new Map<string, LRUCache<string, Kept>>();

  function keptUnder(limit: string): LRUCache<string, Kept> {
    const known = limits.get(limit);
    if (known) return known;
    const fresh = new LRUCache<string, Kept>({ max: MOST_KNOWN });
    limits.set(limit, fresh);
    return fresh;
  }

  // Somebody looks several times in each request, so the clock is read once in each look.
  function find(limit: string, who: string): Kept | undefined {
    const count = limits.get(limit)?.get(who);
    return count && isOf(count, now()) ? count : undefined;
  }

  function of(limit: string, who: string): Kept {
    const at = now();
    const known = limits.get(limit)?.get(who);
    if (known && isOf(known, at)) return known;
    const minute = Math.floor(at / MINUTE_MS);
    const fresh = new Kept(`${minute} ${limit} ${who}`, minute, tell);
    fresh.lookedAt = at;
    keptUnder(limit).set(who, fresh);
    return fresh;
  }

  async function exchange(count: Kept): Promise<void> {
    const told = count.own;
    const units = told - count.told;
    count.told = told;
    const total = await shared?.ask(async (redis) => {
      const key = shared.vault.name('requests', count.full);
      const sum = await redis.incrBy(key, units);
      if (sum === units) await redis.pExpire(key, 2 * MINUTE_MS);
      return sum;
    });
    // What may have been lost is told again: rather counted twice than not at all.
    if (total === undefined) count.told -= units;
    else count.others = Math.max(count.others, Number(total) - told);
  }

  function tell(count: Kept): void {
    if (!shared?.isReady || count.isTelling) return;
    count.isTelling = true;
    setImmediate(() => {
      count.isTelling = false;
      void exchange(count);
    });
  }

  return {
    of,
    find,
    learn(limit, who) {
      if (!shared?.isReady) return undefined;
      const count = of(limit, who);
      count.learnt ??= exchange(count);
      return count.learnt;
    },
  };
}
