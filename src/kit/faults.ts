/** How a sandbox agency is reached. */
export type Transport = 'http' | 'exchange';

/** Ways a sandbox agency can be told to misbehave, with what it then does over each transport; where nothing stands it cannot. */
const TABLE = {
  down: { http: 'hangs up without a word', exchange: 'has a database that hangs up without a word' },
  hang: { http: 'takes the request and never answers', exchange: 'has a database that takes statements and never answers' },
  slow: { http: 'answers after 1.2 s', exchange: 'writes its reply after 1.2 s' },
  drip: { http: 'answers byte by byte, 50 ms or more apart' },
  error: { http: 'answers with status 500', exchange: 'has a database that is starting up (57P03)' },
  throttle: { http: 'answers with status 429 and Retry-After: 2', exchange: 'has a database without a free connection (53300)' },
  redirect: { http: 'sends the caller to another address of this machine' },
  garbage: { http: 'answers with a page in HTML', exchange: 'writes a page in HTML as its reply' },
  empty: { http: 'answers with status 204', exchange: 'writes a reply without a payload' },
  truncated: { http: 'hangs up in the middle of its answer', exchange: 'writes half of its reply, as a column that is too narrow would' },
  charset: { http: 'answers in another charset than its contract says' },
  bom: { http: 'begins its answer with a byte order mark', exchange: 'begins its reply with a byte order mark' },
  bomb: { http: 'answers 50 MB of spaces, packed', exchange: 'writes a reply of 9 MB of spaces' },
  hostile: {
    http: 'answers JSON with a name that stands twice, or XML with an entity of its own',
    exchange: 'writes JSON with a name that stands twice, or XML with an entity of its own',
  },
  reordered: { http: 'answers the rows of a batch in another order', exchange: 'answers the rows of a batch in another order' },
  missing: { http: 'leaves the last row of a batch out', exchange: 'leaves the last row of a batch out' },
  doubled: {
    http: 'answers the first row of a batch twice, the second time changed in nothing',
    exchange: 'answers the first row of a batch twice, the second time changed in nothing',
  },
  expired: { http: 'refuses the credentials', exchange: 'has a database that refuses the password (28P01)' },
  skew: { http: 'has a clock that is an hour ahead', exchange: 'has a clock that is an hour ahead' },
  lost: { exchange: 'never picks the request up' },
  late: { exchange: 'writes its reply after 0.8 s, when nobody waits any more' },
  twice: { exchange: 'writes its reply twice' },
  none: { http: 'behaves', exchange: 'behaves' },
} as const satisfies Readonly<Record<string, Readonly<Partial<Record<Transport, string>>>>>;

/** All faults, in the order of their table. */
export const FAULTS = Object.keys(TABLE) as [Fault, ...Fault[]];
export type Fault = keyof typeof TABLE;

/** The faults an agency of this transport can have. */
export const faultsOver = (transport: Transport): readonly Fault[] => FAULTS.filter((fault) => transport in TABLE[fault]);

/** What a sandbox agency does under a fault. */
export function describeFault(fault: Fault, transport: Transport): string {
  const over: Readonly<Partial<Record<Transport, string>>> = TABLE[fault];
  return over[transport] ?? 'cannot do that';
}

/** A fault that an agency cannot have, because of how it is reached. */
export class NoSuchFault extends Error {
  override readonly name = 'NoSuchFault';
}

/** Which fault each agency of one sandbox has now. */
export class FaultSwitch {
  readonly #transport: Transport;
  #all: Fault = 'none';
  readonly #byAgency = new Map<string, Fault>();

  constructor(transport: Transport = 'http') {
    this.#transport = transport;
  }

  /** Sets the fault of one agency, or of all when none is named; `none` for all also clears the single ones. */
  set(fault: Fault, agency?: string): void {
    const known = faultsOver(this.#transport);
    if (!known.includes(fault))
      throw new NoSuchFault(`an agency over ${this.#transport} knows no fault "${fault}"; there are ${known.join(', ')}`);
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
