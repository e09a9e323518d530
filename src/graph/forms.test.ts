import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { extendSchema, graphql, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createCalendar } from '../calendar/index.ts';
import { loadCatalogue } from '../catalogue/index.ts';
import { movableClock } from '../clock/index.ts';
import { type Caller, type Provenance, ROLES, type Role } from '../connect/index.ts';
import { type Known, oneForm } from '../guide/index.ts';
import { Vault } from '../store/index.ts';
import { noticeCodes } from '../trust/index.ts';
import type { RequestContext } from './context.ts';
import { createGraph, globalIds } from './index.ts';
import { noticeDesk } from './notice-desk.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const catalogue = loadCatalogue(resolve(ROOT, 'catalogue'));
const { schema } = createGraph({ folders: [resolve(ROOT, 'schema')], served: new Map() });
/** The form as a guide would hold it, without a guide. */
const withForm = extendSchema(schema, parse('extend type Query { form: OneForm!, item: ServiceItem! }'));

const WIFE = '321012198705099969';
const HUSBAND = '321003198908159996';
const provenance: Provenance = {
  agency: 'public-security',
  connector: 'public-security',
  retrievedAt: new Date('2026-03-02T01:00:00Z'),
  asOf: null,
  freshness: 'LIVE',
};

const known: Known = (holder, section) => {
  if (holder !== 'applicant' || section !== 'Person.household')
    return { kind: 'failed', agency: 'public-security', code: 'AGENCY_TIMEOUT' };
  const members = [
    { nameZh: '陈示洁', relation: '户主', person: { idNumber: WIFE } },
    { nameZh: '周示武', relation: '配偶', person: { idNumber: HUSBAND } },
  ];
  return { kind: 'value', value: { address: '朴席镇示例花园10幢203室', members }, provenance };
};

const theme = catalogue.theme('real-estate-transfer');
const item = catalogue.item('re-transfer');
if (!theme || !item) throw new Error('the shipped catalogue lacks real-estate-transfer');
const plannedItems = theme.steps.flatMap((step) => catalogue.item(step.item) ?? []);
const applicant = { idNumber: WIFE, people: [] };
const form = oneForm({ theme, answers: new Map([['mortgage', true]]), plannedItems, applicant, known }, catalogue);

const FORM = `{ form { schema parts { id nameZh nameEn lines {
  id labelZh labelEn helpZh helpEn required schema shownWhen { field equals } askedBy { slug } value correctable uncheckedCode
  saidBy { agency { code } connector retrievedAt freshness }
} } } }`;

function contextOf(role: Role): RequestContext {
  const caller: Caller = { role, actor: 'test' };
  const nobody = () => {
    throw new Error('a form asks no agency');
  };
  return {
    caller,
    language: 'zh',
    traceId: 'test',
    catalogue,
    calendar: createCalendar(),
    clock: movableClock(),
    timeMs: 1_000,
    ids: globalIds(Buffer.alloc(32, 1)),
    reader: { read: nobody, redeem: nobody },
    connectorsOf: () => [],
    servedBy: () => undefined,
    notices: noticeDesk({ codes: noticeCodes(Buffer.alloc(32, 2)), catalogue, fictional: true, listensAt: () => '' }),
    healthOf: () => undefined,
    cases: { opened: undefined, enter: nobody, access: nobody, evidence: nobody, erase: nobody, close: async () => {} },
    session: undefined,
    looks: {
      admit: nobody,
      refused: nobody,
      missed: nobody,
      unmasked: nobody,
      keep: async () => {},
      isInClear: (kind) => kind !== 'ID_NUMBER' || role === 'supervisor',
    },
    access: {
      vault: new Vault(Buffer.alloc(32, 3)),
      advice: new Set(),
      grants: new Map(),
      bulk: new Map(),
      masks: new Map(),
    },
    ruleOf: () => undefined,
    checkForm: () => [],
    signal: AbortSignal.timeout(60_000),
  };
}

const ask = async (source: string, role: Role = 'clerk') => {
  const { data, errors } = await graphql({ schema: withForm, source, rootValue: { form, item }, contextValue: contextOf(role) });
  expect(errors).toBeUndefined();
  return JSON.parse(JSON.stringify(data));
};

interface Line {
  readonly id: string;
  readonly value: unknown;
}
const lineIn = (data: { form: { parts: { lines: Line[] }[] } }, id: string) =>
  data.form.parts.flatMap(({ lines }) => lines).find((line) => line.id === id);

describe('the one form in the schema', () => {
  it('says of every line what it is, who asks for it, and who filled it in', async () => {
    const data = await ask(FORM);
    expect(data.form.parts.map(({ id }: { id: string }) => id)).toEqual([
      'applicant',
      'agent',
      'bank',
      'property',
      'delivery',
      'contact',
      'declaration',
    ]);
    expect(lineIn(data, 'applicant-residence-address')).toBeUndefined();
    expect(lineIn(data, 'applicant-family-members')).toMatchObject({
      labelZh: '家庭成员（未成年子女）',
      helpEn: expect.stringContaining('Deed tax'),
      required: false,
      askedBy: [{ slug: 'deed-tax' }],
      shownWhen: [],
      correctable: true,
      saidBy: { agency: { code: 'public-security' }, freshness: 'LIVE' },
      schema: { type: 'array', title: '家庭成员（未成年子女）' },
    });
    expect(lineIn(data, 'own-share')).toMatchObject({ shownWhen: [{ field: 'ownership-mode', equals: 'shares' }], value: null });
    expect(lineIn(data, 'has-mortgage')).toMatchObject({ value: true, correctable: false, saidBy: null, schema: { type: 'boolean' } });
    expect(lineIn(data, 'applicant-name')).toMatchObject({ value: null, uncheckedCode: 'AGENCY_TIMEOUT', saidBy: null });
    expect(data.form.schema).toMatchObject({ title: '不动产交易登记一件事', type: 'object', unevaluatedProperties: false });
  });

  it.each(ROLES)('shows identity numbers to a %s as the role may see them, at any depth', async (role) => {
    const data = await ask(FORM, role);
    const seesAll = role === 'supervisor';
    expect(lineIn(data, 'applicant-id-number')?.value).toBe(seesAll ? WIFE : '3***************69');
    const members = lineIn(data, 'applicant-family-members')?.value as { 'id-number': string; name: string }[];
    expect(members.map((it) => it['id-number'])).toEqual(seesAll ? [WIFE, HUSBAND] : ['3***************69', '3***************96']);
    expect(members.map(({ name }) => name)).toEqual(['陈示洁', '周示武']);
    if (!seesAll) for (const number of [WIFE, HUSBAND]) expect(JSON.stringify(data)).not.toContain(number);
  });

  it('gives the schema of one item on its own', async () => {
    const { item: given } = await ask('{ item { formSchema } }');
    expect(given.formSchema).toMatchObject({ title: item.nameZh, titleEn: item.nameEn, required: expect.arrayContaining(['sellers']) });
  });
});

describe('docs/forms.md', () => {
  it('asks for what the schema has', () => {
    const text = readFileSync(resolve(ROOT, 'docs/forms.md'), 'utf8');
    const documents = [...text.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, source = '']) => source);
    expect(documents).toHaveLength(2);
    for (const source of documents) expect(validate(schema, parse(source))).toEqual([]);
  });
});
