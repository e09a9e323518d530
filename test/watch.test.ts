import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../src/connect/index.ts';
import { type Hall, startHall } from './harness.ts';

const QUERY = '{ enterprise(uscc: "91321071990000017N") { tax { arrears } } }';
const HEALTH = '{ agency(id: "taxation") { health { state since p50 p99 errorRate } } }';

let hall: Hall;
beforeAll(async () => {
  hall = await startHall({ memory: { enabled: false } });
});
afterAll(() => hall[Symbol.asyncDispose]());

const metrics = async (role: Role) => {
  const reply = await request(`${hall.url}/metrics`, { headers: { authorization: `Bearer ${await hall.token(role)}` } });
  return { status: reply.statusCode, text: await reply.body.text() };
};

describe('to be seen', () => {
  it('an agency is unknown, then up, then down, and says since when', async () => {
    const health = async () => (await hall.ask(HEALTH)).data.agency.health;
    expect(await health()).toMatchObject({ state: 'UNKNOWN', p50: null, errorRate: null });
    await hall.ask(QUERY);
    const up = await health();
    expect(up).toMatchObject({ state: 'UP', errorRate: 0, p50: expect.any(Number), p99: expect.any(Number) });
    await hall.fault('tax', 'down');
    await hall.ask(QUERY);
    await hall.ask(QUERY);
    const down = await health();
    expect(down.state).toBe('DOWN');
    expect(down.errorRate).toBeCloseTo(2 / 3);
    expect(Date.parse(down.since)).toBeGreaterThanOrEqual(Date.parse(up.since));
    await hall.fault('tax', 'none');
  });

  it('a client in a hurry does not make an agency look dead', async () => {
    await hall.fault('social-security', 'slow');
    const hasty = { headers: { 'x-yimen-deadline': '30ms' } };
    const query = '{ enterprise(uscc: "91321071990000017N") { socialInsurance { account } } }';
    for (let i = 0; i < 3; i++) expect((await hall.ask(query, {}, hasty)).errors?.[0]?.extensions['code']).toBe('AGENCY_TIMEOUT');
    expect((await hall.ask('{ agency(id: "hrss") { health { state } } }')).data.agency.health.state).toBe('UNKNOWN');
    await hall.fault('social-security', 'none');
  });

  it('a department that is not connected has no health', async () => {
    expect((await hall.ask('{ agency(id: "ecology") { connectors health { state } } }')).data.agency).toEqual({
      connectors: [],
      health: null,
    });
  });

  it('metrics count calls, failures by code and time, and name nobody', async () => {
    await hall.ask('{ person(idNumber: "321012198812139970") { identity { nameZh } } }');
    const { status, text } = await metrics('auditor');
    expect(status).toBe(200);
    expect(text).toMatch(/yimen_agency_calls_total\{connector="tax",agency="taxation",operation="Enterprise\.tax"\} 3/);
    expect(text).toMatch(/yimen_agency_failures_total\{connector="tax",.*code="AGENCY_UNAVAILABLE"\} 2/);
    expect(text).toContain('yimen_agency_call_seconds_bucket');
    expect(text).toMatch(/yimen_answers_total\{connector="tax",agency="taxation",operation="Enterprise\.tax",outcome="asked"\} 3/);
    expect(text).toContain('yimen_breaker_state{connector="tax",agency="taxation"} 0');
    expect(text).toContain('yimen_maintenance{connector="tax",agency="taxation"} 0');
    expect(text).not.toMatch(/32101219|9132107199/);
  });

  it('metrics are not for everybody', async () => {
    expect((await metrics('clerk')).status).toBe(403);
    expect((await request(`${hall.url}/metrics`)).statusCode).toBe(401);
  });
});
