import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FieldEntry, FormEntry } from './entries.ts';
import { examineForms, type FormField } from './index.ts';

const field = (id: string, more: Partial<FormField> = {}): FormField => ({
  id,
  section: 'people',
  labelZh: '表单项',
  labelEn: 'Field',
  schema: { type: 'boolean' },
  madeBy: [],
  ...more,
});

const choice = (id: string, ...values: string[]) =>
  field(id, { schema: { type: 'string', enum: values }, optionsZh: values, optionsEn: values });

/** What is told of these fields, all of them on one form. */
function told(fields: readonly FormField[], required = fields.map(({ id }) => id)): readonly string[] {
  const forms = [{ item: 'seal-filing', required, optional: [] }];
  const { faults } = examineForms({ fields, forms, knowsItem: (slug) => slug === 'seal-filing' || slug === 'company-establish' });
  return faults.map(({ file, entry, key, what }) => `${file}: ${entry}: ${key}: ${what}`);
}

const when = (name: string, equals: string | boolean) => ({ when: { field: name, equals } });

describe('the rules of fields and forms', () => {
  it('are kept by a field that depends on another one of its form', () => {
    expect(told([choice('status', 'married', 'single'), field('spouse', { when: { field: 'status', equals: 'married' } })])).toEqual([]);
  });

  const cases: Readonly<Record<string, readonly [readonly FormField[], string]>> = {
    'a misspelt keyword': [
      [field('name', { schema: { type: 'string', maxLenght: 5 } })],
      'fields.json: field "name": schema: strict mode: unknown keyword: "maxLenght": mend the JSON Schema',
    ],
    'an unknown format': [
      [field('name', { schema: { type: 'string', format: 'phone' } })],
      'fields.json: field "name": schema: unknown format "phone" ignored in schema at path "#": mend the JSON Schema',
    ],
    'a value without a name': [
      [field('sex', { schema: { type: 'string', enum: ['M', 'F'] }, optionsZh: ['男', '女'], optionsEn: ['Male'] })],
      'fields.json: field "sex": optionsEn: names 1 of 2 values: name each one',
    ],
    'identity numbers that would leave unmasked': [
      [field('roster', { schema: { type: 'array', items: { type: 'string', format: 'citizen-id' } } })],
      'fields.json: field "roster": mask: the field holds identity numbers: add "mask": "ID_NUMBER", or of rows such a mask for the cell',
    ],
    'a maker that is no item': [
      [field('code', { madeBy: ['seal-fling'] })],
      'fields.json: field "code": madeBy: there is no item "seal-fling": add it to items.json or name another',
    ],
    'a condition on nothing': [
      [field('spouse', when('status', true))],
      'fields.json: field "spouse": when: there is no field "status": add it or name another',
    ],
    'a condition that can never hold': [
      [choice('status', 'single'), field('spouse', when('status', 'married'))],
      'fields.json: field "spouse": when: "status" can never be "married": it must be one of its values',
    ],
    'a condition that would show a personal value': [
      [field('number', { mask: 'ID_NUMBER' }), field('spouse', when('number', true))],
      'fields.json: field "spouse": when: "number" holds personal values: no condition may show them',
    ],
    'a condition on what may never be asked': [
      [field('code', { madeBy: ['company-establish'] }), field('copy', when('code', true))],
      'fields.json: field "copy": when: "code" may be left to the result of another item: let the condition look at another field',
    ],
    'conditions in a circle': [
      [field('one', when('two', true)), field('two', when('three', true)), field('three', when('two', true))],
      'fields.json: field "two": when: the condition leads back to the field itself',
    ],
  };
  it.each(Object.entries(cases))('refuse %s', (_, [fields, sentence]) => {
    expect(told(fields)).toContain(sentence);
  });

  it('refuse a form that lists a field twice, or without the one it depends on', () => {
    const fields = [field('married'), field('spouse', when('married', true))];
    expect(told(fields, ['spouse'])).toEqual([
      'forms.json: form "seal-filing": required: "spouse" depends on "married": list that field too',
    ]);
    expect(told(fields, ['married', 'spouse', 'spouse'])).toEqual([
      'forms.json: form "seal-filing": required: lists "spouse" twice: list it once',
    ]);
  });

  it('let a condition look at what its maker asks for', () => {
    expect(told([field('large', { madeBy: ['seal-filing'] }), field('size', when('large', true))])).toEqual([]);
  });
});

describe('docs/forms.md', () => {
  const text = readFileSync(resolve(import.meta.dirname, '../../docs/forms.md'), 'utf8');
  const example = (kind: string): unknown => JSON.parse(new RegExp(`\`\`\`json ${kind}\n([\\s\\S]*?)\`\`\``).exec(text)?.[1] ?? 'null');

  it('shows a field, a form and a source that would be taken', () => {
    const shown = FieldEntry.parse(example('field'));
    expect(told([field('needs-interpreter'), shown], FormEntry.parse(example('form')).required)).toEqual([]);
    expect(FieldEntry.parse({ ...shown, source: example('source') }).source).toMatchObject({ holder: 'enterprise' });
  });

  it('quotes a complaint as it is told', () => {
    const marital = choice('applicant-marital-status', 'married');
    const [complaint = ''] = told([marital, field('spouse-name', when('applicant-marital-status', 'wed'))]);
    expect(text).toContain(complaint);
  });
});
