import type { Subject } from '../../trust/index.ts';
import type { Look } from './looks.ts';

/** What a row of proof says of looks that were let in. */
type Detail = {
  readonly fields: readonly string[];
  readonly agencies: readonly string[];
};

/** What was seen of one subject, look after look. The same looks in the same order are the same object. */
export class Seen {
  /** Frozen: whoever spells it out may do so once. */
  readonly detail: Detail;
  #next: { readonly paths: readonly string[]; readonly agency: string | undefined; readonly seen: Seen } | undefined;

  constructor({ fields, agencies }: Detail) {
    this.detail = Object.freeze({ fields: Object.freeze(fields), agencies: Object.freeze(agencies) });
  }

  /** The same with one look more. The last way to go on is remembered: requests with one document go the same. */
  and({ paths, agency }: Look): Seen {
    const next = this.#next;
    if (next && next.paths === paths && next.agency === agency) return next.seen;
    const { fields, agencies } = this.detail;
    const seen = new Seen({
      fields: [...new Set([...fields, ...paths])],
      agencies: agency === undefined ? agencies : [...new Set([...agencies, agency])],
    });
    this.#next = { paths, agency, seen };
    return seen;
  }
}

const begun = new WeakMap<readonly string[], Seen>();

/** What the first look at a subject sees. Paths are remembered by their list, which a document has once for each section. */
function firstSeen(look: Look): Seen {
  const before = begun.get(look.paths) ?? new Seen({ fields: [], agencies: [] });
  begun.set(look.paths, before);
  return before.and(look);
}

/** What one request has looked at of one subject. */
export class Noted {
  readonly subject: Subject | undefined;
  /** What was let in. */
  seen: Seen | undefined;
  /** Paths that were refused. */
  refused: Set<string> | undefined;
  /** Sections whose agencies failed. */
  missed: Set<string> | undefined;
  /** Sections under a bulk grant. */
  bulk = 0;

  constructor(subject: Subject | undefined) {
    this.subject = subject;
  }

  letIn(look: Look): void {
    this.seen = this.seen ? this.seen.and(look) : firstSeen(look);
  }

  refuse({ paths }: Look): void {
    this.refused ??= new Set();
    for (const path of paths) this.refused.add(path);
  }

  miss({ section }: Look): void {
    this.missed ??= new Set();
    this.missed.add(section);
  }

  /** What the row of looks that were let in says; undefined where none showed a field. */
  seenDetail(): Detail | (Detail & { readonly missed: readonly string[] }) | undefined {
    const { seen, missed } = this;
    if (!seen || seen.detail.fields.length === 0) return undefined;
    if (!missed) return seen.detail;
    const { fields, agencies } = seen.detail;
    // What an agency did not answer nobody has seen; that it was asked is written down all the same.
    const isMissed = (path: string) => [...missed].some((section) => path === section || path.startsWith(`${section}.`));
    return { fields: fields.filter((path) => !isMissed(path)), agencies, missed: [...missed] };
  }

  /** What the row of refused looks says; undefined where none was. */
  refusedDetail(): { readonly refused: readonly string[] } | undefined {
    return this.refused && this.refused.size > 0 ? { refused: [...this.refused] } : undefined;
  }
}
