import { GraphQLError } from 'graphql';
import { civilDateOf } from '../../calendar/index.ts';
import type { Clock } from '../../clock/index.ts';
import type { MaskKind } from '../../codes/index.ts';
import type { Language } from '../../connect/index.ts';
import type { AuditEntry, Vault } from '../../store/index.ts';
import {
  type Access,
  type AccessBook,
  type AccessRule,
  decide,
  type Eyes,
  isInClear,
  purposeText,
  type Subject,
  subjectName,
  type Verdict,
  type Why,
} from '../../trust/index.ts';
import { Noted } from './noted.ts';

/** A section that is about to be read. */
export interface Look {
  /** Like `Enterprise.tax`. */
  readonly section: string;
  readonly rule: AccessRule;
  /** Undefined for a search. */
  readonly subject: Subject | undefined;
  /** Fields that would be seen, as paths from the subject. */
  readonly paths: readonly string[];
  /** Who would be asked; undefined where nobody serves it. */
  readonly agency: string | undefined;
}

const KINDS: Readonly<Record<string, Subject['kind']>> = { Enterprise: 'enterprise', Person: 'person', Project: 'project' };

/** Whose section it is; undefined where it is found by arguments. */
export function subjectIn(section: string, key: unknown): Subject | undefined {
  const kind = KINDS[section.slice(0, section.indexOf('.'))];
  return kind && typeof key === 'string' ? { kind, key } : undefined;
}

/** A value that is about to be shown in clear. */
export interface Shown {
  /** Whose: a subject, or the keyed hash that a case holds of its applicant. */
  readonly subject: Subject | string;
  /** Like `Person.household.address`, or `Case.form.applicant-phone`. */
  readonly field: string;
  readonly reason: string;
  /** Number of the case in which it stands. */
  readonly case?: string | undefined;
}

/** What one request looks at: every section is let in or refused here, and all of it is written down before the answer leaves. */
export interface Looks {
  /** Lets a look in. Throws what the client is told where it is refused. */
  admit(look: Look): void;
  /** The code with which a look is refused; undefined where it is let in. */
  refused(look: Look): Refusal['code'] | undefined;
  /** An agency failed: nothing of this was seen. */
  missed(look: Look): void;
  /** Whether a masked field of what is let in is shown in clear. */
  isInClear(kind: MaskKind, paths: readonly string[]): boolean;
  /** Writes down that a value was shown in clear, and why, before it is. */
  unmasked(shown: Shown): Promise<void>;
  /** Writes down what was looked at since the last time. Rejects where it cannot be kept. */
  keep(): Promise<void>;
}

export interface LooksTools {
  readonly eyes: Eyes;
  readonly language: Language;
  readonly clock: Clock;
  readonly vault: Vault;
  readonly book: () => AccessBook | Promise<AccessBook>;
  /** Sections that a machine has read today. */
  readonly bulkUsed: (actor: string, day: string) => number;
  /** Questions that one request may ask of one agency. */
  readonly perAgency: number;
  /** Counts a section of a person, by their key; of a search without one. What is full is named; undefined where there was room. */
  readonly spend: (person: string | undefined) => Spent | undefined;
}

/** A limit that has no room, and after how many milliseconds it has some. */
interface Spent {
  readonly limit: string;
  readonly retryAfterMs: number;
}

/** Why a look is not let in: by the rules, or because there were too many. */
type Refusal =
  | Extract<Verdict, { allowed: false }>
  | { readonly allowed: false; readonly code: 'LIMIT_EXCEEDED'; readonly limit: string; readonly retryAfterMs?: number };

/** The looks of one request. */
export const looksOf = (tools: LooksTools): Looks => new RequestLooks(tools);

class RequestLooks implements Looks {
  readonly #tools: LooksTools;
  readonly #day: string;
  readonly #noted = new Map<string, Noted>();
  /** The last that was looked at: a subject's sections follow each other. */
  #last: Noted | undefined;
  /** Sections under the bulk grant that are not written down yet. */
  #bulk = 0;
  /** Looks that were let in, by agency. */
  readonly #asked = new Map<string, number>();

  constructor(tools: LooksTools) {
    this.#tools = tools;
    this.#day = civilDateOf(tools.clock.now());
  }

  refused(look: Look): Refusal['code'] | undefined {
    return this.#judged(look)?.code;
  }

