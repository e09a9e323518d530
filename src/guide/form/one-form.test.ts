import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formAjv } from '../../catalogue/index.ts';
import type { FormLine, OneForm } from '../types.ts';
import { type FormPlan, formSchema, fragmentOf, type JsonSchema, oneForm } from './index.ts';
import { answersTo, FORM_THEMES, filledForms, found, NOBODY, nothingKnown, planFor, shippedCatalogue, valuesOf } from './testing.ts';

type Values = Readonly<Record<string, unknown>>;

const catalogue = shippedCatalogue();
const ajv = formAjv({ allErrors: false });
const formOf = (plan: FormPlan): OneForm => oneForm({ ...plan, applicant: NOBODY, known: nothingKnown }, catalogue);
const linesOf = ({ parts }: OneForm): readonly FormLine[] => parts.flatMap(({ lines }) => lines);
const plans = (theme: string) => answersTo(found(catalogue.theme(theme))).map((answers) => planFor(theme, answers, catalogue));

function own(slug: string): readonly string[] {
  const { required, optional } = catalogue.form(slug);
  return [...required, ...optional];
}

const itemSchemas = new Map(catalogue.items.map(({ slug }) => [slug, formSchema(slug, catalogue)]));
const acceptsItem = (slug: string, value: Values) => ajv.validate(found(itemSchemas.get(slug)), value);

/** A filled form as one item would have it: its own fields, and what comes out of the items before it. */
function restricted(value: Values, slug: string, results: Values): Values {
  const ids = own(slug);
  return Object.fromEntries(Object.entries({ ...results, ...value }).filter(([key]) => ids.includes(key)));
}

/** Fields that a planned item leaves to its result. */
const leftToResults = (plan: FormPlan): readonly string[] => {
  const planned = plan.plannedItems.map(({ slug }) => slug);
  return catalogue.formFields
    .filter(({ id, madeBy }) => {
      const makers = madeBy.filter((slug) => planned.includes(slug));
      return makers.length > 0 && !makers.some((slug) => own(slug).includes(id));
    })
    .map(({ id }) => id);
};

const anyValue = (id: string, seed: number): unknown =>
  fc.sample(valuesOf(fragmentOf(found(catalogue.formField(id)))), { numRuns: 1, seed })[0];

/** A filled form, mostly right, sometimes spoilt in one place. */
function attempts(schema: JsonSchema): fc.Arbitrary<Values> {
  const ids = catalogue.formFields.map(({ id }) => id);
  const spoil = fc.constantFrom('nothing', 'drop', 'junk', 'add', 'flip');
  return fc.tuple(filledForms(schema), spoil, fc.nat(), fc.constantFrom(...ids)).map(([value, how, at, id]) => {
    const keys = Object.keys(value);
    const key = keys[at % keys.length] ?? id;
    if (how === 'drop') return Object.fromEntries(Object.entries(value).filter(([it]) => it !== key));
    if (how === 'junk') return { ...value, [key]: { junk: 1 } };
    if (how === 'add') return { ...value, [id]: anyValue(id, at) };
    const flipped = keys.filter((it) => typeof value[it] === 'boolean')[0];
    return how === 'flip' && flipped ? { ...value, [flipped]: !value[flipped] } : value;
  });
}

/** Where a merged form and the items' own forms differ in what they accept; undefined where random answers and values found nothing. */
function difference(theme: string, numRuns: number, tamper: (schema: JsonSchema) => JsonSchema = (schema) => schema): string | undefined {
  const cases = plans(theme).chain((plan) => {
    const form = formOf(plan);
    return fc.array(attempts(form.schema), { minLength: 8, maxLength: 8 }).map((values) => ({ plan, form, values }));
  });
  let found: string | undefined;
  const property = fc.property(cases, ({ plan, form, values }) => {
    const validate = ajv.compile(tamper(form.schema));
    for (const value of values) found ??= differenceIn(value, validate(value), plan, form);
    return found === undefined;
  });
  // Each smaller example would be a schema to compile: the first one found says enough.
  fc.check(property, { numRuns, endOnFailure: true });
  return found;
}

function differenceIn(value: Values, isAccepted: boolean, plan: FormPlan, form: OneForm): string | undefined {
  const lines = new Map(linesOf(form).map((line) => [line.field.id, line]));
  const results = Object.fromEntries(leftToResults(plan).map((id) => [id, anyValue(id, 1)]));
  const foreign = Object.keys(value).filter((key) => !lines.has(key));
  const changed = [...lines.values()].filter((line) => !line.correctable && line.field.id in value && value[line.field.id] !== line.value);
  const refusing = plan.plannedItems.filter(({ slug }) => !acceptsItem(slug, restricted(value, slug, results)));
  const reasons = [...foreign, ...changed.map(({ field }) => field.id), ...refusing.map(({ slug }) => slug)];
  if (isAccepted === (reasons.length === 0)) return undefined;
  return isAccepted
    ? `accepted in spite of ${reasons.join(', ')}`
    : `refused, although every item accepts ${Object.keys(value).join(', ')}`;
}

