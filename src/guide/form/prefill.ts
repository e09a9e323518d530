import type { Catalogue, FormField, FormFieldSource } from '../../catalogue/index.ts';
import type { Applicant, FormLine, Known } from '../types.ts';
import type { AskedField, FormPlan } from './plan.ts';
import { sectionOf, sources, valueIn } from './source.ts';

/** What is known of a field before the applicant writes anything. */
export type Filling = Pick<FormLine, 'value' | 'saidBy' | 'correctable' | 'uncheckedCode'>;

/** Nobody has said anything. */
export const EMPTY: Filling = { value: undefined, saidBy: null, correctable: true, uncheckedCode: null };

/** An agency said something that the field cannot take: to its readers the same as an answer that is not understood. */
const NOT_FITTING = 'AGENCY_PROTOCOL';

/** What the plan's answers say of a field; undefined where its question is open or the theme has none. */
export function answerOf(field: FormField, { theme, answers }: FormPlan, catalogue: Catalogue): Filling | undefined {
  const question = theme.questions.find(({ id }) => id === field.answers);
  const answer = question && answers.get(question.id);
  return answer !== undefined && catalogue.fits(field, answer) ? { ...EMPTY, value: answer, correctable: false } : undefined;
}

/** What agencies, or the applicant's own keys, say of a field: of its sources the first that knows a value which fits. */
export function knownOf({ field, isBeingMade }: AskedField, applicant: Applicant, known: Known, catalogue: Catalogue): Filling {
  if (isBeingMade) return EMPTY;
  const fillings = sources(field).map((source) => fillingFrom(source, field, applicant, known, catalogue));
  return fillings.find(({ value }) => value !== undefined) ?? fillings.find(({ uncheckedCode }) => uncheckedCode) ?? EMPTY;
}

function fillingFrom(source: FormFieldSource, field: FormField, applicant: Applicant, known: Known, catalogue: Catalogue): Filling {
  const section = sectionOf(source.path);
  if (section === undefined) return fitted(field, source, keyOf(source, applicant), null, catalogue);
  const reading = known(source.holder, section);
  if (reading.kind === 'failed') return { ...EMPTY, uncheckedCode: reading.code };
  if (reading.kind !== 'value') return EMPTY;
  const value = valueIn(reading.value, source, field.schema['type'] === 'array');
  return fitted(field, source, value, reading.provenance, catalogue);
}

/** The credit code or identity number by which the guide was asked. */
function keyOf({ path, holder }: FormFieldSource, { uscc, idNumber, people }: Applicant): string | undefined {
  if (path === 'Enterprise.uscc') return uscc;
  return (holder === 'applicant' ? idNumber : undefined) ?? people.find((person) => person.holder === holder)?.idNumber;
}

/** A value that the field cannot take would make the whole form invalid: it is left to the applicant, and marked. */
function fitted(
  field: FormField,
  { authoritative }: FormFieldSource,
  value: unknown,
  saidBy: Filling['saidBy'],
  catalogue: Catalogue,
): Filling {
  if (value === undefined) return EMPTY;
  if (!catalogue.fits(field, value)) return { ...EMPTY, uncheckedCode: NOT_FITTING };
  return { value, saidBy, correctable: !authoritative, uncheckedCode: null };
}
