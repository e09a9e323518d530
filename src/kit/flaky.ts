/** How often an agency fails, each from 0 to 1: it hangs up at once, answers 503, or does what it was asked and loses the reply. */
export interface Flakiness {
  readonly reset: number;
  readonly unavailable: number;
  readonly lost: number;
}

export type Mishap = keyof Flakiness;

const STEADY: Flakiness = { reset: 0, unavailable: 0, lost: 0 };

/** Decides by chance what happens to each request. */
export class FlakySwitch {
  #rates = STEADY;

  /** Undefined: it works again. */
  set(rates: Flakiness | undefined): void {
    this.#rates = rates ?? STEADY;
  }

  roll(): Mishap | undefined {
    const dice = Math.random();
    const { reset, unavailable, lost } = this.#rates;
    if (dice < reset) return 'reset';
    if (dice < reset + unavailable) return 'unavailable';
    return dice < reset + unavailable + lost ? 'lost' : undefined;
  }
}