  admit(look: Look): void {
    const refusal = this.#judged(look);
    if (refusal) throw told(refusal, look, this.#tools.language);
  }

  missed(look: Look): void {
    this.#noteOf(look).miss(look);
  }

  async keep(): Promise<void> {
    if (this.#noted.size === 0) return;
    const accesses: Access[] = [];
    for (const note of this.#noted.values()) this.#addAccesses(note, accesses);
    this.#noted.clear();
    this.#last = undefined;
    this.#bulk = 0;
    this.#asked.clear();
    await (await this.#tools.book()).write(accesses);
  }

  isInClear(kind: MaskKind, paths: readonly string[]): boolean {
    return isInClear(kind, paths, this.#tools.eyes);
  }

  async unmasked({ subject, field, reason, case: number }: Shown): Promise<void> {
    const whose = typeof subject === 'string' ? undefined : subject;
    const entry = {
      ...entryOf('subject.unmasked', whose, this.#tools),
      ...(typeof subject === 'string' && { subject }),
      ...(number !== undefined && { case: number }),
      outcome: 'done',
      why: reason,
      detail: { fields: [field] },
    } as const;
    await (await this.#tools.book()).write([{ entry }]);
  }

  #noteOf({ subject }: Look): Noted {
    const last = this.#last;
    if (last && isSame(last.subject, subject)) return last;
    const name = subject ? `${subject.kind} ${subject.key}` : '';
    const note = this.#noted.get(name) ?? new Noted(subject);
    this.#noted.set(name, note);
    this.#last = note;
    return note;
  }

  /** Decides, and notes what came of it: what was seen before stays seen, also where the next look is one too many. */
  #judged(look: Look): Refusal | undefined {
    const found = decide(this.#tools.eyes, look);
    const refusal = found.allowed ? this.#tooMany(look, found.by) : found;
    const note = this.#noteOf(look);
    if (refusal || !found.allowed) {
      note.refuse(look);
      return refusal;
    }
    note.letIn(look);
    if (look.agency !== undefined) this.#asked.set(look.agency, (this.#asked.get(look.agency) ?? 0) + 1);
    if (found.by !== 'bulk') return undefined;
    note.bulk++;
    this.#bulk++;
    return undefined;
  }

  #tooMany({ rule, subject, agency = '' }: Look, by: string): Refusal | undefined {
    const tools = this.#tools;
    const grant = tools.eyes.bulk;
    // Before the request nobody knew how many a list would hold.
    if ((this.#asked.get(agency) ?? 0) >= tools.perAgency) return { allowed: false, code: 'LIMIT_EXCEEDED', limit: 'perAgency' };
    if (by === 'bulk' && grant && tools.bulkUsed(grant.actor, this.#day) + this.#bulk >= grant.perDay)
      return { allowed: false, code: 'LIMIT_EXCEEDED', limit: 'bulk' };
    // A search that is not public may show anybody.
    const mayShowPersons = subject ? subject.kind === 'person' : rule === 'SESSION';
    const spent = mayShowPersons ? tools.spend(subject?.key) : undefined;
    return spent && { allowed: false, code: 'LIMIT_EXCEEDED', ...spent };
  }

  /** What was seen and what was refused of one subject: a row each. */
  #addAccesses(note: Noted, accesses: Access[]): void {
    const [seen, refused] = [note.seenDetail(), note.refusedDetail()];
    if (!seen && !refused) return;
    const entry = entryOf(note.subject ? 'subject.read' : 'search.read', note.subject, this.#tools);
    const bulk = note.bulk > 0 ? { actor: this.#tools.eyes.caller.actor, day: this.#day, sections: note.bulk } : undefined;
    if (seen) accesses.push({ entry: { ...entry, detail: seen }, bulk });
    if (refused) accesses.push({ entry: { ...entry, outcome: 'refused', detail: refused } });
  }
}

const isSame = (one: Subject | undefined, other: Subject | undefined): boolean => one?.key === other?.key && one?.kind === other?.kind;

/** What every row says: who, where, in which session, whose. */
function entryOf(action: string, subject: Subject | undefined, { eyes, vault }: LooksTools): AuditEntry {
  const { caller, session } = eyes;
  const { actor, role, window } = caller;
  return {
    action,
    actor,
    role,
    window,
    session: session?.id,
    outcome: 'done',
    case: session?.purpose.kind === 'CASE' ? session.purpose.code : undefined,
    subject: subject && subjectName(vault, subject),
    why: session && purposeText(session.purpose),
    detail: undefined,
  };
}

const SENTENCES: Readonly<Record<Why['kind'], { readonly zh: string; readonly en: string }>> = {
  'no-session': {
    zh: '该信息须在服务会话内读取：请先用 openSession 说明为谁、因何办理，并在 x-yimen-session 请求头中带上会话编号。',
    en: 'This is read within a service session only: open one with openSession (whom you serve, and what for) and send its id in x-yimen-session.',
  },
  'other-subject': {
    zh: '该主体不属于当前服务会话：请为其另开会话，或在 openSession 的 others 中说明关系。',
    en: 'This subject is not of the open session: open one for it, or name it among "others" of openSession.',
  },
  'not-needed': {
    zh: '本次办理目的无需以下字段，请去掉后重查',
    en: 'The purpose of the session does not call for these fields; ask without them',
  },
  'not-granted': { zh: '批量授权不含以下字段', en: 'The bulk grant does not name these fields' },
};

const LIMITED = {
  zh: '查询人员信息过于频繁，已暂停；请稍后再试。',
  en: 'Too many looks at persons; ask again later.',
};
const TOO_MUCH = {
  zh: '本次请求对同一部门的查询过多；请分次查询。',
  en: 'The request asks one agency too many questions; ask for less at a time.',
};

/** What a client is told of a refused look. It names fields, never values. */
function told(refusal: Refusal, { section, agency }: Look, language: Language): GraphQLError {
  if (!('why' in refusal)) {
    const { code, limit, retryAfterMs } = refusal;
    const isItself = limit === 'perAgency';
    return new GraphQLError((isItself ? TOO_MUCH : LIMITED)[language], {
      extensions: { code, limit, retryable: !isItself, ...(retryAfterMs !== undefined && { retryAfterMs }) },
    });
  }
  const { code, why } = refusal;
  const fields = 'paths' in why ? why.paths : undefined;
  const message = `${SENTENCES[why.kind][language]}${fields ? `: ${fields.join(', ')}` : ''}`;
  return new GraphQLError(message, {
    extensions: { code, section, retryable: false, ...(agency && { agency }), ...(fields && { fields }) },
  });
}
