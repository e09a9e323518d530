import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completeForm, createFormChecker, formSchema, type JsonSchema, oneForm } from '../index.ts';
import { FORM_THEMES, filledForms, NOBODY, nothingKnown, planFor, shippedCatalogue } from './testing.ts';

const catalogue = shippedCatalogue();
const checker = createFormChecker();
const hiring = formSchema('si-employees', catalogue);

/** Problems as a clerk would read them. */
const told = (schema: JsonSchema, value: unknown, language: 'zh' | 'en' = 'en') =>
  checker.check(schema, value).map(({ pointer, sentence }) => `${pointer}: ${sentence[language]}`);

const [GOOD] = fc.sample(filledForms(hiring), { numRuns: 1, seed: 7 });
const employee = {
  name: '王示例',
  'id-number': '321012198812139970',
  position: '厨师',
  'contract-kind': 'fixed',
  'contract-from': '2026-03-02',
  'contract-until': '2029-03-01',
  'monthly-wage': '6000.00',
};
const good = { ...GOOD, employees: [employee], 'contact-phone': '13800000000' };

describe('the check of a filled form', () => {
  it('finds nothing in a form that keeps its schema', () => {
    expect(told(hiring, good)).toEqual([]);
  });

  const cases: Readonly<Record<string, readonly [object, string]>> = {
    'what is missing': [{ 'contact-phone': undefined }, '/contact-phone: “联系电话”必须填写。'],
    'a wrong credit code': [
      { 'enterprise-uscc': '91350100M000100Y44' },
      '/enterprise-uscc: “统一社会信用代码”不是有效的统一社会信用代码。',
    ],
    'a text where a list belongs': [{ employees: '王示例' }, '/employees: “职工名册”应为列表。'],
    'no rows': [{ employees: [] }, '/employees: “职工名册”至少填写 1 项。'],
    'a wrong identity number': [
      { employees: [{ ...employee, 'id-number': '321012198812139971' }] },
      '/employees/0/id-number: “职工名册 › 第 1 项 › 公民身份号码”不是有效的公民身份号码。',
    ],
    'what a row demands': [
      { employees: [employee, { ...employee, 'contract-until': undefined }] },
      '/employees/1/contract-until: “职工名册 › 第 2 项 › 合同终止日期”必须填写。',
    ],
    'a choice that is none': [
      { employees: [{ ...employee, 'contract-kind': 'for ever' }] },
      '/employees/0/contract-kind: “职工名册 › 第 1 项 › 劳动合同类型”请从所列选项中选择。',
    ],
    'an amount that is none': [
      { employees: [{ ...employee, 'monthly-wage': '6,000' }] },
      '/employees/0/monthly-wage: “职工名册 › 第 1 项 › 月工资（缴费基数，元）”格式不符合要求，请核对。',
    ],
    'a declaration that is not made': [
      { 'declared-true': false },
      '/declared-true: “本人（本单位）承诺所填内容真实、准确、完整”须为“是”。',
    ],
    'a control character': [{ 'contact-name': '王\u202e示例' }, '/contact-name: “联系人姓名”含有无法保存的控制字符，请重新输入。'],
    'an unknown key': [{ '321012198812139970': 1 }, ': “表单”含有表单之外的内容，请删除。'],
    'an unknown cell': [{ employees: [{ ...employee, 王示例: 1 }] }, '/employees/0: “职工名册 › 第 1 项”含有表单之外的内容，请删除。'],
  };
  it.each(Object.entries(cases))('tells %s', (_, [change, sentence]) => {
    const value = JSON.parse(JSON.stringify({ ...good, ...change })) as object;
    expect(told(hiring, value, 'zh')).toEqual([sentence]);
  });

  it('tells of a field that is not asked for as the form stands, and of the one that is', () => {
    const schema = formSchema('special-hours', catalogue);
    const [value] = fc.sample(
      filledForms(schema).filter((it) => it['special-hours-kind'] === 'irregular'),
      { numRuns: 1, seed: 3 },
    );
    expect(told(schema, { ...value, 'special-hours-cycle': 'week' })).toEqual([
      '/special-hours-cycle: “Period over which hours are counted” is not asked for as the form stands: leave it out.',
    ]);
    expect(told(schema, { ...value, 'special-hours-kind': 'comprehensive' })).toEqual([
      '/special-hours-cycle: “Period over which hours are counted” must be filled in.',
    ]);
  });

  it('takes a credit code or an identity number where either may stand', () => {
    const schema = formSchema('name-declaration', catalogue);
    const [value] = fc.sample(filledForms(schema), { numRuns: 1, seed: 5 });
    const owner = (number: string) => told(schema, { ...value, shareholders: [{ name: '王示例', number, percent: 100 }] });
    expect([owner('91350100M000100Y43'), owner('11010519491231002X')]).toEqual([[], []]);
    expect(owner('110105194912310029')).toEqual([
      '/shareholders/0/number: “Shareholders and what they contribute › entry 1 › Citizen identity number or credit code” is not a valid citizen identity number or unified social credit code.',
    ]);
  });

  it('tells everything at once', () => {
    const required = hiring['required'] as string[];
    expect(checker.check(hiring, {}).map(({ pointer }) => pointer)).toEqual(required.map((id) => `/${id}`));
    for (const nothing of [null, undefined, 7, 'text', []])
      expect(told(hiring, nothing)).toEqual([': “The form” must be a set of entries.']);
  });

  it('never repeats what was written, in keys or values, however wrong it is', () => {
    const CANARY = '321012198812139970';
    const text = fc.constantFrom(CANARY, `${CANARY}\u0000`, `${CANARY}${'x'.repeat(500)}`, `/${CANARY}/`, `~1${CANARY}`);
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 4 }, text, fc.array(tie('value'), { maxLength: 3 }), fc.dictionary(text, tie('value'), { maxKeys: 3 })),
    }));
    const keys = Object.keys(hiring['properties'] as object);
    fc.assert(
      fc.property(fc.dictionary(fc.oneof(fc.constantFrom(...keys), text), value), (form) => {
        const problems = checker.check(hiring, form);
        expect(problems.length).toBeGreaterThan(0);
        expect(JSON.stringify(problems)).not.toContain(CANARY);
      }),
      { numRuns: 300, examples: [[{ employees: { [CANARY]: `${CANARY}\u0000` } }]] },
    );
  });

  it('holds out against nesting, dangerous keys and long lists', () => {
    let deep: unknown = '1';
    for (let i = 0; i < 20_000; i++) deep = [deep];
    const hostile = JSON.parse('{"__proto__":{"polluted":1},"constructor":1}') as Record<string, unknown>;
    for (const value of [{ employees: deep }, { remarks: deep }, hostile, { employees: Array(5_000).fill(employee) }])
      expect(checker.check(hiring, value).length).toBeGreaterThan(0);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    const form = oneForm({ ...planFor('newborn', new Map(), catalogue), applicant: NOBODY, known: nothingKnown }, catalogue);
    expect(checker.check(form.schema, completeForm(form, hostile)).length).toBeGreaterThan(0);
  });

  it('goes on after more schemas than it remembers', () => {
    const nth = (n: number) => ({
      type: 'object',
      properties: { n: { title: '数', titleEn: 'Number', type: 'integer', const: n } },
      required: ['n'],
    });
    for (let n = 0; n < 150; n++) expect(checker.check(nth(n), { n })).toEqual([]);
    expect(told(nth(0), { n: 1 })).toEqual(['/n: “Number” differs from what was settled before: change it there.']);
    expect(told(hiring, good)).toEqual([]);
  });

  it.each(FORM_THEMES)('accepts what keeps the merged form of %s', (theme) => {
    const { schema } = oneForm({ ...planFor(theme, new Map(), catalogue), applicant: NOBODY, known: nothingKnown }, catalogue);
    for (const value of fc.sample(filledForms(schema), { numRuns: 10, seed: 1 })) expect(told(schema, value)).toEqual([]);
  });
});
