import type { Catalogue, FormSection } from '../../catalogue/index.ts';
import type { Applicant, FormLine, FormPart, Known, OneForm } from '../types.ts';
import { openConditions } from './condition.ts';
import { type AskedField, askedFields, type FormPlan } from './plan.ts';
import { answerOf, EMPTY, type Filling, knownOf } from './prefill.ts';
import { type JsonSchema, schemaOf } from './schema.ts';
import { type FormAsk, sourcesOf } from './source.ts';

/** What one form is made of. */
export interface FormInput extends FormPlan {
  readonly applicant: Applicant;
  /** What agencies said; see {@link formAsks} for what to ask. */
  readonly known: Known;
}

/** The forms of all planned items as one: each field once, filled in as far as answers and agencies say it. */
export function oneForm(input: FormInput, catalogue: Catalogue): OneForm {
  const filling = (asked: AskedField) => answerOf(asked.field, input, catalogue) ?? knownOf(asked, input.applicant, input.known, catalogue);
  const asked = askedFields(input, catalogue);
  const lines = linesOf(asked, filling);
  const decisive = new Set(asked.flatMap(({ field }) => field.when?.field ?? []));
  return { parts: catalogue.formSections.flatMap((section) => partOf(section, lines)), schema: mergedSchema(input, lines, decisive) };
}

/** The sections that fill this plan's form in, none twice. What answers say already, and what is yet to be made, is not asked. */
export function formAsks(plan: FormPlan, catalogue: Catalogue): readonly FormAsk[] {
  const asked = askedFields(plan, catalogue);
  const lines = linesOf(asked, ({ field }) => answerOf(field, plan, catalogue) ?? EMPTY);
  const isBeingMade = new Set(asked.filter((it) => it.isBeingMade).map(({ field }) => field.id));
  return sourcesOf(lines.filter(({ field, value }) => value === undefined && !isBeingMade.has(field.id)).map(({ field }) => field));
}

/** The lines that can still be needed. */
function linesOf(asked: readonly AskedField[], fillingOf: (asked: AskedField) => Filling): readonly FormLine[] {
  const fillings = new Map(asked.map((it) => [it.field.id, fillingOf(it)]));
  const fields = new Map(asked.map(({ field }) => [field.id, field]));
  const fixed = ({ id }: { readonly id: string }) => {
    const filling = fillings.get(id);
    return filling && !filling.correctable ? filling.value : undefined;
  };
  return asked.flatMap(({ field, required, askedBy }) => {
    const filling = fillings.get(field.id);
    const shownWhen = openConditions(field, { field: (id) => fields.get(id), fixed });
    return filling && shownWhen ? [{ field, required, askedBy, shownWhen, ...filling }] : [];
  });
}

function partOf(section: FormSection, lines: readonly FormLine[]): readonly FormPart[] {
  const own = lines.filter(({ field }) => field.section === section.id);
  return own.length > 0 ? [{ section, lines: own }] : [];
}

/**
 * What was answered, and what conditions were decided by, are constants of the schema: with another value the fields that
 * were left out would be missing. No other value stands in a schema, and a condition never looks at a personal one.
 */
function mergedSchema({ theme }: FormPlan, lines: readonly FormLine[], decisive: ReadonlySet<string>): JsonSchema {
  const isConstant = ({ field, correctable, saidBy }: FormLine) =>
    !correctable && (decisive.has(field.id) || (field.answers !== undefined && saidBy === null));
  return schemaOf(
    theme,
    lines.map((line) => ({ ...line, conditions: line.shownWhen, ...(isConstant(line) && { constant: line.value }) })),
  );
}
