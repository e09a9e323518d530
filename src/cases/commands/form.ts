import type { Unit } from '../../store/index.ts';
import { problem, Refused } from '../problem.ts';
import type { HeldCase } from '../record.ts';
import type { CasesTools, Who } from '../tools.ts';
import { contentsOf, holdNumber, keepContents, mustBeDraft } from './editing.ts';

type Values = Readonly<Record<string, unknown>>;

/** Saves what was filled in so far. A field that no item asks for is refused; null clears a field. */
export async function saveForm(
  unit: Unit,
  { number, form }: { readonly number: string; readonly form: Values },
  who: Who,
  tools: CasesTools,
): Promise<HeldCase> {
  const held = await holdNumber(unit, number);
  mustBeDraft(held);
  const contents = contentsOf(held, tools);
  checkFields(form, held, tools);
  await keepContents(unit, held, { ...contents, form: merged(contents.form, form) }, tools);
  // Which fields, never what they say.
  unit.audit.write({
    action: 'case.form-saved',
    ...who,
    outcome: 'done',
    case: number,
    subject: held.row.subject,
    detail: { fields: Object.keys(form) },
  });
  return held;
}

export function checkFields(form: Values, { items }: HeldCase, { catalogue }: CasesTools): void {
  const asked = new Set(items.flatMap(({ item }) => fieldsOf(item, catalogue)));
  const unknown = Object.keys(form).filter((field) => !asked.has(field));
  if (unknown.length > 0)
    throw new Refused(...unknown.map((field) => problem('WRONG_FORM', `form/${catalogue.formField(field) ? field : '?'}`)));
}

function fieldsOf(code: string, catalogue: CasesTools['catalogue']): readonly string[] {
  const { required, optional } = catalogue.form(catalogue.item(code)?.slug ?? code);
  return [...required, ...optional];
}

export const merged = (before: Values, changes: Values): Values =>
  Object.fromEntries(Object.entries({ ...before, ...changes }).filter(([, value]) => value !== null));
