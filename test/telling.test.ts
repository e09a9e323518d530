/** People are told what happened to their case, and get what was decided. */

import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../src/connect/index.ts';
import { type Hall, startHall } from './harness.ts';

const ITEM = 'gov-feasibility';
const PHONE = '13800001234';
const ADDRESS = '江苏省扬州市示例路1号';
const FORM = { 'contact-name': '示例联系人', 'contact-phone': '13800000000', 'declared-true': true };
const HOUR = 3_600_000;
const NOW =
  'case { number status items { id phase } messages { kind state doneAt note item { slug } } delivery { method state trackingNumber due note } } problems { code path }';

let hall: Hall;
beforeAll(async () => {
  hall = await startHall({}, {}, { as: 'clerk' });
}, 60_000);
afterAll(() => hall?.[Symbol.asyncDispose]());

async function doing(name: string, input: object, role: Role = 'clerk') {
  const query = `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${NOW} } }`;
  const { data, errors } = await hall.ask(query, { input }, { role });
  expect(errors, name).toBeUndefined();
  return data[name];
}

const now = async (number: string) =>
  (
    await hall.ask(
      `{ case(number: "${number}") { changedAt events { kind } messages { kind state note } delivery { method state trackingNumber due overdue note } } }`,
    )
  ).data.case;

async function submitted({ phone = PHONE as string | null, delivery = undefined as object | undefined, promise = false } = {}) {
  const applicant = { uscc: '91321071990000017N', nameZh: '扬州示例精密机械有限公司', phone };
  const { number } = (await doing('openCase', { items: [ITEM], applicant, ...(delivery && { delivery }) })).case;
  for (const material of ['org-certificate', 'project-report', 'agent-id'])
    await doing('attachMaterial', { number, material, certificateNumber: '示例-1' });
  await doing('attachMaterial', {
    number,
    material: 'site-opinion',
    ...(promise ? { commitment: '2026-1' } : { certificateNumber: '示例-1' }),
  });
  await doing('saveForm', { number, form: FORM });
  const done = await doing('submitCase', { number, idempotencyKey: `telling-${number}` });
  expect(done.problems).toEqual([]);
  return { number, item: done.case.items[0].id as string };
}

const texts = async () => (await hall.sandbox.applications('sms')).map(({ nameZh }) => nameZh);
const kindsOf = async (number: string): Promise<readonly string[]> => (await now(number)).events.map(({ kind }: { kind: string }) => kind);
const parcels = async () => (await hall.sandbox.applications('ems')).filter(({ nameZh }) => nameZh !== '').length;
const later = { timeout: 10_000, interval: 50 };

