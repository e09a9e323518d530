import { randomBytes } from 'node:crypto';
import { deserialize } from 'node:v8';
import type { RedisClient, Shared } from '../../store/index.ts';
import { type Journal, MOST_EVICTIONS, type Place } from './journal.ts';
import type { Remembered } from './local.ts';
import type { Eviction, Wanted } from './question.ts';

/** How often the shared journal is read: an eviction reaches the other replicas in about this time. */
const READ_MS = 400;
/** Longer than any answer is kept. */
const JOURNAL_MS = 8 * 86_400_000;
const LONGEST_KEPT_MS = 7 * 86_400_000;
/** A change to what the values hold changes this: old values are then asked again. */
const FORMAT = '1';
const BEGINNING = '-';
/** Askers whose names go out in one command: Redis answers nobody else meanwhile. */
const MOST_AT_ONCE = 100;

/** An answer as it lies in Redis. */
export interface Stored {
  readonly remembered: Remembered;
  readonly tags: readonly string[];
  /** How far its writer knew the shared journal when it asked the agency. */
  readonly place: Place;
}

export interface Found extends Wanted {
  readonly stored: Stored;
  readonly bytes: number;
}

/** As many as names were asked for; undefined when Redis did not answer in time. */
type Values = readonly (Buffer | null)[] | undefined;

/** Names that somebody wants the values of. */
interface Asker {
  readonly names: readonly string[];
  resolve(values: Values): void;
}

interface Listeners {
  onEvicted(what: Eviction): void;
  /** Redis lost what it held. */
  onRestart(): void;
}

/**
 * The second level: answers in Redis, and the journal of evictions that keeps replicas from giving what one of them has
 * evicted. Answers are named with the epoch, which a flush and a restart end: a server that comes back with an old dump
 * brings back no answer.
 */
export class SharedLevel {
  readonly #shared: Shared;
  readonly #journal: Journal;
  readonly #listeners: Listeners;
  readonly #unsent = new Map<Eviction, (place: Place) => void>();
  readonly #timer: NodeJS.Timeout;
  readonly #names: { readonly epoch: string; readonly journal: string };
  #epoch: string | undefined;
  #wanted: Asker[] = [];

  constructor(shared: Shared, journal: Journal, listeners: Listeners) {
    this.#shared = shared;
    this.#journal = journal;
    this.#listeners = listeners;
    this.#names = { epoch: shared.vault.name('memory', `epoch ${FORMAT}`), journal: shared.vault.name('memory', `journal ${FORMAT}`) };
    this.#timer = setInterval(() => void this.#catchUp(), READ_MS).unref();
    void this.#catchUp();
  }

  get isReady(): boolean {
    return this.#epoch !== undefined && this.#shared.isReady;
  }

  /** Those of the wanted answers that Redis holds. */
  async read(wanted: readonly Wanted[]): Promise<readonly Found[]> {
    if (!this.isReady || wanted.length === 0) return [];
    const names = wanted.map(({ text }) => this.#nameOf(text));
    const values = await this.#valuesOf(names);
    return wanted.flatMap((each, i) => {
      const bytes = this.#opened(names[i], values?.[i]);
      const stored = bytes && storedIn(bytes);
      return stored ? [{ ...each, stored, bytes: bytes.length }] : [];
    });
  }

  /** What all requests want to know in one turn of the loop is one command: a command costs more than what it asks for. */
  #valuesOf(names: readonly string[]): Promise<Values> {
    return new Promise((resolve) => {
      if (this.#wanted.length === 0) setImmediate(() => this.#ask());
      this.#wanted.push({ names, resolve });
    });
  }

  #ask(): void {
    const wanted = this.#wanted;
    this.#wanted = [];
    for (let from = 0; from < wanted.length; from += MOST_AT_ONCE) void this.#askFor(wanted.slice(from, from + MOST_AT_ONCE));
  }

