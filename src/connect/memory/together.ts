import type { Ending } from '../../clock/index.ts';
import { Patience } from '../ending.ts';
import type { AgencyFault } from '../errors.ts';
import type { BatchLookup } from '../lookup.ts';
import type { Asking, Source, Sourced } from '../source.ts';

/** Keys of one request that may go out with those of others. */
export interface Party {
  readonly section: string;
  readonly lookup: BatchLookup<unknown, unknown>;
  readonly keys: readonly unknown[];
  readonly asking: Asking;
  /** The answer to the key at this place. */
  arrive(place: number, answer: Sourced<unknown>): void;
}

/** What an agency says of a call because of one of its keys: those of other requests must not suffer for it. */
const OF_A_KEY: readonly AgencyFault[] = ['REFUSED', 'PROTOCOL'];

/**
 * Sends what several requests ask in one turn of the loop in one call, where an agency takes many keys and is not told who
 * asks: nobody waits for it, and the busier the hall, the fewer calls an agency has for each request.
 */
export class Together {
  readonly #source: Source;
  readonly #longestMs: number;
  #companies = new Map<string, Party[]>();

  constructor(source: Source, longestMs: number) {
    this.#source = source;
    this.#longestMs = longestMs;
  }

  /** Goes along with whoever has the same `name`: only they may be asked for in one call. */
  join(name: string, party: Party): void {
    if (this.#companies.size === 0) setImmediate(() => this.#setOut());
    const company = this.#companies.get(name);
    if (company) company.push(party);
    else this.#companies.set(name, [party]);
  }

  #setOut(): void {
    const companies = this.#companies;
    this.#companies = new Map();
    for (const parties of companies.values()) for (const some of inCalls(parties)) void this.#call(some);
  }

  async #call(parties: readonly Party[]): Promise<void> {
    const [first, ...others] = parties;
    if (!first) return;
    if (others.length === 0) return this.#alone(first);
    const patience = new Patience(this.#longestMs);
    deserted(parties, () => patience.giveUp());
    const { caller, traceId } = first.asking;
    const keys = parties.flatMap((party) => party.keys);
    const alsoFor = others.map(({ asking }) => asking.traceId);
    const answers = await this.#source.ask(first.section, first.lookup, keys, { caller, traceId, alsoFor, signal: patience });
    patience.over();
    if (isOfAKey(answers)) return void (await Promise.all(parties.map((party) => this.#alone(party))));
    let at = 0;
    for (const { keys: own, arrive } of parties) for (const place of own.keys()) arrive(place, answers[at++] as Sourced<unknown>);
  }

  async #alone({ section, lookup, keys, asking, arrive }: Party): Promise<void> {
    for (const [place, answer] of (await this.#source.ask(section, lookup, keys, asking)).entries()) arrive(place, answer);
  }
}

/** Parties by calls, each of as many keys as one may hold. */
function inCalls(parties: readonly Party[]): readonly (readonly Party[])[] {
  const calls: Party[][] = [];
  let held = Number.POSITIVE_INFINITY;
  for (const party of parties) {
    if (held + party.keys.length > party.lookup.batch) {
      calls.push([]);
      held = 0;
    }
    calls.at(-1)?.push(party);
    held += party.keys.length;
  }
  return calls;
}

/** Tells when none of the parties waits any more. */
function deserted(parties: readonly Party[], told: () => void): void {
  let waiting = parties.length;
  const leave = () => {
    if (--waiting === 0) told();
  };
  for (const { asking } of parties) onEnd(asking.signal, leave);
}

function onEnd(signal: Ending, listener: () => void): void {
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener);
}

/** All failed with one fault that a single key may have caused. */
function isOfAKey(answers: readonly Sourced<unknown>[]): boolean {
  const [first] = answers;
  if (first?.reading.kind !== 'failed' || !OF_A_KEY.includes(first.reading.error.fault)) return false;
  const { error } = first.reading;
  return answers.every(({ reading }) => reading.kind === 'failed' && reading.error === error);
}
