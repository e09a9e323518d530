import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AgencyError } from '../../src/connect/index.ts';
import { conforms, testLine } from '../../src/kit/index.ts';
import connector from './connector.ts';
import sandbox from './sandbox.ts';

const USCC = '91321071990000017N';
const PERSON = '321012198812139970';
const SECRET = 'social-security-sandbox-secret';
const line = () => testLine(connector, sandbox, 'catalogue/sandbox');

describe('social insurance', () => {
  it('of an enterprise', async () => {
    await using it = await line();
    expect(await it.read('Enterprise.socialInsurance', USCC)).toMatchObject({
      account: '321071000001',
      status: 'NORMAL',
      insuredCount: 132,
      arrears: '0.00',
      lastPaidMonth: expect.stringMatching(/^\d{4}-\d{2}$/),
      provenance: { agency: 'hrss', connector: 'social-security', freshness: 'LIVE' },
    });
  });

  it('of an enterprise in arrears, and of one that is deregistered', async () => {
    await using it = await line();
    const read = (id: string) => it.read('Enterprise.socialInsurance', it.subjects.enterprise(id)?.uscc);
    expect(await read('E005')).toMatchObject({ status: 'NORMAL', arrears: expect.stringMatching(/^[1-9]\d*\.00$/) });
    expect(await read('E039')).toMatchObject({ status: 'CANCELLED' });
  });

  it('of a person, with the employer', async () => {
    await using it = await line();
    expect(await it.read('Person.socialInsurance', PERSON)).toMatchObject({
      socialSecurityNumber: 'SS321071000001',
      pension: { scheme: 'EMPLOYEE', status: 'PAYING', months: 110 },
      medical: { scheme: 'EMPLOYEE', status: 'PAYING' },
      employer: { uscc: it.subjects.enterprise('E003')?.uscc },
    });
  });

  it('is absent where the agency says 1004 under HTTP 200', async () => {
    await using it = await line();
    expect(await it.read('Enterprise.socialInsurance', '91350100M000100Y43')).toBeNull();
    expect(await it.read('Person.socialInsurance', '11010519491231002X')).toBeNull();
  });

  it('asks one key per call, eight at a time, and loses none of fifty', async () => {
    await using it = await line();
    it.agency.setLatency(5);
    const keys = it.subjects.enterprises.slice(0, 50).map(({ uscc }) => uscc);
    const answers = await it.readAll('Enterprise.socialInsurance', keys);
    expect(answers.every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(it.agency.traffic()).toEqual({ calls: 50, peak: 8 });
  });

  it('refuses the call that finds the queue full, at once', async () => {
    await using it = await testLine(connector, sandbox, 'catalogue/sandbox', { concurrency: 1, queue: 1 });
    it.agency.faults.set('hang');
    const started = performance.now();
    const answers = it.readAll(
      'Enterprise.socialInsurance',
      it.subjects.enterprises.slice(0, 3).map(({ uscc }) => uscc),
      500,
    );
    const refused = (await answers).flatMap((answer) => (answer.status === 'rejected' ? [(answer.reason as AgencyError).code] : []));
    expect(refused.sort()).toEqual(['AGENCY_THROTTLED', 'AGENCY_TIMEOUT', 'AGENCY_TIMEOUT']);
    expect(performance.now() - started).toBeLessThan(1_500);
  });
});

describe('what the agency refuses', () => {
  const post = async (url: string, parameters: Record<string, string>, key = SECRET) => {
    const text = Object.keys(parameters)
      .sort()
      .map((name) => `${name}=${parameters[name]}`)
      .join('&');
    const sign = createHmac('sha256', key).update(text).digest('hex').toUpperCase();
    const reply = await fetch(`${url}/dwcb/query`, { method: 'POST', body: new URLSearchParams({ ...parameters, sign }) });
    return [reply.status, ((await reply.json()) as { code: string }).code];
  };
  const parameters = (now: number, nonce: string) => ({
    app_id: 'yimen-sandbox-hall',
    nonce,
    timestamp: String(Math.floor(now / 1_000)),
    tyshxydm: USCC,
  });

  it('a foreign key, an old time, a replay; and takes the honest one', async () => {
    await using it = await line();
    const now = it.clock.now();
    expect(await post(it.agency.url, parameters(now, 'a'))).toEqual([200, '0000']);
    expect(await post(it.agency.url, parameters(now, 'a'))).toEqual([200, '9005']);
    expect(await post(it.agency.url, parameters(now, 'b'), 'another key')).toEqual([200, '9001']);
    expect(await post(it.agency.url, parameters(now - 301_000, 'c'))).toEqual([200, '9002']);
  });
});

describe('conformance', () => conforms(it, { connector, sandbox }));
