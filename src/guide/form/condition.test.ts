import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Catalogue, examineForms, type FormField, formAjv, type Holder, type Item } from '../../catalogue/index.ts';
import { type FormPlan, oneForm } from '../index.ts';
import { filledForms, found, knownBy, NOBODY, nothingKnown, shippedCatalogue } from './testing.ts';

const catalogue = shippedCatalogue();

/** A catalogue in which one item asks for these fields. */
function catalogueOf(fields: readonly (Partial<FormField> & Pick<FormField, 'id'>)[]): Catalogue {
  const whole = fields.map(
    (field): FormField => ({ section: 'contact', labelZh: field.id, labelEn: field.id, schema: { type: 'boolean' }, madeBy: [], ...field }),
  );
  const form = { item: 'seal-filing', required: whole.map(({ id }) => id), optional: [] };
  const { fits } = examineForms({ fields: whole, forms: [form], knowsItem: () => true });
  return { ...catalogue, formFields: whole, formField: (id) => whole.find((it) => it.id === id), form: () => form, fits };
}

describe('conditions', () => {
  const item: Item = found(catalogue.item('seal-filing'));
  const source = { path: 'Person.socialInsurance.maternityCovered', holder: 'applicant' as Holder, authoritative: true };
  const chain = catalogueOf([
    { id: 'outer', answers: 'mother' },
    { id: 'middle', source, when: { field: 'outer', equals: true } },
    { id: 'inner', when: { field: 'middle', equals: true } },
  ]);
  const theme = {
    ...found(catalogue.theme('newborn')),
    questions: [{ id: 'mother', textZh: '问', textEn: 'Question', type: 'boolean' as const }],
  };
  const formFor = (answer: boolean | undefined, covered: boolean | undefined, correctable = false) => {
    const of = correctable
      ? catalogueOf(chain.formFields.map((it) => (it.source ? { ...it, source: { ...source, authoritative: false } } : it)))
      : chain;
    const plan: FormPlan = { theme, answers: new Map(answer === undefined ? [] : [['mother', answer]]), plannedItems: [item] };
    const known = covered === undefined ? nothingKnown : knownBy({ 'applicant Person.socialInsurance': { maternityCovered: covered } });
    return oneForm({ ...plan, applicant: NOBODY, known }, of);
  };
  const shown = (...said: Parameters<typeof formFor>) =>
    Object.fromEntries(
      formFor(...said)
        .parts.flatMap(({ lines }) => lines)
        .map(({ field, shownWhen }) => [field.id, shownWhen.map((it) => it.field)]),
    );

  it('stay while they may hold, go when they hold for certain, and take their field with them when they cannot hold', () => {
    expect(shown(undefined, undefined)).toEqual({ outer: [], middle: ['outer'], inner: ['outer', 'middle'] });
    expect(shown(true, undefined)).toEqual({ outer: [], middle: [], inner: ['middle'] });
    expect(shown(false, undefined)).toEqual({ outer: [] });
    expect(shown(true, true)).toEqual({ outer: [], middle: [], inner: [] });
    expect(shown(true, false)).toEqual({ outer: [], middle: [] });
    expect(shown(undefined, true)).toEqual({ outer: [], middle: ['outer'], inner: ['outer'] });
  });

  it('are not decided by a value that the applicant may still correct', () => {
    expect(shown(true, false, true)).toEqual({ outer: [], middle: [], inner: ['middle'] });
  });

  it('hold in the schema as they do on the form: every filled form keeps to what decided them', () => {
    const { schema } = formFor(true, true);
    const validate = formAjv({ allErrors: false }).compile(schema);
    expect(validate({ outer: true, middle: true, inner: false })).toBe(true);
    expect(validate({ outer: true, middle: false, inner: false })).toBe(false);
    const without = formAjv({ allErrors: false }).compile(formFor(true, false).schema);
    expect(without({ outer: true, middle: false })).toBe(true);
    expect(without({ outer: true, middle: true })).toBe(false);
    expect(validate({ outer: false })).toBe(false);
    fc.assert(
      fc.property(filledForms(formFor(undefined, undefined).schema), (value) => {
        const { outer, middle } = value;
        expect('middle' in value).toBe(outer === true);
        expect('inner' in value).toBe(outer === true && middle === true);
        expect(formAjv({ allErrors: false }).validate(formFor(undefined, undefined).schema, value)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});