  async #askFor(wanted: readonly Asker[]): Promise<void> {
    const names = wanted.flatMap((each) => each.names);
    const values = (await this.#shared.ask((redis) => redis.mGet(names))) as Values;
    let at = 0;
    for (const { names: own, resolve } of wanted) {
      resolve(values?.slice(at, at + own.length));
      at += own.length;
    }
  }

  write(text: string, bytes: Buffer, keepMs: number): void {
    if (!this.isReady) return;
    const name = this.#nameOf(text);
    const expiration = { type: 'PX', value: Math.ceil(Math.min(keepMs, LONGEST_KEPT_MS)) } as const;
    void this.#shared.ask((redis) => redis.set(name, this.#shared.vault.seal(name, bytes), { expiration }));
  }

  async evict(what: Eviction, placed: (place: Place) => void): Promise<void> {
    this.#unsent.set(what, placed);
    await this.#send();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Sends what Redis has not taken yet, in order. */
  async #send(): Promise<void> {
    for (const [what, placed] of this.#unsent) {
      const place = await this.#shared.ask((redis) => this.#written(redis, what));
      if (place === undefined) return;
      placed(place);
      this.#unsent.delete(what);
    }
  }

  async #written(redis: RedisClient, what: Eviction): Promise<Place> {
    const { journal } = this.#names;
    const sealed = this.#shared.vault.seal(journal, JSON.stringify(what));
    const trim = { strategy: 'MAXLEN', strategyModifier: '~', threshold: MOST_EVICTIONS } as const;
    const place = await redis.xAdd(journal, '*', { '': sealed }, { TRIM: trim });
    void redis.pExpire(journal, JOURNAL_MS).catch(() => {});
    return String(place);
  }

  /** Learns the epoch and the evictions of all replicas. */
  async #catchUp(): Promise<void> {
    await this.#send();
    const run = this.#shared.run();
    const epoch = await this.#shared.ask((redis) => this.#agreed(redis));
    if (!epoch || !run) return;
    if (this.#epoch !== `${run} ${epoch}`) this.#begin(`${run} ${epoch}`);
    const from = this.#journal.place ? `(${this.#journal.place}` : BEGINNING;
    const entries = await this.#shared.ask((redis) => redis.xRange(this.#names.journal, from, '+'));
    for (const { id, message } of entries ?? []) this.#learn(String(id), Object.values(message)[0] as Buffer);
  }

  #begin(epoch: string): void {
    const isFirst = this.#epoch === undefined;
    this.#epoch = epoch;
    this.#journal.restart();
    if (!isFirst) this.#listeners.onRestart();
  }

  /** The epoch of this Redis; the first who finds none sets it. */
  async #agreed(redis: RedisClient): Promise<string | undefined> {
    const { epoch } = this.#names;
    const mine = randomBytes(16).toString('base64url');
    // Not as one transaction: the client gives texts there, and these are bytes.
    await redis.set(epoch, this.#shared.vault.seal(epoch, mine), { condition: 'NX' });
    const sealed = await redis.get(epoch);
    return this.#opened(epoch, sealed as Buffer | null)?.toString();
  }

  #learn(place: Place, sealed: Buffer): void {
    const text = this.#opened(this.#names.journal, sealed)?.toString();
    // Unreadable: of another key. Places move on all the same.
    const what = text === undefined ? undefined : (JSON.parse(text) as Eviction);
    if (this.#journal.learn(what ?? { tag: '' }, place) && what) this.#listeners.onEvicted(what);
  }

  #nameOf(text: string): string {
    return this.#shared.vault.rareName('memory', `${this.#epoch} ${text}`);
  }

  #opened(name: string | undefined, sealed: Buffer | null | undefined): Buffer | undefined {
    return name !== undefined && sealed ? this.#shared.vault.open(name, sealed) : undefined;
  }
}

/** Reads an answer; undefined when another version of Node wrote it in a way this one cannot read. */
function storedIn(bytes: Buffer): Stored | undefined {
  try {
    return deserialize(bytes) as Stored;
  } catch {
    return undefined;
  }
}
