/** For tests: values that keep a form's schema, and plans of the shipped themes. */
import fc from 'fast-check';
import { type Catalogue, type Item, loadCatalogue, type Theme } from '../../catalogue/index.ts';
import { citizenIdFault, usccFault } from '../../codes/index.ts';
import type { Provenance } from '../../connect/index.ts';
import type { Applicant, Known, KnownReading } from '../types.ts';
import type { FormPlan } from './plan.ts';
import type { JsonSchema } from './schema.ts';

export const SCHEMA_FOLDER = `${import.meta.dirname}/../../../schema`;

export const shippedCatalogue = (): Catalogue => loadCatalogue(`${import.meta.dirname}/../../../catalogue`);

/** Themes whose every item has a form of its own. */
export const FORM_THEMES = [
  'open-company',
  'open-restaurant',
  'real-estate-transfer',
  'construction-project',
  'hire-first-employees',
  'newborn',
] as const;

export const NOBODY: Applicant = { people: [] };
export const nothingKnown: Known = () => ({ kind: 'unasked' });

export const provenance: Provenance = {
  agency: 'market-regulation',
  connector: 'market-regulation',
  retrievedAt: new Date('2026-03-02T01:00:00Z'),
  asOf: null,
  freshness: 'LIVE',
};

type Readings = Readonly<Record<string, object | KnownReading['kind']>>;

/** What agencies said: `applicant Person.identity` to a record, or to what became of the question. */
export function knownBy(readings: Readings): Known {
  return (holder, section) => {
    const reading = readings[`${holder} ${section}`];
    if (reading === 'failed') return { kind: 'failed', agency: 'public-security', code: 'AGENCY_TIMEOUT' };
    if (typeof reading === 'object') return { kind: 'value', value: { ...reading, provenance }, provenance };
    return { kind: reading === 'absent' ? 'absent' : 'unasked' };
  };
}

export function found<T>(it: T | undefined): T {
  if (it === undefined) throw new Error('the shipped catalogue lacks what this test needs');
  return it;
}

/** What the theme's answers plan: every step that no answer has dropped. */
export function planFor(themeId: string, answers: FormPlan['answers'], catalogue: Catalogue): FormPlan {
  const theme = found(catalogue.theme(themeId));
  const steps = theme.steps.filter(({ when }) => !when || (answers.get(when.question) ?? when.equals) === when.equals);
  return { theme, answers, plannedItems: steps.map(({ item }): Item => found(catalogue.item(item))) };
}

/** Some of the theme's questions answered somehow. */
export function answersTo({ questions }: Theme): fc.Arbitrary<FormPlan['answers']> {
  const answers = questions.map((question) => {
    const values = question.type === 'boolean' ? [true, false] : question.choices.map(({ value }) => value);
    return fc.tuple(fc.constant(question.id), fc.constantFrom<boolean | string | undefined>(undefined, ...values));
  });
  return fc.tuple(...answers).map((pairs) => new Map(pairs.flatMap(([id, value]) => (value === undefined ? [] : [[id, value] as const]))));
}

/** Filled forms that keep a schema, whatever conditions it sets. */
export function filledForms(schema: JsonSchema): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  const parts = [schema, ...branchesOf(schema).map((branch) => branch.then)];
  const properties = Object.assign({}, ...parts.map((part) => part['properties'])) as Record<string, JsonSchema>;
  const required = new Set(parts.flatMap((part) => part['required'] as string[]));
  const entries = Object.entries(properties).map(([key, fragment]) => {
    const value = valuesOf(fragment);
    return fc.tuple(fc.constant(key), required.has(key) ? value : fc.option(value, { nil: undefined }));
  });
  return fc.tuple(...entries).map((drawn) => shown(schema, new Map(drawn)));
}

interface Branch {
  readonly if: { readonly properties: Readonly<Record<string, { readonly const: unknown }>> };
  readonly then: JsonSchema;
}

const branchesOf = (schema: JsonSchema): readonly Branch[] => (schema['allOf'] ?? []) as readonly Branch[];

/** Of the values drawn those that the conditions let stand. A branch names its whole chain, so the outer ones need no order. */
function shown(schema: JsonSchema, drawn: ReadonlyMap<string, unknown>): Readonly<Record<string, unknown>> {
  const open = branchesOf(schema).filter((branch) =>
    Object.entries(branch.if.properties).every(([key, it]) => drawn.get(key) === it.const),
  );
  const keys = [schema, ...open.map((branch) => branch.then)].flatMap((part) => Object.keys(part['properties'] as object));
  return Object.fromEntries([...drawn].filter(([key, value]) => keys.includes(key) && value !== undefined));
}