describe.each(FORM_THEMES)('the one form of %s', (theme) => {
  it('accepts exactly what every planned item would accept of it, given the results of the items before', () => {
    expect(difference(theme, theme === 'construction-project' ? 8 : 15)).toBeUndefined();
  }, 60_000);

  it('asks every field of its items once, in the order of sections and dictionary', () => {
    fc.assert(
      fc.property(plans(theme), (plan) => {
        const form = formOf(plan);
        const ids = linesOf(form).map(({ field }) => field.id);
        expect(new Set(ids).size).toBe(ids.length);
        const order = catalogue.formSections.flatMap(({ id }) => catalogue.formFields.filter(({ section }) => section === id));
        expect(ids).toEqual(order.map(({ id }) => id).filter((id) => ids.includes(id)));
        for (const { section, lines } of form.parts)
          expect(new Set(lines.map(({ field }) => field.section))).toEqual(new Set([section.id]));
      }),
      { numRuns: 50 },
    );
  });

  it('covers what its items ask for; what is missing is left to a result or can never be shown', () => {
    fc.assert(
      fc.property(plans(theme), (plan) => {
        const lines = new Map(linesOf(formOf(plan)).map((line) => [line.field.id, line]));
        const left = leftToResults(plan);
        for (const item of plan.plannedItems)
          for (const id of own(item.slug)) {
            const line = lines.get(id);
            if (line) expect(line.askedBy).toContain(item.code);
            else if (!left.includes(id)) expect(isDecidedOtherwise(id, lines)).toBe(true);
          }
        for (const { field, required, askedBy } of lines.values()) {
          const insisting = plan.plannedItems.filter(({ slug }) => catalogue.form(slug).required.includes(field.id));
          expect(required).toBe(insisting.length > 0);
          expect(askedBy).toEqual(plan.plannedItems.filter(({ slug }) => own(slug).includes(field.id)).map(({ code }) => code));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('carries what was answered and does not ask it again', () => {
    fc.assert(
      fc.property(plans(theme), (plan) => {
        for (const { field, value, correctable, saidBy } of linesOf(formOf(plan))) {
          const answer = plan.theme.questions.some(({ id }) => id === field.answers) ? plan.answers.get(field.answers ?? '') : undefined;
          expect({ value, correctable, saidBy }).toEqual({ value: answer, correctable: answer === undefined, saidBy: null });
        }
      }),
      { numRuns: 50 },
    );
  });
});

/** Whether the line that decides about a field has a value that leaves it out for good. */
function isDecidedOtherwise(id: string, lines: ReadonlyMap<string, FormLine>): boolean {
  const when = catalogue.formField(id)?.when;
  const deciding = when && lines.get(when.field);
  if (!when) return false;
  return deciding ? !deciding.correctable && deciding.value !== when.equals : isDecidedOtherwise(when.field, lines);
}

describe('the check that compares the forms', () => {
  const spoilt: Readonly<Record<string, readonly [(schema: JsonSchema) => JsonSchema, RegExp]>> = {
    'that insists on nothing': [(schema) => ({ ...schema, required: [] }), /^accepted in spite of /],
    // Conditional parts both insist and permit: which of the two is missed first is chance.
    'without its conditional parts': [
      ({ allOf: _allOf, ...schema }) => schema,
      /^(accepted in spite of|refused, although every item accepts) /,
    ],
    'that takes unknown fields': [({ unevaluatedProperties: _closed, ...schema }) => schema, /^accepted in spite of /],
  };
  it.each(Object.entries(spoilt))('notices a merged form %s', (_, [tamper, complaint]) => {
    // So many forms that one of them shows it, whatever chance brings.
    expect(difference('newborn', 300, tamper)).toMatch(complaint);
  });
});

describe('docs/forms.md', () => {
  const text = readFileSync(resolve(import.meta.dirname, '../../../docs/forms.md'), 'utf8');
  it.each(FORM_THEMES)('counts the fields of %s right', (theme) => {
    const plan = planFor(theme, new Map(), catalogue);
    const oneByOne = plan.plannedItems.reduce((sum, { slug }) => sum + own(slug).length, 0);
    expect(text).toContain(`| \`${theme}\` | ${plan.plannedItems.length} | ${oneByOne} | ${linesOf(formOf(plan)).length} |`);
  });
});
