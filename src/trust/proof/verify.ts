import { auditDigest } from '../../store/index.ts';
import { follows, type Place } from './chain.ts';
import { wrongSignature } from './checkpoint.ts';
import type { FoundCheckpoint, FoundCheckpoints } from './checkpoint-files.ts';
import { isSigned, readErasure } from './erasure.ts';
import type { PublicKey } from './keys.ts';
import type { Linked, ProofSource, ProofState, Said, WriterState } from './ledger.ts';
import { firstOutside, grow, type Span } from './spans.ts';

/** The first thing that is wrong. */
export interface Finding {
  readonly writer?: string | undefined;
  readonly number?: number | undefined;
  readonly sequence?: number | undefined;
  /** What is wrong, in one sentence. */
  readonly what: string;
}

/** What a verification came to. */
export interface Report {
  /** Sequence before the first link shown. */
  readonly after: number;
  /** Links that hold, with the rows they stand for. */
  readonly verified: number;
  /** Those of them whose content was erased: their digest holds. */
  readonly erased: number;
  /** Rows that hold and wait for their link. */
  readonly unsealed: number;
  /** Checkpoints that the chain agrees with, and how far the last one reaches; 0 where there is none. */
  readonly checkpoints: number;
  readonly signedTo: number;
  /** Half-written last lines of checkpoint files. */
  readonly torn: number;
  readonly finding?: Finding | undefined;
}

/**
 * Recomputes everything: digests of rows, links, numbers of writers, signatures of checkpoints. Reads in pages and stops at the
 * first thing that is wrong. `checkpoints` must be read before the call: the chain may grow meanwhile.
 */
export async function verifyProof(source: ProofSource, checkpoints: FoundCheckpoints, keys: readonly PublicKey[]): Promise<Report> {
  const signed = checkpoints.found.map((each) => ({ ...each, wrong: wrongSignature(each.checkpoint, keys) }));
  const state = await source.state();
  const walk = new Walk(
    state,
    signed.filter(({ wrong }) => !wrong),
  );
  const tail = { unsealed: 0 };
  const finding =
    (await along(source, state, walk)) ??
    walk.end() ??
    (await theRest(source, state, walk, tail)) ??
    (await unnamed(source, walk.erased, keys)) ??
    signed.flatMap(({ where, wrong }) => (wrong ? [{ what: `the checkpoint at ${where} proves nothing: ${wrong}` }] : []))[0] ??
    checkpoints.unreadable.map((where) => ({ what: `the line at ${where} is no checkpoint: the file was changed` }))[0];
  return { after: state.start.sequence, ...walk.counted, ...tail, torn: checkpoints.torn, finding };
}

async function along(source: ProofSource, { start, end }: ProofState, walk: Walk): Promise<Finding | undefined> {
  for await (const linked of source.links(start.sequence, end)) {
    const finding = walk.step(linked);
    if (finding) return finding;
  }
  return undefined;
}

/** Goes along the chain from link to link. */
class Walk {
  readonly #state: ProofState;
  readonly #ahead: FoundCheckpoint[];
  readonly #numbers = new Map<string, number>();
  #sequence: number;
  #link: string;
  readonly #erased: { from: number; to: number }[] = [];
  #agreed = 0;
  #signedTo = 0;

  constructor(state: ProofState, checkpoints: readonly FoundCheckpoint[]) {
    this.#state = state;
    this.#sequence = state.start.sequence;
    this.#link = state.start.link;
    this.#ahead = checkpoints.filter(({ checkpoint }) => checkpoint.sequence > state.start.sequence);
  }

  get counted(): Pick<Report, 'verified' | 'erased' | 'checkpoints' | 'signedTo'> {
    const verified = this.#sequence - this.#state.start.sequence;
    return {
      verified,
      erased: this.#erased.reduce((sum, { from, to }) => sum + to - from + 1, 0),
      checkpoints: this.#agreed,
      signedTo: this.#signedTo,
    };
  }

  /** Sequences of rows whose content is gone. */
  get erased(): readonly Span[] {
    return this.#erased;
  }

  lastNumber(writer: string): number {
    return this.#numbers.get(writer) ?? 0;
  }

