import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  buildASTSchema,
  concatAST,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  getNullableType,
  isEnumType,
  isListType,
  isObjectType,
  parse,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { choicesOf, type FormField, type FormFieldSource, formAjv } from '../../catalogue/index.ts';
import { formSchema, type JsonSchema } from './index.ts';
import { sources } from './source.ts';
import { FORM_THEMES, found, SCHEMA_FOLDER, shippedCatalogue } from './testing.ts';

const catalogue = shippedCatalogue();
const { formFields, formSections } = catalogue;
const named = (fields: readonly FormField[]) => fields.map((field) => [field.id, field] as const);

const graph = buildASTSchema(
  concatAST(
    readdirSync(SCHEMA_FOLDER)
      .filter((name) => name.endsWith('.graphql'))
      .map((name) => parse(readFileSync(resolve(SCHEMA_FOLDER, name), 'utf8'))),
  ),
);

const isRecord = (type: GraphQLObjectType) => type.getInterfaces().some(({ name }) => name === 'AgencyRecord');

/** The type at the end of a path, and whether a list lies on the way. Throws where the schema does not go on. */
function walk(
  from: GraphQLObjectType,
  steps: readonly string[],
  mayAsk: boolean,
): { readonly type: GraphQLOutputType; readonly list: boolean } {
  let [type, list]: [GraphQLOutputType, boolean] = [from, false];
  for (const [i, step] of steps.entries()) {
    const at: GraphQLNamedType = getNamedType(type);
    const field: GraphQLField<unknown, unknown> | undefined = isObjectType(at) ? at.getFields()[step] : undefined;
    if (!field) throw new Error(`${at.name} has no field ${step}`);
    const next = getNamedType(field.type);
    if (isObjectType(next) && isRecord(next) && !(mayAsk && i === 0)) throw new Error(`${at.name}.${step} would ask another agency`);
    type = field.type;
    list ||= isListType(getNullableType(field.type));
  }
  return { type, list };
}

const subject = (name: string) => graph.getType(name) as GraphQLObjectType;

/** Values that an agency may send for a scalar, as JSON Schema sees them. */
const SAMPLES: Readonly<Record<string, readonly unknown[]>> = {
  Date: ['2020-02-29'],
  Yuan: ['0', '30000000.00', '1234567.8'],
  Int: [1, 12],
  Float: [1, 33.5],
  Boolean: [true, false],
  UnifiedSocialCreditCode: ['91350100M000100Y43'],
  CitizenIdNumber: ['11010519491231002X'],
};

/** Why values of a GraphQL type cannot stand in a fragment; undefined when they can. */
function misfit(type: GraphQLOutputType, fragment: JsonSchema, values: FormFieldSource['values'] = {}): string | undefined {
  const of = getNamedType(type);
  const samples = isEnumType(of) ? of.getValues().map(({ name }) => name) : SAMPLES[of.name];
  const sent = samples ? samples.map((it) => values[String(it)] ?? it) : Object.values(values);
  const validate = formAjv({ allErrors: false }).compile(fragment);
  const refused = sent.find((it) => !validate(it));
  if (refused !== undefined) return `${of.name} may be ${JSON.stringify(refused)}, which the fragment refuses`;
  const isText = fragment['type'] === 'string' && !('format' in fragment);
  return samples || (of.name === 'String' && isText) ? undefined : `${of.name} is no value of ${JSON.stringify(fragment)}`;
}

function sourceFault(field: FormField, { path, each, where, values }: FormFieldSource): string | undefined {
  const [type = '', ...steps] = path.split('.');
  const end = walk(subject(type), steps, true);
  if (where)
    for (const key of Object.keys(where))
      walk(getNamedType(walk(subject(type), steps.slice(0, -1), true).type) as GraphQLObjectType, [key], false);
  const { items } = field.schema as { readonly items?: JsonSchema };
  if (!items) return misfit(end.type, field.schema, values);
  if (!end.list) return 'the field takes a list, the source is none';
  if (!each) return misfit(end.type, items, values);
  const row = getNamedType(end.type) as GraphQLObjectType;
  const properties = items['properties'] as Readonly<Record<string, JsonSchema>>;
  return Object.entries(each)
    .flatMap(([key, ways]) => [ways].flat().map((way) => misfit(walk(row, way.split('.'), false).type, found(properties[key]))))
    .find((fault) => fault !== undefined);
}

const withSource = formFields.filter(({ source }) => source !== undefined);

describe('sources of fields', () => {
  it.each(named(withSource))('%s comes from where the unified schema has it, in a shape that fits', (_, field) => {
    for (const source of sources(field)) expect(sourceFault(field, source)).toBeUndefined();
  });

  it('notices a path that does not exist, a type that does not fit, and a second question to an agency', () => {
    const name = found(catalogue.formField('applicant-name'));
    const at = (path: string, field = name) => sourceFault(field, { path, holder: 'applicant', authoritative: true });
    expect(() => at('Person.identity.surname')).toThrow('IdentityRecord has no field surname');
    expect(() => at('Person.socialInsurance.employer.registration.nameZh')).toThrow('would ask another agency');
    expect(at('Person.socialInsurance.pension.months')).toMatch('Int may be 1');
    expect(at('Person.identity.gender', found(catalogue.formField('business-term')))).toMatch('Gender may be "MALE"');
  });

  it('asks for whose record it is by a path of that kind', () => {
    for (const { path, holder } of withSource.flatMap(sources)) expect(path.startsWith('Enterprise.')).toBe(holder === 'enterprise');
  });
});

