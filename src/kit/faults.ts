/** Ways a sandbox agency can be told to misbehave, with what it then does. */
const TABLE = {
  down: 'hangs up without a word',
  hang: 'takes the request and never answers',
  slow: 'answers after 1.2 s',
  drip: 'answers byte by byte, 50 ms or more apart',
  error: 'answers with status 500',
  throttle: 'answers with status 429 and Retry-After: 2',
  redirect: 'sends the caller to another address of this machine',
  garbage: 'answers with a page in HTML',
  empty: 'answers with status 204',
  truncated: 'hangs up in the middle of its answer',
  charset: 'answers in another charset than its contract says',
  bom: 'begins its answer with a byte order mark',
  bomb: 'answers 50 MB of spaces, packed',
  hostile: 'answers JSON with a name that stands twice, or XML with an entity of its own',
  reordered: 'answers the rows of a batch in another order',
  missing: 'leaves the last row of a batch out',
  doubled: 'answers the first row of a batch twice, the second time changed in nothing',
  expired: 'refuses the credentials',
  skew: 'has a clock that is an hour ahead',
  none: 'behaves',
} as const;

/** All faults, in the order of their table. */
export const FAULTS = Object.keys(TABLE) as [Fault, ...Fault[]];
export type Fault = keyof typeof TABLE;

/** What a sandbox agency does under a fault. */
export const describeFault = (fault: Fault): string => TABLE[fault];

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
