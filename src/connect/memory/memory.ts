import { serialize } from 'node:v8';
import type { Shared } from '../../store/index.ts';
import type { Log } from '../types.ts';
import { Journal, type Mark, type Place } from './journal.ts';
import { Local, type LocalLimits, type Remembered } from './local.ts';
import type { Evictable, Eviction, Question, Wanted } from './question.ts';
import { SharedLevel, type Stored } from './shared-level.ts';

export type { Remembered } from './local.ts';

/** When an agency was asked, in the order of evictions. */
export interface Asked {
  readonly mark: Mark;
  readonly place: Place;
}

/** An answer on its way into the memory. */
export interface Answer {
  readonly text: string;
  readonly question: Question;
  readonly tags: readonly string[];
  readonly remembered: Remembered;
  /** How long it may be of use, in milliseconds. */
  readonly keepMs: number;
  /** {@link Memory.asked} from before the agency was asked: what was evicted since is not remembered. */
  readonly asked: Asked;
}

export interface MemoryOptions extends LocalLimits {
  readonly log: Log;
  /** Without it each process remembers alone. */
  readonly shared?: Shared | undefined;
}

/** Larger answers are not worth their place. */
const LARGEST = 2 ** 20;

/**
 * What agencies said: in this process and, where there is a Redis, in all replicas. After an eviction this process gives
 * none of the old answers, and within a second none that reaches Redis does; an eviction that Redis does not take is
 * repeated until it does.
 */
export class Memory {
  readonly #local: Local;
  readonly #journal = new Journal();
  readonly #shared: SharedLevel | undefined;
  readonly #log: Log;

  constructor(options: MemoryOptions) {
    this.#local = new Local(options);
    this.#log = options.log;
    this.#shared =
      options.shared &&
      new SharedLevel(options.shared, this.#journal, {
        onEvicted: (what) => this.#local.evict(what),
        // What other replicas evicted meanwhile is not known: better to ask again.
        onRestart: () => this.#local.clear(),
      });
  }

  /** What this process remembers. Its age is the caller's to judge. */
  recall(text: string): Remembered | undefined {
    return this.#local.get(text);
  }

  /** Whether there is a second level worth waiting for. */
  get isShared(): boolean {
    return this.#shared?.isReady ?? false;
  }

  /** Brings in what other replicas know. Never rejects; Redis is given 50 ms. */
  async fetch(wanted: readonly Wanted[]): Promise<void> {
    const found = (await this.#shared?.read(wanted)) ?? [];
    for (const { text, question, stored, bytes } of found) {
      const evictable = evictableOf(question, stored.tags);
      if (this.#journal.isEvictedAfter(evictable, stored.place)) continue;
      const mine = this.#local.get(text);
      if (mine && mine.provenance.retrievedAt >= stored.remembered.provenance.retrievedAt) continue;
      this.#local.set(text, stored.remembered, evictable, bytes);
    }
  }

  /** How far evictions have come. */
  get mark(): Mark {
    return this.#journal.mark();
  }

  /** Now, for {@link Answer.asked}. */
  asked(): Asked {
    return { mark: this.#journal.mark(), place: this.#journal.place };
  }

  /** Remembers an answer. Never waits, never throws. */
  remember(answer: Answer): void {
    const { text, question, tags, remembered, keepMs, asked } = answer;
    const evictable = evictableOf(question, tags);
    if (keepMs < 1 || this.#journal.isEvicted(evictable, asked.mark)) return;
    const stored: Stored = { remembered, tags, place: asked.place };
    const bytes = this.#bytesOf(stored);
    if (!bytes || bytes.length > LARGEST) return;
    this.#local.set(text, remembered, evictable, bytes.length);
    this.#shared?.write(text, bytes, keepMs);
  }

  /** Forgets what an eviction means, here at once and in all replicas within a second. */
  async evict(what: Eviction): Promise<void> {
    const placed = this.#journal.note(what);
    this.#local.evict(what);
    await this.#shared?.evict(what, placed);
  }

  close(): void {
    this.#shared?.close();
    this.#local.clear();
  }

  #bytesOf(stored: Stored): Buffer | undefined {
    try {
      return serialize(stored);
    } catch {
      // Not the cause: it may quote the value.
      this.#log.warn({}, 'an answer holds what cannot be remembered (a function or the like)');
      return undefined;
    }
  }
}

const evictableOf = ({ agency, key }: Question, tags: readonly string[]): Evictable => ({ agency, key, tags });
