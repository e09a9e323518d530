import { type Evictable, type Eviction, hits } from './question.ts';

/** Evictions kept to hold answers against; an answer older than the oldest of a full journal counts as evicted. */
export const MOST_EVICTIONS = 10_000;

/** A moment between two evictions, as this process learned of them. */
export type Mark = number;

/** A place in the journal that replicas share; the empty text is its beginning. Places grow as `compare` says. */
export type Place = string;

interface Entry {
  readonly what: Eviction;
  readonly learned: Mark;
  /** Undefined while Redis has not taken it. */
  place?: Place;
}

/**
 * The evictions of late, in the order in which this process learned of them. An answer counts only if nothing that means
 * it was evicted since its agency was asked: an eviction also reaches answers that are on their way.
 */
export class Journal {
  #entries: Entry[] = [];
  #now: Mark = 0;
  #place: Place = '';

  /** Now, to be taken before an agency is asked. */
  mark(): Mark {
    return this.#now;
  }

  /** How far the shared journal is known here. */
  get place(): Place {
    return this.#place;
  }

  /** Notes an eviction of this process; what comes back takes its place in the shared journal once Redis has given one. */
  note(what: Eviction): (place: Place) => void {
    const entry: Entry = { what, learned: ++this.#now };
    this.#push(entry);
    return (place) => {
      entry.place = place;
    };
  }

  /** Learns an eviction of some replica from the shared journal. False when it is this process's own, known already. */
  learn(what: Eviction, place: Place): boolean {
    if (compare(place, this.#place) > 0) this.#place = place;
    if (this.#entries.some((entry) => entry.place === place)) return false;
    this.#push({ what, learned: ++this.#now, place });
    return true;
  }

  /** Whether something that means the answer was evicted since the mark. */
  isEvicted(answer: Evictable, since: Mark): boolean {
    return this.#any((entry) => entry.learned > since, answer);
  }

  /** The same for an answer that another replica wrote when it knew the shared journal up to a place. */
  isEvictedAfter(answer: Evictable, place: Place): boolean {
    return this.#any((entry) => entry.place === undefined || compare(entry.place, place) > 0, answer);
  }

  /** Redis begins anew: places of its last life mean nothing any more. */
  restart(): void {
    this.#place = '';
    this.#entries = this.#entries.map((entry) => (entry.place === undefined ? entry : { ...entry, place: '' }));
  }

  #any(isLater: (entry: Entry) => boolean, answer: Evictable): boolean {
    const [oldest] = this.#entries;
    if (oldest && this.#entries.length >= MOST_EVICTIONS && isLater(oldest)) return true;
    return this.#entries.some((entry) => hits(entry.what, answer) && isLater(entry));
  }

  #push(entry: Entry): void {
    this.#entries.push(entry);
    if (this.#entries.length > MOST_EVICTIONS) this.#entries.shift();
  }
}

/** Orders places, which read `milliseconds-number` as the ids of a Redis stream do. */
function compare(a: Place, b: Place): number {
  const [[aMs, aNumber], [bMs, bNumber]] = [parts(a), parts(b)];
  return aMs === bMs ? aNumber - bNumber : aMs - bMs;
}

function parts(place: Place): readonly [number, number] {
  const [ms = '', number = ''] = place.split('-');
  return [Number(ms), Number(number)];
}
