/** A case from opening to decision, over HTTP, at the hall's own bureau. */
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Hall, startHall } from './harness.ts';

const USCC = '91321071990000017N';
const ITEM = 'gov-feasibility';
const FORM = { 'contact-name': '示例联系人', 'contact-phone': '13800000000', 'declared-true': true };
const NOW =
  'case { number status items { id phase officer reference promisedDue statutoryDue correction { what material { id } } result { number nameZh } } } problems { code path message }';

let hall: Hall;
beforeAll(async () => {
  hall = await startHall({}, {}, { as: 'clerk' });
}, 60_000);
afterAll(() => hall?.[Symbol.asyncDispose]());

const ask = (query: string, input: object, role: 'clerk' | 'officer' | 'supervisor' | 'citizen' = 'clerk') =>
  hall.ask(query, { input }, { role });

async function opened(): Promise<string> {
  const input = { items: [ITEM], applicant: { uscc: USCC, nameZh: '扬州示例精密机械有限公司' } };
  const { data } = await ask(`mutation ($input: OpenCaseInput!) { openCase(input: $input) { ${NOW} } }`, input);
  return data.openCase.case.number;
}

const attach = (number: string, material: string, more: object = { certificateNumber: '示例-1' }) =>
  ask(`mutation ($input: AttachMaterialInput!) { attachMaterial(input: $input) { ${NOW} } }`, { number, material, ...more });

const submit = (number: string, idempotencyKey: string) =>
  ask(`mutation ($input: SubmitCaseInput!) { submitCase(input: $input) { ${NOW} } }`, { number, idempotencyKey });

async function ready(): Promise<string> {
  const number = await opened();
  for (const material of ['org-certificate', 'project-report', 'agent-id']) await attach(number, material);
  await attach(number, 'site-opinion', { commitment: '2026-1' });
  await ask(`mutation ($input: SaveFormInput!) { saveForm(input: $input) { ${NOW} } }`, { number, form: FORM });
  return number;
}

const decide = (item: string, decision: string, more: object = {}) =>
  ask(`mutation ($input: DecideInput!) { decide(input: $input) { ${NOW} } }`, { item, decision, ...more }, 'officer');

describe('a case that the bureau decides', () => {
  it('is accepted, corrected once and completely, and granted', async () => {
    const number = await ready();
    const submitted = (await submit(number, 'bureau-1')).data.submitCase;
    expect(submitted.problems).toEqual([]);
    const [{ id, phase, reference, promisedDue, statutoryDue }] = submitted.case.items;
    expect([phase, reference]).toEqual(['RECEIVED', number]);
    expect(promisedDue < statutoryDue).toBe(true);

    const tasks = (await hall.ask('{ tasks(filter: { free: true }) { id case { number } } }', {}, { role: 'officer' })).data.tasks;
    expect(tasks.some((task: { id: string }) => task.id === id)).toBe(true);
    await ask(`mutation ($input: TakeTaskInput!) { takeTask(input: $input) { ${NOW} } }`, { item: id }, 'officer');
    await decide(id, 'ACCEPT');

    const correction = `mutation ($input: RequestCorrectionInput!) { requestCorrection(input: $input) { ${NOW} } }`;
    const points = [{ material: 'project-report', what: '报告缺少签章' }];
    const asked = (await ask(correction, { item: id, points }, 'officer')).data.requestCorrection;
    expect(asked.case.status).toBe('CORRECTION');

    const supplement = `mutation ($input: SupplementInput!) { supplement(input: $input) { ${NOW} } }`;
    const incomplete = (await ask(supplement, { number, item: ITEM })).data.supplement;
    expect(incomplete).toMatchObject({ case: null, problems: [{ code: 'INCOMPLETE_CORRECTION', path: 'materials/project-report' }] });
    await attach(number, 'project-report', { certificateNumber: '示例-2' });
    const mended = (await ask(supplement, { number, item: ITEM, materials: ['project-report'] })).data.supplement;
    expect(mended.case.items[0].phase).toBe('ACCEPTED');

    const again = (await ask(correction, { item: id, points: [{ material: 'agent-id', what: '证件模糊' }] }, 'officer')).data
      .requestCorrection;
    expect(again.problems).toMatchObject([{ code: 'ASKED_BEFORE' }]);

    const granted = (await decide(id, 'GRANT', { resultNumber: '示例批复1号' })).data.decide;
    expect(granted.case).toMatchObject({ status: 'GRANTED', items: [{ phase: 'GRANTED', result: { number: '示例批复1号' } }] });
    expect((await decide(id, 'REFUSE', { reason: '不符' })).data.decide.problems).toMatchObject([{ code: 'CLOSED' }]);

    const { data } = await hall.ask(`{ case(number: "${number}") { events { kind phase actor } } }`);
    expect(data.case.events.map(({ kind }: { kind: string }) => kind)).toEqual([
      'submitted',
      'released',
      'received',
      'accepted',
      'correction',
      'corrected',
      'granted',
    ]);
  });
});

