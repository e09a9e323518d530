/** Fields of the root that a hall's own connector brings: found by arguments, so nobody's subject; and lists of any length. */
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Hall, startHall } from './harness.ts';

const PERSON = '321012198812139970';
const PARCEL = '{ landParcel(number: "1") { holderNameZh } }';
const OWNERS = '{ landParcel(number: "1") { owners { enterprises { items { percent } } } } }';
/** Where a hall's settings lie, as the harness starts it. */
const module = relative(join(tmpdir(), 'hall'), resolve(import.meta.dirname, 'fixtures/connector-parcels/connector.ts'));
const connectors = { parcels: { module, settings: {} } };
const machine = { actor: 'sandbox-integrator', fields: ['Query.landParcel', 'Person'], perDay: 1_000 };

let hall: Hall;
beforeAll(async () => {
  const grants = { 'ITEM deed-tax': ['Query.landParcel'], 'THEME newborn': ['Query.landParcel.holderNameZh'] };
  hall = await startHall({ connectors, access: { bulk: [machine], grants } });
});
afterAll(() => hall?.[Symbol.asyncDispose]());

type Role = NonNullable<Parameters<Hall['serve']>[1]>;
type Answer = Awaited<ReturnType<Hall['ask']>>;
const codes = ({ errors = [] }: Answer) => errors.map(({ extensions }) => extensions['code']);
const serving = (kind: string, code?: string, role: Role = 'clerk') =>
  hall.serve({ subject: { idNumber: PERSON }, purpose: { kind, ...(code && { code }) } }, role);
const parcel = async (role: Role, headers = {}) => hall.ask(PARCEL, {}, { role, headers });

it.each(['clerk', 'officer', 'supervisor', 'kiosk', 'citizen', 'auditor'] as const)('a %s without a session sees none', async (role) => {
  expect(codes(await parcel(role))).toEqual(['PURPOSE_REQUIRED']);
});

it.each(['clerk', 'officer', 'supervisor'] as const)('a %s sees what a grant of the hall names for the purpose', async (role) => {
  const granted = await parcel(role, await serving('ITEM', 'deed-tax', role));
  expect(granted.data.landParcel).toEqual({ holderNameZh: '欧阳**' });
  const named = await parcel(role, await serving('THEME', 'newborn', role));
  expect(named.data.landParcel).toEqual({ holderNameZh: '欧阳示例' });
  expect(codes(await parcel(role, await serving('CONSULTATION', undefined, role)))).toEqual(['FORBIDDEN']);
});

it('no kiosk does, whatever the hall grants, and a field beside those that are named is refused', async () => {
  expect(codes(await parcel('kiosk', await serving('THEME', 'newborn', 'kiosk')))).toEqual(['FORBIDDEN']);
  const query = '{ landParcel(number: "1") { holderNameZh holderPhone } }';
  const answer = await hall.ask(query, {}, { role: 'clerk', headers: await serving('THEME', 'newborn') });
  expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', fields: ['Query.landParcel.holderPhone'] });
});

it('is written down as a search, with purpose and session', async () => {
  await parcel('clerk', await serving('ITEM', 'deed-tax'));
  const query = 'query ($filter: AccessLogFilter!) { accessLog(filter: $filter, first: 1) { nodes { action purpose session fields } } }';
  const [from, to] = [-1, 1].map((days) => new Date(Date.now() + days * 86_400_000).toISOString());
  const { data } = await hall.ask(query, { filter: { from, to, clerk: 'sandbox-clerk' } }, { role: 'auditor' });
  const row = { action: 'search.read', purpose: 'ITEM deed-tax', session: expect.any(String), fields: ['Query.landParcel.holderNameZh'] };
  expect(data.accessLog.nodes).toEqual([row]);
});

it('costs of the budget of persons', async () => {
  await using own = await startHall({ connectors, access: { bulk: [machine], personsPerMinute: 1 } });
  expect([codes(await own.ask(PARCEL)), codes(await own.ask(PARCEL))]).toEqual([[], ['LIMIT_EXCEEDED']]);
});

it('T14 a list that holds more than could be known beforehand asks no agency more than a request may', async () => {
  await using own = await startHall({ connectors, access: { bulk: [machine] }, limits: { perAgency: 7 } });
  const calls = () => own.agencies.find(({ id }) => id === 'market-regulation')?.traffic().calls ?? 0;
  const before = calls();
  const answer = await own.ask(OWNERS);
  expect(answer.data.landParcel.owners.filter(({ enterprises }: { enterprises: unknown }) => enterprises !== null)).toHaveLength(7);
  expect(answer.errors).toHaveLength(5);
  expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: 'perAgency', retryable: false });
  expect(calls() - before).toBeLessThanOrEqual(7);
});