  step(linked: Linked): Finding | undefined {
    const what = this.#outOfOrder(linked) ?? wrongRow(linked) ?? this.#unlinked(linked);
    if (what) return { writer: linked.writer, number: linked.number, sequence: linked.sequence, what };
    this.#sequence = linked.sequence;
    this.#link = linked.link;
    this.#numbers.set(linked.writer, linked.number);
    if (linked.said?.erasedAt) grow(this.#erased, linked.sequence);
    return this.#signed();
  }

  /** What is wrong once the chain has ended. */
  end(): Finding | undefined {
    const { end, writers } = this.#state;
    if (this.#sequence < end) return { sequence: this.#sequence + 1, what: `the links from here to ${end} are missing` };
    const [beyond] = this.#ahead;
    return writers && beyond ? this.#cutOff(beyond) : undefined;
  }

  #outOfOrder({ sequence, writer, number }: Linked): string | undefined {
    if (sequence !== this.#sequence + 1) return `the link before it, ${sequence - 1}, is missing: it was deleted`;
    const last = this.#numbers.get(writer) ?? (this.#state.start.sequence === 0 ? 0 : number - 1);
    if (number <= last) return 'it is linked a second time, or its number was changed';
    return number > last + 1 ? `the row before it, ${writer}/${last + 1}, has no link: the chain was rewritten without it` : undefined;
  }

  #unlinked({ writer, number, digest = '', link }: Linked): string | undefined {
    if (follows(link, this.#link, { writer, number, digest })) return undefined;
    return 'its link does not follow from the row and the link before it: the row was replaced together with its digest, or the link was changed';
  }

  #signed(): Finding | undefined {
    while (this.#ahead[0] && this.#ahead[0].checkpoint.sequence <= this.#sequence) {
      const next = this.#ahead.shift() as FoundCheckpoint;
      const finding = next.checkpoint.sequence === this.#sequence ? this.#against(next) : undefined;
      if (finding) return finding;
    }
    return undefined;
  }

  #against({ checkpoint, where }: FoundCheckpoint): Finding | undefined {
    const { sequence, link, time, writers } = checkpoint;
    const wrong = Object.entries(writers).find(
      ([writer, number]) => this.#state.start.sequence === 0 && this.lastNumber(writer) !== number,
    );
    if (link !== this.#link || wrong) {
      const from = this.#signedTo + 1;
      const rows = from === sequence ? 'this row was' : `one of the rows at ${from} to ${sequence} was`;
      return { sequence: from, what: `the checkpoint of ${time} (${where}) signed another chain: ${rows} changed and the chain rewritten` };
    }
    this.#agreed++;
    this.#signedTo = sequence;
    return undefined;
  }

  #cutOff({ checkpoint, where }: FoundCheckpoint): Finding {
    const gone = Object.entries(checkpoint.writers).find(([writer, number]) => number > this.lastNumber(writer));
    const [writer] = gone ?? [];
    const number = writer === undefined ? undefined : this.lastNumber(writer) + 1;
    const what = `the checkpoint of ${checkpoint.time} (${where}) signed ${checkpoint.sequence} links, and the chain ends at ${this.#sequence}: it was cut off`;
    return { writer, number, sequence: this.#sequence + 1, what };
  }
}

/** What is wrong with a row by itself. */
function wrongRow({ writer, number, digest, said }: Omit<Linked, 'sequence' | 'link'>): string | undefined {
  if (digest === undefined) return 'it was deleted';
  return said && wrongContent({ writer, number, digest }, said);
}

function wrongContent({ writer, number, digest }: Place, { at, action, entry, salt, erasedAt }: Said): string | undefined {
  if (erasedAt !== null) return entry === null ? undefined : 'it is marked as erased and still says something';
  if (entry === null || salt === null) return 'its content was taken away without the mark of an erasure';
  if (auditDigest({ writer, number, at, entry, salt }) !== digest)
    return 'it does not say what it said when it was written: it was changed';
  return action === entry.action ? undefined : `its column "action" says ${action}, and it was written as ${entry.action}`;
}

/**
 * Rows whose content was taken away by somebody who could not sign that. Erasures are read last: whoever finds a row erased then
 * finds the statement too, for both were committed together.
 */
async function unnamed(source: ProofSource, erased: readonly Span[], keys: readonly PublicKey[]): Promise<Finding | undefined> {
  if (erased.length === 0) return undefined;
  const named: Span[] = [];
  for await (const stated of source.erasures()) {
    const erasure = readErasure(stated);
    if (erasure && isSigned(erasure, keys)) named.push(...erasure.rows.map(([from, to]) => ({ from, to })));
  }
  const first = firstOutside(erased, named);
  if (first === undefined) return undefined;
  const what = 'its content was taken away, and no erasure that the hall signed names it';
  for await (const { writer, number, sequence } of source.links(first - 1, first))
    if (sequence === first) return { writer, number, sequence, what };
  return { sequence: first, what };
}

/** What is not linked yet, and the counters. */
async function theRest(source: ProofSource, { writers = [] }: ProofState, walk: Walk, tail: { unsealed: number }) {
  for (const state of writers) {
    const finding = wrongCounters(state, walk.lastNumber(state.writer)) ?? (await wrongTail(source, state, tail));
    if (finding) return finding;
  }
  return undefined;
}

function wrongCounters({ writer, given, sealed, first, last }: WriterState, linked: number): Finding | undefined {
  if (sealed !== linked)
    return { writer, number: Math.min(sealed, linked) + 1, what: `${linked} of its rows are linked, and the sealer counted ${sealed}` };
  if (first < 0 || (first === 0 && last > 0)) return { writer, number: first, what: 'it has a number that is never given: it was added' };
  const known = Math.max(last, linked);
  return given < known
    ? { writer, number: given + 1, what: `its writer counted to ${given} only: the row was added, or the counter turned back` }
    : undefined;
}

/** The hall erases nothing that is not linked. */
const tooEarly = ({ erasedAt }: Said): string | undefined =>
  erasedAt === null ? undefined : 'its content was taken away before it was linked';

async function wrongTail(source: ProofSource, { writer, given, sealed }: WriterState, tail: { unsealed: number }) {
  let number = sealed;
  for await (const row of source.rows(writer, sealed, given)) {
    number++;
    const what =
      row.number === number ? (wrongRow(row) ?? tooEarly(row.said)) : `it was deleted before it was linked: its writer counted to ${given}`;
    if (what) return { writer, number, what };
    tail.unsealed++;
  }
  return number < given
    ? { writer, number: number + 1, what: `it was deleted before it was linked: its writer counted to ${given}` }
    : undefined;
}
