import { LRUCache } from 'lru-cache';
import type { Counts } from './counts.ts';
import type { Left } from './rates.ts';

/** What may be read of persons in a minute. */
export interface PersonLimits {
  /** Sections of persons that one caller reads. */
  readonly perCaller: number;
  /** Sections that all callers together read of one person. */
  readonly perPerson: number;
  /** Different persons that one caller reads of. */
  readonly different: number;
}

/** Which limit has no room, and after how many milliseconds there is some again. */
export interface Spent {
  readonly limit: string;
  readonly retryAfterMs: number;
}

/** Keeps people from being counted through: every section of a person costs one. */
export interface PersonBudget {
  /** Counts a section of a person, named by their key; without one a search, which may show anybody. Counts nothing where there is no room. */
  spend(actor: string, person: string | undefined): Spent | undefined;
  /** What is left to a caller who has read of persons in this minute. */
  left(actor: string): readonly Left[];
  /** Learns what the caller has read at other replicas; undefined where there is nothing to wait for. */
  learn(actor: string): Promise<unknown> | undefined;
}

const NAMES: Readonly<Record<keyof PersonLimits, string>> = { perCaller: 'persons', perPerson: 'person', different: 'different-persons' };
/** Limits of one caller, whoever they read of. */
const OF_CALLERS = ['perCaller', 'different'] as const;
const MINUTE_MS = 60_000;
const MOST_PAIRS = 100_000;

export function personBudget(limits: PersonLimits, counts: Counts, now: () => number = Date.now): PersonBudget {
  /** Who was counted as different in a minute: of several replicas each counts a person once. */
  const pairs = new LRUCache<string, true>({ max: MOST_PAIRS });

  /** What a look counts under: the caller's sections, the person's, and the person where they are new to the caller. */
  function costs(person: string | undefined, pair: string): readonly (keyof PersonLimits)[] {
    if (person === undefined) return ['perCaller'];
    return pairs.has(pair) ? ['perCaller', 'perPerson'] : ['perCaller', 'perPerson', 'different'];
  }

  return {
    spend(actor, person) {
      const pair = `${Math.floor(now() / MINUTE_MS)} ${actor} ${person}`;
      const all = costs(person, pair).map((limit) => ({
        limit,
        count: counts.of(limit, limit === 'perPerson' ? (person ?? '') : actor),
      }));
      const full = all.find(({ limit, count }) => count.total >= limits[limit]);
      if (full) return { limit: NAMES[full.limit], retryAfterMs: full.count.resetS * 1_000 };
      for (const { count } of all) count.add();
      pairs.set(pair, true);
      return undefined;
    },
    left(actor) {
      const all: Left[] = [];
      for (const limit of OF_CALLERS) {
        const { total = 0, resetS = 0 } = counts.find(limit, actor) ?? {};
        if (total > 0) all.push({ limit: NAMES[limit], most: limits[limit], left: Math.max(0, limits[limit] - total), resetS });
      }
      return all;
    },
    learn(actor) {
      const learning = OF_CALLERS.flatMap((limit) => counts.learn(limit, actor) ?? []);
      return learning.length > 0 ? Promise.all(learning) : undefined;
    },
  };
}
