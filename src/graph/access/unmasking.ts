import type { UnmaskInput } from '../../../schema/generated/types.ts';
import { type CaseView, problem } from '../../cases/index.ts';
import { masked } from '../../codes/index.ts';
import { AgencyError } from '../../connect/index.ts';
import type { Subject } from '../../trust/index.ts';
import { visible } from '../cases/index.ts';
import type { RequestContext } from '../context.ts';
import { agencyFailure } from '../errors.ts';
import { subjectIn } from './looks.ts';
import { subjectOf } from './opening.ts';

const NUMBER = 'Person.idNumber';
const SHORTEST_REASON = 4;
const LONGEST_REASON = 200;

interface Unmasked {
  readonly idNumber: string | null;
  readonly values: string[];
  readonly problems: ReturnType<typeof problem>[];
}

const refused = (...[code, path]: Parameters<typeof problem>): Unmasked => ({
  idNumber: null,
  values: [],
  problems: [problem(code, path)],
});

/** Shows a masked value in clear, once it is written down who asked, and why. */
export async function unmask(input: UnmaskInput, context: RequestContext): Promise<Unmasked> {
  const reason = input.reason.trim();
  if (reason.length < SHORTEST_REASON || reason.length > LONGEST_REASON) return refused('MISSING_REASON', 'reason');
  const named = input.subject && subjectOf(input.subject);
  if (input.case) return input.subject ? refused('ONE_SUBJECT', 'subject') : ofCase(input.case, input.field, reason, context);
  if (!named) return refused('ONE_SUBJECT', 'subject');
  const isServed = context.session?.subjects.some(({ kind, key }) => kind === named.kind && key === named.key);
  if (!isServed) return refused('NO_SESSION', 'subject');
  return ofSubject(named, input.field, reason, context);
}

async function ofSubject(subject: Subject, field: string, reason: string, context: RequestContext): Promise<Unmasked> {
  const isTheirs = context.access.masks.has(field) && subjectIn(field, subject.key)?.kind === subject.kind;
  if (!isTheirs) return refused('NOT_MASKED', 'field');
  const values = field === NUMBER ? [subject.key] : await valuesAt(field, subject, context);
  await context.looks.unmasked({ subject, field, reason });
  return { idNumber: field === NUMBER ? subject.key : null, values, problems: [] };
}

/** Asks as a section would, so that a purpose that does not call for the field is refused, and the look is written down. */
async function valuesAt(path: string, subject: Subject, context: RequestContext): Promise<string[]> {
  const { looks, reader, ruleOf, servedBy } = context;
  const [type, name, ...within] = path.split('.');
  const section = `${type}.${name}`;
  const rule = ruleOf(section) === 'OPEN' ? 'OPEN' : 'SESSION';
  const look = { section, rule, subject, paths: [path], agency: servedBy(section)?.agency } as const;
  looks.admit(look);
  try {
    return textsAt(await reader.read(section, subject.key), within);
  } catch (error) {
    looks.missed(look);
    throw error instanceof AgencyError ? agencyFailure(error, context) : error;
  }
}

async function ofCase(number: string, id: string, reason: string, context: RequestContext): Promise<Unmasked> {
  const view: CaseView | null = await visible(number, context);
  if (!view) return refused('UNKNOWN_CASE', 'case');
  const masks = context.catalogue.formField(id)?.mask;
  const { form } = view.contents();
  if (!masks || !Object.hasOwn(form, id)) return refused('NOT_MASKED', 'field');
  await context.looks.unmasked({ subject: view.row.subject, field: `Case.form.${id}`, reason, case: number });
  return { idNumber: null, values: hiddenTexts(form[id], masked(form[id], masks)), problems: [] };
}

/** Texts at the end of a path; a list on the way stands for its entries. */
function textsAt(value: unknown, path: readonly string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((it) => textsAt(it, path));
  const [head, ...rest] = path;
  if (head === undefined) return typeof value === 'string' ? [value] : [];
  return typeof value === 'object' && value !== null ? textsAt((value as Readonly<Record<string, unknown>>)[head], rest) : [];
}

/** Texts of a value that its masks change. */
function hiddenTexts(value: unknown, shown: unknown): string[] {
  if (typeof value === 'string') return value === shown ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, it]) => hiddenTexts(it, (shown as Readonly<Record<string, unknown>>)[key]));
}
