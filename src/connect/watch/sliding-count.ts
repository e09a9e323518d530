/** How many of the calls of the last while failed. Kept by slices of it, so that noting a call costs the same however many there were. */
export class SlidingCount {
  readonly #sliceMs: number;
  readonly #all: number[];
  readonly #failed: number[];
  #slice = Number.NEGATIVE_INFINITY;
  #sumAll = 0;
  #sumFailed = 0;

  /** The last slice is the one that has begun: what is counted is up to one slice shorter than `windowMs`. */
  constructor(windowMs: number, slices: number) {
    this.#sliceMs = windowMs / slices;
    this.#all = Array.from({ length: slices }, () => 0);
    this.#failed = Array.from({ length: slices }, () => 0);
  }

  note(now: number, isFailed: boolean): void {
    const at = this.#turnTo(now);
    this.#all[at] = (this.#all[at] ?? 0) + 1;
    this.#sumAll++;
    if (!isFailed) return;
    this.#failed[at] = (this.#failed[at] ?? 0) + 1;
    this.#sumFailed++;
  }

  read(now: number): { readonly all: number; readonly failed: number } {
    this.#turnTo(now);
    return { all: this.#sumAll, failed: this.#sumFailed };
  }

  clear(): void {
    this.#all.fill(0);
    this.#failed.fill(0);
    this.#sumAll = 0;
    this.#sumFailed = 0;
  }

  /** Empties the slices that have gone by; gives back where the present one is. A clock that was set back stands still meanwhile. */
  #turnTo(now: number): number {
    const { length } = this.#all;
    const slice = Math.floor(now / this.#sliceMs);
    if (slice - this.#slice >= length || this.#slice - slice > length) {
      this.clear();
      this.#slice = slice;
    }
    while (this.#slice < slice) this.#empty(++this.#slice % length);
    return ((this.#slice % length) + length) % length;
  }

  #empty(at: number): void {
    this.#sumAll -= this.#all[at] ?? 0;
    this.#sumFailed -= this.#failed[at] ?? 0;
    this.#all[at] = 0;
    this.#failed[at] = 0;
  }
}