describe('telling the applicant', () => {
  it('a correction lists everything at once, and its delivery is proved', async () => {
    const { number, item } = await submitted();
    const points = [
      { material: 'project-report', what: '报告缺少签章' },
      { material: 'agent-id', what: '证件模糊' },
    ];
    await doing('requestCorrection', { item, points }, 'officer');
    await expect.poll(async () => (await now(number)).messages, later).toMatchObject([{ kind: 'correction', state: 'DELIVERED' }]);
    const text = (await texts()).find((each) => each.includes(number));
    expect(text).toContain('【示例政务服务大厅】');
    expect(text).toContain('1. 报告缺少签章；2. 证件模糊');
  });

  it('a reply that is lost makes no second text', async () => {
    const sms = hall.agencies.find(({ id }) => id === 'sms');
    const { number, item } = await submitted();
    sms?.flaky.set({ reset: 0, unavailable: 0, lost: 1 });
    await doing('requestCorrection', { item, points: [{ material: 'agent-id', what: '证件模糊' }] }, 'officer');
    await expect.poll(async () => (await texts()).filter((text) => text.includes(number)).length, later).toBe(1);
    sms?.flaky.set(undefined);
    await expect.poll(async () => (await now(number)).messages[0].state, { timeout: 30_000 }).toBe('DELIVERED');
    expect((await texts()).filter((text) => text.includes(number))).toHaveLength(1);
  }, 60_000);

  it('a phone that is switched off and one that was not left are both seen at the counter', async () => {
    await hall.sandbox.setHabit('sms', 'refuse');
    const off = await submitted();
    const none = await submitted({ phone: null });
    for (const { item } of [off, none])
      await doing('requestCorrection', { item, points: [{ material: 'agent-id', what: '模糊' }] }, 'officer');
    await expect.poll(async () => (await now(off.number)).messages, later).toMatchObject([{ state: 'FAILED', note: '用户关机' }]);
    expect((await now(none.number)).messages).toMatchObject([{ state: 'NO_ADDRESS' }]);
    await hall.sandbox.setHabit('sms', 'grant');
  });

  it('a message gateway that is away costs no case anything: the decision stands, and is told once it is back', async () => {
    await hall.fault('sms', 'down');
    const { number, item } = await submitted();
    expect((await doing('decide', { item, decision: 'GRANT' }, 'officer')).case.status).toBe('GRANTED');
    expect((await now(number)).messages).toMatchObject([{ kind: 'granted', state: 'QUEUED' }]);
    await hall.fault('sms', 'none');
    // Whatever its breaker and the pauses between attempts come to, the sweep looks again.
    await hall.advance(HOUR);
    await expect.poll(async () => (await now(number)).messages[0].state, { timeout: 30_000 }).toBe('DELIVERED');
    expect((await texts()).filter((text) => text.includes(number))).toHaveLength(1);
  }, 60_000);

  it('T3: a forged delivery report is 401 and changes nothing', async () => {
    const { number, item } = await submitted();
    await hall.sandbox.setHabit('sms', 'silent');
    await doing('requestCorrection', { item, points: [{ material: 'agent-id', what: '模糊' }] }, 'officer');
    await expect.poll(async () => (await now(number)).messages[0].state, later).toBe('SENT');
    const [file] = (await hall.sandbox.applications('sms')).filter(({ nameZh }) => nameZh.includes(number));
    const body = JSON.stringify({ clientMsgId: file?.key, report: { reportId: 'x', stat: 'DELIVRD', time: Date.now(), desc: null } });
    const headers = { 'content-type': 'application/json', 'x-sms-time': String(Date.now()), 'x-sms-sign': 'ab'.repeat(32) };
    const { statusCode } = await request(`${hall.url}/callbacks/sms`, { method: 'POST', headers, body });
    expect(statusCode).toBe(401);
    expect((await now(number)).messages[0].state).toBe('SENT');
    await hall.sandbox.setHabit('sms', 'grant');
    // A gateway that stays silent is asked.
    await hall.advance(HOUR);
    await expect.poll(async () => (await now(number)).messages[0].state, later).toBe('DELIVERED');
  }, 60_000);
});

describe('handing results over', () => {
  it('by courier: ordered once, collected, signed for, each step an event of the case', async () => {
    const { number, item } = await submitted({ delivery: { method: 'COURIER', address: ADDRESS } });
    await doing('decide', { item, decision: 'GRANT' }, 'officer');
    await expect.poll(async () => (await now(number)).delivery, later).toMatchObject({ method: 'COURIER', state: 'SENT' });
    const { changedAt } = await now(number);
    await hall.advance(2 * HOUR);
    await expect.poll(async () => (await now(number)).delivery.state, later).toBe('COLLECTED');
    await hall.advance(40 * HOUR);
    await expect.poll(async () => (await now(number)).delivery, later).toMatchObject({ state: 'DELIVERED', note: '本人签收' });
    const { delivery, events } = await now(number);
    expect(delivery.trackingNumber).toMatch(/^EMS-/);
    expect(delivery.due).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(events.map(({ kind }: { kind: string }) => kind).slice(-3)).toEqual([
      'delivery-sent',
      'delivery-collected',
      'delivery-delivered',
    ]);
    const parcels = (await hall.sandbox.applications('ems')).filter(({ nameZh }) => nameZh !== '');
    expect(parcels).toHaveLength(1);
    expect(JSON.stringify(events)).not.toContain(ADDRESS);
    // Whoever asks for what changed since then finds it.
    const { data } = await hall.ask(
      `{ cases(filter: { updatedSince: "${new Date(Date.parse(changedAt) + HOUR).toISOString()}" }) { nodes { number } } }`,
    );
    expect(data.cases.nodes).toContainEqual({ number });
  }, 60_000);

  it('at the hall: it waits until a clerk says who fetched it', async () => {
    const { number, item } = await submitted();
    expect((await doing('confirmPickup', { number })).problems).toMatchObject([{ code: 'NOTHING_TO_FETCH' }]);
    await doing('decide', { item, decision: 'GRANT' }, 'officer');
    expect((await now(number)).delivery).toMatchObject({ method: 'PICKUP', state: 'WAITING' });
    expect((await doing('confirmPickup', { number })).case.delivery.state).toBe('DELIVERED');
  });

  it('a courier without an address is a problem at the counter, and nothing is opened', async () => {
    const applicant = { uscc: '91321071990000017N', nameZh: '示例', phone: PHONE };
    const opened = await doing('openCase', { items: [ITEM], applicant, delivery: { method: 'COURIER' } });
    expect(opened).toMatchObject({ case: null, problems: [{ code: 'MISSING_ADDRESS', path: 'delivery/address' }] });
  });
});