/** Values that keep one field's fragment. Throws where it uses a keyword that no field of the dictionary does. */
export function valuesOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema['const']);
  const choices = schema['oneOf'] ?? schema['anyOf'];
  if (Array.isArray(choices)) return fc.oneof(...choices.map((choice) => valuesOf({ ...schema, oneOf: 0, anyOf: 0, ...choice })));
  const arbitrary = BY_TYPE[String(schema['type'])];
  if (!arbitrary) throw new Error(`no values for the type ${String(schema['type'])}`);
  return arbitrary(schema);
}

const numeric = (schema: JsonSchema, key: string, otherwise: number): number => (typeof schema[key] === 'number' ? schema[key] : otherwise);

const BY_TYPE: Readonly<Record<string, (schema: JsonSchema) => fc.Arbitrary<unknown>>> = {
  boolean: () => fc.boolean(),
  integer: (schema) => fc.integer({ min: numeric(schema, 'minimum', 0), max: numeric(schema, 'maximum', 100) }),
  number: (schema) =>
    fc
      .double({ min: numeric(schema, 'minimum', 0.01), max: numeric(schema, 'maximum', 100), noNaN: true })
      .map((it) => (Object.is(it, -0) ? 0 : it)),
  string: (schema) => (schema['format'] ? formatted(String(schema['format'])) : written(schema)),
  array(schema) {
    const items = valuesOf(schema['items'] as JsonSchema);
    const minLength = numeric(schema, 'minItems', 0);
    const limits = { minLength, maxLength: Math.min(minLength + 2, numeric(schema, 'maxItems', 2)) };
    return schema['uniqueItems'] ? fc.uniqueArray(items, limits) : fc.array(items, limits);
  },
  object(schema) {
    const properties = schema['properties'] as Readonly<Record<string, JsonSchema>>;
    // A row's own condition is met by giving what it may demand.
    const demanded = [schema, (schema['then'] ?? {}) as JsonSchema].flatMap((part) => (part['required'] ?? []) as string[]);
    return fc.record(Object.fromEntries(Object.entries(properties).map(([key, it]) => [key, valuesOf(it)])), { requiredKeys: demanded });
  },
};

/** Characters that hall systems stumble over are among them. */
const LETTERS = [...'甲乙丙丁示例𠮷㐂aZ9·'];

function written(schema: JsonSchema): fc.Arbitrary<string> {
  const [min, max] = [numeric(schema, 'minLength', 0), numeric(schema, 'maxLength', 100)];
  const pattern = new RegExp(String(schema['pattern'] ?? ''), 'u');
  if (pattern.test('甲乙')) return fc.string({ unit: fc.constantFrom(...LETTERS), minLength: min, maxLength: Math.min(max, min + 8) });
  const counted = new RegExp(pattern.source.replace(/\+\$$/, `{${min},${max}}$`), 'u');
  return fc.stringMatching(counted).filter((text) => text.length >= min && text.length <= max);
}

const FORMATS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  date: fc
    .date({ min: new Date('1950-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
    .map((it) => it.toISOString().slice(0, 10)),
  email: fc.stringMatching(/^[a-z]{1,10}@[a-z]{1,10}\.example$/),
  'citizen-id': fc.tuple(fc.nat(9_999), fc.integer({ min: 0, max: 999 })).map(([day, sequence]) => {
    const birth = new Date(Date.UTC(1980, 0, 1 + day)).toISOString().slice(0, 10).replaceAll('-', '');
    const body = `321071${birth}${String(sequence).padStart(3, '0')}`;
    return found([...'0123456789X'].map((check) => body + check).find((text) => citizenIdFault(text) === undefined));
  }),
  uscc: fc.nat(9_999_999).map((n) => {
    const body = `91321071MA${String(n).padStart(7, '0')}`.slice(0, 16);
    const whole = [...'0123456789X'].flatMap((o) => [...'0123456789ABCDEFGHJKLMNPQRTUWXY'].map((check) => body + o + check));
    return found(whole.find((text) => usccFault(text) === undefined));
  }),
};

const formatted = (format: string): fc.Arbitrary<string> => found(FORMATS[format]);
