/** Ways a sandbox agency can be told to misbehave. */
export const FAULTS = ['down', 'hang', 'slow', 'error', 'throttle', 'garbage', 'truncated', 'charset', 'expired', 'none'] as const;
export type Fault = (typeof FAULTS)[number];

/** Which fault each agency of one sandbox has now. */
export class FaultSwitch {
  #all: Fault = 'none';
  readonly #byAgency = new Map<string, Fault>();

  /** Sets the fault of one agency, or of all when none is named; `none` for all also clears the single ones. */
  set(fault: Fault, agency?: string): void {
    if (agency) {
      this.#byAgency.set(agency, fault);
      return;
    }
    this.#all = fault;
    this.#byAgency.clear();
  }

  of(agency: string): Fault {
    return this.#byAgency.get(agency) ?? this.#all;
  }
}
