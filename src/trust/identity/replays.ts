import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../clock/index.ts';
import type { Shared } from '../../store/index.ts';

const REMEMBERED = 100_000;

/** What may be used once. */
export interface Replays {
  /** Whether this is the first time that `name` comes; it is remembered for `ms`. */
  isFirst(name: string, ms: number): Promise<boolean>;
}

/**
 * Remembers in this process, and in the Redis that replicas share where there is one. Without it, or while it is away,
 * what one gateway has seen another has not: somebody who holds a kiosk's whole request, token and proof, could send it
 * once more to each other gateway while the proof is fresh, which is two minutes at most. Bounded: beyond 100,000 at once
 * the oldest are forgotten in this process; only who holds a token and the key it is bound to can add any.
 */
export function createReplays(clock: Clock, shared: Shared | undefined): Replays {
  const seen = new LRUCache<string, number>({ max: REMEMBERED });
  return {
    async isFirst(name, ms) {
      const digest = createHash('sha256').update(name).digest('base64');
      if ((seen.get(digest) ?? 0) > clock.now()) return false;
      seen.set(digest, clock.now() + ms);
      if (!shared) return true;
      const key = shared.vault.name('proof of possession', name);
      // Null says that it was there; undefined, that Redis could not be asked.
      return (await shared.ask((redis) => redis.set(key, '1', { condition: 'NX', expiration: { type: 'PX', value: ms } }))) !== null;
    },
  };
}