describe('handing in', () => {
  it('the same key fifty times at once is one case; the same key for another case is a conflict', async () => {
    const [number, other] = [await ready(), await ready()];
    const answers = await Promise.all(Array.from({ length: 50 }, () => submit(number, 'fifty')));
    expect(new Set(answers.map(({ data }) => data.submitCase.case?.number))).toEqual(new Set([number]));
    const conflict = await submit(other, 'fifty');
    expect(conflict.errors?.[0]?.extensions['code']).toBe('CONFLICT');
  });

  it('B52: whoever hangs up in the middle of a submission finds the same case with the same key', async () => {
    const number = await ready();
    const gone = new AbortController();
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${await hall.token('clerk')}` };
    const query = `mutation ($input: SubmitCaseInput!) { submitCase(input: $input) { ${NOW} } }`;
    const body = JSON.stringify({ query, variables: { input: { number, idempotencyKey: 'gone' } } });
    const left = request(`${hall.url}/graphql`, { method: 'POST', headers, body, signal: gone.signal });
    setTimeout(() => gone.abort(), 5);
    await expect(left.then((reply) => reply.body.text())).rejects.toThrow();
    const again = (await submit(number, 'gone')).data.submitCase;
    expect(again).toMatchObject({ problems: [], case: { number, items: [{ phase: 'RECEIVED' }] } });
    const { data } = await hall.ask(`{ case(number: "${number}") { events { kind } } }`);
    expect(data.case.events.filter(({ kind }: { kind: string }) => kind === 'submitted')).toHaveLength(1);
  });

  it('names everything that is missing, and keeps nothing', async () => {
    const number = await opened();
    const { data } = await submit(number, 'bare');
    const { problems, case: none } = data.submitCase;
    expect(none).toBeNull();
    expect(problems.map(({ path }: { path: string }) => path)).toEqual(
      expect.arrayContaining(['form/contact-name', 'form/contact-phone', 'form/declared-true', 'materials/project-report']),
    );
    const after = await hall.ask(`{ case(number: "${number}") { status submittedAt materials { source } } }`);
    expect(after.data.case).toEqual({ status: 'DRAFT', submittedAt: null, materials: [] });
  });

  it('B67: a key that is empty or too long is refused', async () => {
    const number = await opened();
    for (const key of ['', 'x'.repeat(256)]) expect((await submit(number, key)).errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
  });

  it('a material that must be there cannot be promised; an unknown item and an unknown material are told', async () => {
    const number = await opened();
    expect((await attach(number, 'project-report', { commitment: '2026-1' })).data.attachMaterial.problems).toMatchObject([
      { code: 'NOT_TOLERABLE' },
    ]);
    expect((await attach(number, 'photo')).data.attachMaterial.problems).toMatchObject([{ code: 'UNKNOWN_MATERIAL' }]);
    const input = { items: ['no-such-item'], applicant: { uscc: USCC, nameZh: '示例' } };
    const { data } = await ask(`mutation ($input: OpenCaseInput!) { openCase(input: $input) { ${NOW} } }`, input);
    expect(data.openCase).toMatchObject({ case: null, problems: [{ code: 'UNKNOWN_ITEM' }] });
  });

  it('another person’s case is as if it were not there', async () => {
    const number = await opened();
    const { data } = await hall.ask(`{ case(number: "${number}") { number } }`, {}, { role: 'citizen' });
    expect(data.case).toBeNull();
  });
});

describe('a case that is taken back', () => {
  it('ends, and nothing can be done to it afterwards', async () => {
    const number = await ready();
    await submit(number, 'taken-back');
    const withdraw = `mutation ($input: WithdrawInput!) { withdraw(input: $input) { ${NOW} } }`;
    expect((await ask(withdraw, { number, reason: '不办了' })).data.withdraw.case.status).toBe('WITHDRAWN');
    expect((await ask(withdraw, { number, reason: '不办了' })).data.withdraw.problems).toMatchObject([{ code: 'NOT_WITHDRAWABLE' }]);
    expect((await attach(number, 'agent-id')).data.attachMaterial.problems).toMatchObject([{ code: 'CLOSED' }]);
  });
});