function fragmentsIn(schema: unknown): readonly JsonSchema[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own = 'type' in schema && typeof schema.type === 'string' ? [schema as JsonSchema] : [];
  return [...own, ...Object.values(schema).flatMap(fragmentsIn)];
}

describe('fields', () => {
  it.each(named(formFields))('%s has a section, a label in both languages, and limits', (_, { section, labelZh, labelEn, schema }) => {
    expect(formSections.map(({ id }) => id)).toContain(section);
    expect(labelZh).toMatch(/\p{Script=Han}/u);
    expect(labelEn).not.toMatch(/\p{Script=Han}/u);
    for (const fragment of fragmentsIn(schema)) expect(unlimited(fragment)).toBeUndefined();
  });

  it('names every value that can be chosen, in both languages', () => {
    for (const field of formFields) {
      const { optionsZh = [], optionsEn = [] } = field;
      const count = choicesOf(field)?.length ?? 0;
      expect([optionsZh.length, optionsEn.length, new Set(optionsZh).size, new Set(optionsEn).size]).toEqual([count, count, count, count]);
    }
    const choices = formFields.flatMap(({ schema }) => fragmentsIn(schema)).flatMap((it) => (it['oneOf'] ?? []) as JsonSchema[]);
    for (const choice of choices)
      expect(choice).toEqual({ const: expect.any(String), title: expect.any(String), titleEn: expect.any(String) });
  });

  it('names every cell of a row, in both languages', () => {
    const rows = formFields.flatMap(({ schema }) => fragmentsIn(schema)).filter((it) => it['type'] === 'object');
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows) {
      expect(row['additionalProperties']).toBe(false);
      for (const cell of Object.values(row['properties'] as object))
        expect(cell).toMatchObject({ title: expect.stringMatching(/\p{Script=Han}/u), titleEn: expect.any(String) });
    }
  });

  it('says the same as the questions they answer, in every theme that has them', () => {
    const questions = catalogue.themes.flatMap((theme) => theme.questions);
    for (const field of formFields.filter((it) => it.answers !== undefined)) {
      const asked = questions.filter(({ id }) => id === field.answers);
      expect(asked.length).toBeGreaterThan(0);
      for (const question of asked) {
        const values = question.type === 'boolean' ? [true, false] : question.choices.map(({ value }) => value);
        expect(values.filter((value) => !catalogue.fits(field, value))).toEqual([]);
      }
    }
  });
});

/** Why a value could be of any size, or its pattern take for ever. */
function unlimited({ type, format, pattern, maxLength, oneOf, enum: values, maxItems }: JsonSchema): string | undefined {
  if (type === 'array') return maxItems === undefined ? 'a list without maxItems' : undefined;
  if (type !== 'string' || oneOf || values || format === 'date') return undefined;
  if (maxLength === undefined) return 'a text without maxLength';
  return /\([^)]*[+*][^)]*\)[+*{]/.test(String(pattern)) ? 'a pattern that repeats a repetition' : undefined;
}

const itemsOf = (theme: string) => found(catalogue.theme(theme)).steps.map(({ item }) => found(catalogue.item(item)));

describe.each(FORM_THEMES)('forms of %s', (theme) => {
  it.each(itemsOf(theme).map(({ slug }) => slug))('%s has its own form, a strict schema of 2020-12', (slug) => {
    expect(catalogue.form(slug).item).toBe(slug);
    const schema = formSchema(slug, catalogue);
    const ajv = formAjv({ allErrors: false });
    expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(ajv.validateSchema(schema)).toBe(true);
    expect(ajv.compile(schema)({})).toBe(false);
  });

  it('leaves nothing to the result of an item that comes later', () => {
    const { steps } = found(catalogue.theme(theme));
    const upstream = (code: string): readonly string[] => {
      const before = steps.find(({ item }) => item === code)?.dependsOn ?? [];
      return [...before, ...before.flatMap(upstream)];
    };
    const slugs = new Map(steps.map(({ item, slug }) => [item, slug]));
    for (const { item, slug } of steps)
      for (const id of catalogue.form(slug).required) {
        const makers = found(catalogue.formField(id)).madeBy.filter((maker) => [...slugs.values()].includes(maker));
        const isAsked = makers.some((maker) => [...catalogue.form(maker).required, ...catalogue.form(maker).optional].includes(id));
        if (makers.length === 0 || isAsked) continue;
        expect({ slug, id, made: upstream(item).some((code) => makers.includes(slugs.get(code) ?? '')) }).toEqual({ slug, id, made: true });
      }
  });
});

describe('forms', () => {
  it('falls back to applicant and contact for all other items', () => {
    const { item, required, optional } = catalogue.form('drug-retail');
    expect(item).toBe('*');
    const sections = [...required, ...optional].map((id) => found(catalogue.formField(id)).section);
    expect(new Set(sections)).toEqual(new Set(['applicant', 'enterprise', 'contact', 'declaration']));
    expect(formSchema('drug-retail', catalogue)).toMatchObject({
      title: expect.stringContaining('药'),
      required: expect.arrayContaining(['contact-phone']),
    });
  });

  it('uses every field of the dictionary, and knows every field it names', () => {
    const forms = ['*', ...catalogue.items.map(({ slug }) => slug)].map((slug) => catalogue.form(slug));
    const used = new Set(forms.flatMap(({ required, optional }) => [...required, ...optional]));
    expect(used).toEqual(new Set(formFields.map(({ id }) => id)));
  });
});
