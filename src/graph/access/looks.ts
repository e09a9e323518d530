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
  readonly book: () => Promise<AccessBook>;
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

interface Noted {
  readonly subject: Subject | undefined;
  readonly fields: Set<string>;
  readonly refused: Set<string>;
  readonly missed: Set<string>;
  readonly agencies: Set<string>;
  bulk: number;
}

export function looksOf(tools: LooksTools): Looks {
  const { eyes } = tools;
  const noted = new Map<string, Noted>();
  const day = civilDateOf(tools.clock.now());
  /** Sections under the bulk grant that are not written down yet. */
  let bulk = 0;
  const asked = new Map<string, number>();

  function noteOf({ subject }: Look): Noted {
    const name = subject ? `${subject.kind} ${subject.key}` : '';
    const found = noted.get(name);
    if (found) return found;
    const fresh: Noted = { subject, fields: new Set(), refused: new Set(), missed: new Set(), agencies: new Set(), bulk: 0 };
    noted.set(name, fresh);
    return fresh;
  }

  /** Decides, and notes what came of it: what was seen before stays seen, also where the next look is one too many. */
  function judged(look: Look): Refusal | undefined {
    const found = decide(eyes, look);
    const refusal = found.allowed ? tooMany(look, found.by) : found;
    const note = noteOf(look);
    for (const path of look.paths) (refusal ? note.refused : note.fields).add(path);
    if (refusal || !found.allowed) return refusal;
    if (look.agency !== undefined) {
      note.agencies.add(look.agency);
      asked.set(look.agency, (asked.get(look.agency) ?? 0) + 1);
    }
    if (found.by !== 'bulk') return undefined;
    note.bulk++;
    bulk++;
    return undefined;
  }

  function tooMany({ rule, subject, agency = '' }: Look, by: string): Refusal | undefined {
    const grant = eyes.bulk;
    // Before the request nobody knew how many a list would hold.
    if ((asked.get(agency) ?? 0) >= tools.perAgency) return { allowed: false, code: 'LIMIT_EXCEEDED', limit: 'perAgency' };
    if (by === 'bulk' && grant && tools.bulkUsed(grant.actor, day) + bulk >= grant.perDay)
      return { allowed: false, code: 'LIMIT_EXCEEDED', limit: 'bulk' };
    // A search that is not public may show anybody.
    const mayShowPersons = subject ? subject.kind === 'person' : rule === 'SESSION';
    const spent = mayShowPersons ? tools.spend(subject?.key) : undefined;
    return spent && { allowed: false, code: 'LIMIT_EXCEEDED', ...spent };
  }

  return {
    refused: (look) => judged(look)?.code,
    admit(look) {
      const refusal = judged(look);
      if (refusal) throw told(refusal, look, tools.language);
    },
    missed(look) {
      noteOf(look).missed.add(look.section);
    },
    async keep() {
      if (noted.size === 0) return;
      const accesses: Access[] = [];
      for (const note of noted.values()) accesses.push(...accessesOf(note, tools, day));
      noted.clear();
      bulk = 0;
      asked.clear();
      await (await tools.book()).write(accesses);
    },
    isInClear: (kind, paths) => isInClear(kind, paths, eyes),
    async unmasked({ subject, field, reason, case: number }) {
      const whose = typeof subject === 'string' ? undefined : subject;
      const entry = {
        ...entryOf('subject.unmasked', whose, tools),
        ...(typeof subject === 'string' && { subject }),
        ...(number !== undefined && { case: number }),
        outcome: 'done',
        why: reason,
        detail: { fields: [field] },
      } as const;
      await (await tools.book()).write([{ entry }]);
    },
  };
}

/** What every row says: who, where, in which session, whose. */
function entryOf(action: string, subject: Subject | undefined, { eyes, vault }: LooksTools): Omit<AuditEntry, 'outcome'> {
  const { actor, role, window } = eyes.caller;
  return {
    action,
    actor,
    role,
    ...(window !== undefined && { window }),
    ...(eyes.session && { session: eyes.session.id, why: purposeText(eyes.session.purpose) }),
    ...(eyes.session?.purpose.kind === 'CASE' && { case: eyes.session.purpose.code }),
    ...(subject && { subject: subjectName(vault, subject) }),
  };
}

/** What was seen and what was refused of one subject: a row each. */
function accessesOf({ subject, fields, refused, missed, agencies, bulk }: Noted, tools: LooksTools, day: string): readonly Access[] {
  const entry = entryOf(subject ? 'subject.read' : 'search.read', subject, tools);
  const { actor } = tools.eyes.caller;
  // What an agency did not answer nobody has seen; that it was asked is written down all the same.
  const isMissed = (path: string) => [...missed].some((section) => path === section || path.startsWith(`${section}.`));
  const seen: Access = {
    entry: {
      ...entry,
      outcome: 'done',
      detail: {
        fields: missed.size === 0 ? [...fields] : [...fields].filter((path) => !isMissed(path)),
        agencies: [...agencies],
        ...(missed.size > 0 && { missed: [...missed] }),
      },
    },
    ...(bulk > 0 && { bulk: { actor, day, sections: bulk } }),
  };
  if (refused.size === 0) return fields.size > 0 ? [seen] : [];
  const not: Access = { entry: { ...entry, outcome: 'refused', detail: { refused: [...refused] } } };
  return fields.size > 0 ? [seen, not] : [not];
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
