import { endOfShanghaiDay, shanghaiDay } from './shanghai.ts';

const SECOND_MS = 1_000;
const MOST_PASSED = 10_000;

/** How many calls an agency allows; what is left out has no limit. */
export interface Limits {
  readonly perSecond?: number | undefined;
  readonly perDay?: number | undefined;
}

/** What a counter says of one call: it is counted, or how long to wait. */
export type Verdict =
  | { readonly counted: true; readonly today: number }
  | { readonly counted: false; readonly waitMs: number; readonly today: number };

/** Counts the calls of this process: in any second (not only a whole one of the clock), and in a day of Asia/Shanghai. */
export class Counter {
  readonly #limits: Limits;
  /** When the last calls were, in order; those before `#first` are more than a second old. */
  #recent: number[] = [];
  #first = 0;
  #day = 0;
  #today = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Calls of this day so far, as far as known. */
  today(now: number): number {
    return this.#day === shanghaiDay(now) ? this.#today : 0;
  }

  /** Counts one call when the limits allow it. */
  take(now: number): Verdict {
    const waitMs = this.#wait(now);
    if (waitMs > 0) return { counted: false, waitMs, today: this.today(now) };
    this.note(now, this.today(now) + 1);
    if (this.#limits.perSecond !== undefined) this.#recent.push(now);
    return { counted: true, today: this.#today };
  }

  /** Learns how many calls there were today, from a counter that knows more. It never counts back: that one may have been flushed. */
  note(now: number, today: number): void {
    const known = this.today(now);
    this.#day = shanghaiDay(now);
    this.#today = Math.max(known, today);
  }

  #wait(now: number): number {
    const { perSecond = Number.POSITIVE_INFINITY, perDay = Number.POSITIVE_INFINITY } = this.#limits;
    if (this.today(now) >= perDay) return endOfShanghaiDay(shanghaiDay(now)) - now;
    const oldest = this.#forget(now);
    return oldest !== undefined && this.#recent.length - this.#first >= perSecond ? oldest + SECOND_MS - now : 0;
  }

  /** Passes over what is more than a second old, or later than now where the clock was set back; gives back the oldest that is left. */
  #forget(now: number): number | undefined {
    const last = this.#recent.at(-1);
    if (last !== undefined && last > now) this.#recent = this.#recent.filter((at) => at <= now);
    let oldest = this.#recent[this.#first];
    while (oldest !== undefined && now - oldest >= SECOND_MS) oldest = this.#recent[++this.#first];
    // Space is given back now and then: moving the rest costs more than a call.
    if (this.#first > MOST_PASSED) {
      this.#recent = this.#recent.slice(this.#first);
      this.#first = 0;
    }
    return oldest;
  }
}