describe('handing over, when it goes wrong', () => {
  it('a parcel that comes back is sent anew, to another address or to be fetched; what is on its way is not changed', async () => {
    await hall.sandbox.setHabit('ems', 'refuse');
    const { number, item } = await submitted({ delivery: { method: 'COURIER', address: ADDRESS } });
    await doing('decide', { item, decision: 'GRANT' }, 'officer');
    const set = (delivery: object) => doing('setDelivery', { number, delivery });
    await expect.poll(async () => (await now(number)).delivery?.state, later).toBe('SENT');
    expect((await set({ method: 'PICKUP' })).problems).toMatchObject([{ code: 'ON_ITS_WAY' }]);
    await hall.advance(60 * HOUR);
    await expect.poll(async () => (await now(number)).delivery, later).toMatchObject({ state: 'FAILED', note: '收件人拒收，已退回' });
    const { due } = (await now(number)).delivery;
    expect((await set({ method: 'COURIER' })).problems).toMatchObject([{ code: 'MISSING_ADDRESS', path: 'delivery/address' }]);
    await hall.sandbox.setHabit('ems', 'grant');
    expect((await set({ method: 'COURIER', address: `${ADDRESS} 2` })).problems).toEqual([]);
    await expect.poll(async () => (await now(number)).delivery, later).toMatchObject({ state: 'SENT', due });
    await hall.advance(60 * HOUR);
    await expect.poll(async () => (await now(number)).delivery.state, later).toBe('DELIVERED');
    expect((await set({ method: 'PICKUP' })).problems).toMatchObject([{ code: 'ON_ITS_WAY' }]);
  }, 60_000);

  it('results that lie at the hall after the tenth working day are called overdue, once', async () => {
    const { number, item } = await submitted();
    await doing('decide', { item, decision: 'GRANT' }, 'officer');
    expect((await now(number)).delivery).toMatchObject({ state: 'WAITING', overdue: false });
    await hall.advance(20 * 24 * HOUR);
    await expect.poll(async () => (await now(number)).delivery, later).toMatchObject({ state: 'WAITING', overdue: true });
    await hall.advance(HOUR);
    const { events } = await now(number);
    expect(events.filter(({ kind }: { kind: string }) => kind === 'hand-over-overdue')).toHaveLength(1);
    expect((await doing('confirmPickup', { number })).case.number).toBe(number);
  }, 60_000);

  it('what is late stays late when it is sent anew, and the commissioner is not told again', async () => {
    await hall.sandbox.setHabit('ems', 'refuse');
    const { number, item } = await submitted({ delivery: { method: 'COURIER', address: ADDRESS } });
    await doing('decide', { item, decision: 'GRANT' }, 'officer');
    await expect.poll(async () => (await now(number)).delivery?.state, later).toBe('SENT');
    await hall.advance(60 * HOUR);
    await expect.poll(async () => (await now(number)).delivery.state, later).toBe('FAILED');
    await hall.advance(20 * 24 * HOUR);
    await expect.poll(async () => (await now(number)).delivery.overdue, later).toBe(true);
    await doing('setDelivery', { number, delivery: { method: 'PICKUP' } });
    expect((await now(number)).delivery).toMatchObject({ method: 'PICKUP', state: 'WAITING', overdue: true });
    // Another case becomes late after it: the sweep has looked at both.
    const other = await submitted();
    await doing('decide', { item: other.item, decision: 'GRANT' }, 'officer');
    await hall.advance(20 * 24 * HOUR);
    await expect.poll(async () => (await now(other.number)).delivery.overdue, later).toBe(true);
    expect(await kindsOf(number)).toEqual(expect.arrayContaining(['hand-over-overdue']));
    expect((await kindsOf(number)).filter((kind) => kind === 'hand-over-overdue')).toHaveLength(1);
    await hall.sandbox.setHabit('ems', 'grant');
  }, 60_000);

  it('before anything is handed over it is only noted, and what lies at the hall may go by courier; not for somebody else', async () => {
    const early = await submitted();
    const courier = { method: 'COURIER', address: ADDRESS };
    expect((await doing('setDelivery', { number: early.number, delivery: courier })).case.delivery).toBeNull();
    await doing('decide', { item: early.item, decision: 'GRANT' }, 'officer');
    await expect.poll(async () => (await now(early.number)).delivery, later).toMatchObject({ method: 'COURIER', state: 'SENT' });
    const lying = await submitted();
    await doing('decide', { item: lying.item, decision: 'GRANT' }, 'officer');
    const foreign = await doing('setDelivery', { number: lying.number, delivery: courier }, 'citizen');
    expect(foreign).toMatchObject({ case: null, problems: [{ code: 'UNKNOWN_CASE' }] });
    expect((await now(lying.number)).delivery).toMatchObject({ method: 'PICKUP', state: 'WAITING' });
    await doing('setDelivery', { number: lying.number, delivery: courier });
    await expect.poll(async () => (await now(lying.number)).delivery, later).toMatchObject({ method: 'COURIER', state: 'SENT' });
  }, 60_000);

  it('a parcel whose reply was lost is not called failed while the courier can say that it has it', async () => {
    await hall.sandbox.setHabit('ems', 'silent');
    const ems = hall.agencies.find(({ id }) => id === 'ems');
    const before = await parcels();
    ems?.flaky.set({ reset: 0, unavailable: 0, lost: 1 });
    const { number, item } = await submitted({ delivery: { method: 'COURIER', address: ADDRESS } });
    await doing('decide', { item, decision: 'GRANT' }, 'officer');
    await expect.poll(async () => (await parcels()) - before, later).toBe(1);
    await hall.advance(73 * HOUR);
    ems?.flaky.set(undefined);
    await expect.poll(async () => (await now(number)).delivery.state, { timeout: 30_000 }).not.toBe('QUEUED');
    expect((await now(number)).delivery.trackingNumber).toMatch(/^EMS-/);
    expect((await doing('setDelivery', { number, delivery: { method: 'PICKUP' } })).problems).toMatchObject([{ code: 'ON_ITS_WAY' }]);
    expect((await parcels()) - before).toBe(1);
    await hall.sandbox.setHabit('ems', 'grant');
  }, 60_000);

  it('a parcel that no courier takes for days ends as failed, an event of the case that tells to ask the courier first', async () => {
    await hall.fault('ems', 'down');
    const { number, item } = await submitted({ delivery: { method: 'COURIER', address: ADDRESS } });
    await doing('decide', { item, decision: 'GRANT' }, 'officer');
    await hall.advance(71 * HOUR);
    expect((await now(number)).delivery.state).toBe('QUEUED');
    await hall.advance(2 * HOUR);
    await expect.poll(async () => (await now(number)).delivery.state, { timeout: 20_000 }).toBe('FAILED');
    expect((await now(number)).delivery.note).toContain('核实');
    expect(await kindsOf(number)).toContain('delivery-failed');
    await hall.fault('ems', 'none');
  }, 60_000);

  it('a text that no gateway takes for days ends as failed, for somebody to telephone', async () => {
    await hall.fault('sms', 'down');
    const { number, item } = await submitted();
    await doing('decide', { item, decision: 'GRANT' }, 'officer');
    await hall.advance(73 * HOUR);
    await expect.poll(async () => (await now(number)).messages, { timeout: 20_000 }).toMatchObject([{ state: 'FAILED' }]);
    await hall.fault('sms', 'none');
  }, 60_000);
});
