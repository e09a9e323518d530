import { LRUCache } from 'lru-cache';
import type { Provenance, Reading } from '../types.ts';
import { type Evictable, type Eviction, hits } from './question.ts';

/** What is remembered of one question: an answer or an absence, never a failure. */
export interface Remembered {
  readonly reading: Exclude<Reading<unknown>, { kind: 'failed' }>;
  readonly provenance: Provenance;
}

interface Entry extends Evictable {
  readonly remembered: Remembered;
}

export interface LocalLimits {
  /** Default 20,000. */
  readonly entries?: number | undefined;
  /** Estimated. Default 64 MiB. */
  readonly bytes?: number | undefined;
}

const MOST_ENTRIES = 20_000;
const MOST_BYTES = 64 * 2 ** 20;

/** The first level: answers in this process, bounded by number and by bytes; the least used go first. */
export class Local {
  readonly #entries: LRUCache<string, Entry>;

  constructor({ entries = MOST_ENTRIES, bytes = MOST_BYTES }: LocalLimits) {
    this.#entries = new LRUCache({ max: entries, maxSize: bytes });
  }

  get(question: string): Remembered | undefined {
    return this.#entries.get(question)?.remembered;
  }

  /** `bytes`: what the answer takes. */
  set(question: string, remembered: Remembered, evictable: Evictable, bytes: number): void {
    const { agency, key, tags } = evictable;
    this.#entries.set(question, { remembered, agency, key, tags }, { size: bytes + 2 * question.length });
  }

  evict(what: Eviction): void {
    // All of them are looked at: evictions are rare, and an index would have to be kept with every answer.
    for (const [question, entry] of this.#entries.entries()) if (hits(what, entry)) this.#entries.delete(question);
  }

  clear(): void {
    this.#entries.clear();
  }
}
