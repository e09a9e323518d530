import { describe, expect, it } from 'vitest';
import type { AgencyError } from '../../src/connect/index.ts';
import { conforms, testLine } from '../../src/kit/index.ts';
import connector from './connector.ts';
import { yuan } from './map.ts';
import sandbox from './sandbox.ts';

const SUBJECTS = 'catalogue/sandbox';
const USCC = '91321071990000017N';
const UNKNOWN = '91350100M000100Y43';
const line = () => testLine(connector, sandbox, SUBJECTS);

const failure = (work: Promise<unknown>): Promise<AgencyError> =>
  work.then(
    () => expect.fail('it answered'),
    (error: AgencyError) => error,
  );

describe('registration', () => {
  it('is mapped whole', async () => {
    await using it = await line();
    expect(await it.read('Enterprise.registration', USCC)).toMatchObject({
      nameZh: '扬州示例精密机械有限公司',
      status: 'ACTIVE',
      legalRepresentative: { nameZh: '谢示仁', person: { idNumber: '321012198812139970' } },
      registeredCapital: { amount: '30000000.00', currency: 'CNY' },
      industry: { code: 'C34', nameZh: '通用设备制造业' },
      shareholders: [{ nameZh: '谢示仁', percent: 100, person: { idNumber: '321012198812139970' } }],
      licence: { number: USCC, validTo: null, status: 'VALID' },
      abnormal: null,
      provenance: { agency: 'market-regulation', connector: 'market-regulation', freshness: 'LIVE', asOf: expect.any(Date) },
    });
  });

  it('tells abnormal, revoked and deregistered apart', async () => {
    await using it = await line();
    const read = (id: string) => it.read('Enterprise.registration', it.subjects.enterprise(id)?.uscc);
    expect(await read('E009')).toMatchObject({ status: 'ABNORMAL', abnormal: { reasonZh: expect.any(String) } });
    expect(await read('E018')).toMatchObject({
      status: 'REVOKED',
      revokedOn: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      licence: { status: 'REVOKED' },
    });
    expect(await read('E039')).toMatchObject({ status: 'DEREGISTERED', licence: { status: 'CANCELLED' } });
  });

  it('a row that departs from the contract fails alone', async () => {
    await using it = await line();
    const company = it.subjects.enterprise('E002') ?? expect.fail('no such subject');
    company.registeredCapital.amount = -1;
    const [first, second] = await it.readAll('Enterprise.registration', [USCC, company.uscc]);
    expect(first?.status).toBe('fulfilled');
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'AGENCY_PROTOCOL' } });
  });

  it('names enterprises among the shareholders', async () => {
    await using it = await line();
    const answers = await it.readAll(
      'Enterprise.registration',
      it.subjects.enterprises.map(({ uscc }) => uscc),
    );
    const holders = answers.flatMap((answer) =>
      answer.status === 'fulfilled' ? (answer.value?.['shareholders'] as { enterprise?: unknown }[]) : [],
    );
    expect(holders.filter(({ enterprise }) => enterprise).length).toBeGreaterThan(0);
  });

  it('asks 50 keys in one call, 60 in two, with one token', async () => {
    await using it = await line();
    const answers = await it.readAll(
      'Enterprise.registration',
      it.subjects.enterprises.map(({ uscc }) => uscc),
    );
    expect(answers.every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(it.calls.map(({ keys }) => keys)).toEqual([50, 10]);
    expect(it.agency.traffic().calls).toBe(3);
  });

  it('is absent for a code the registry does not know, beside one it knows', async () => {
    await using it = await line();
    const [unknown, known] = await it.readAll('Enterprise.registration', [UNKNOWN, USCC]);
    expect(unknown).toEqual({ status: 'fulfilled', value: null });
    expect(known).toMatchObject({ status: 'fulfilled', value: { nameZh: expect.any(String) } });
  });

  it.each([
    ['3000.000000', '30000000.00'],
    ['0.000000', '0.00'],
    ['0.05', '500.00'],
    ['123456.789012', '1234567890.12'],
    ['1', '10000.00'],
  ])('%s 万元 is %s yuan', (tenThousands, expected) => expect(yuan(tenThousands)).toBe(expected));
});

describe('enterprises of a person', () => {
  it('says what the person is in each', async () => {
    await using it = await line();
    const answer = await it.read('Person.enterprises', '321012198812139970');
    expect(answer?.['items']).toHaveLength(4);
    expect(answer?.['items']).toContainEqual({
      nameZh: '扬州示例精密机械有限公司',
      legalRepresentative: true,
      percent: 100,
      enterprise: { uscc: USCC },
    });
  });

  it('is an empty list for a person without any, absent for an unknown one', async () => {
    await using it = await line();
    const none = it.subjects.persons.find((p) => p.shareholdings.length + p.legalRepresentativeOf.length === 0);
    expect(await it.read('Person.enterprises', none?.idNumber)).toMatchObject({ items: [] });
    expect(await it.read('Person.enterprises', '11010519491231002X')).toBeNull();
  });
});

describe('search', () => {
  it('pages with cursors until all were seen', async () => {
    await using it = await line();
    const first = await it.read('Query.enterprises', { name: '示例', first: 40, after: null });
    expect(first).toMatchObject({ totalCount: 60, pageInfo: { hasNextPage: true } });
    const { endCursor } = (first ?? expect.fail('absent'))['pageInfo'] as { endCursor: string };
    expect(await it.read('Query.enterprises', { name: '示例', first: 40, after: endCursor })).toMatchObject({
      pageInfo: { hasNextPage: false },
    });
    expect(await it.read('Query.enterprises', { name: '没有这个名字', first: 20 })).toMatchObject({ totalCount: 0, edges: [] });
  });

  it('refuses a cursor of something else', async () => {
    await using it = await line();
    for (const after of ['abc', '', 'YWZ0ZXI6NA!!'])
      expect(await failure(it.read('Query.enterprises', { name: '示例', after }))).toMatchObject({ code: 'AGENCY_REFUSED' });
  });
});

describe('credentials', () => {
  it('a token that ran out is renewed, once for all who wait', async () => {
    await using it = await line();
    await it.read('Enterprise.registration', USCC);
    it.clock.set(600_000);
    it.agency.resetTraffic();
    const reads: Promise<unknown>[] = [];
    for (const { uscc } of it.subjects.enterprises.slice(0, 3)) {
      reads.push(it.read('Enterprise.registration', uscc));
      // What is asked in one turn of the loop goes out in one call.
      await new Promise((done) => setTimeout(done, 1));
    }
    await Promise.all(reads);
    expect(it.agency.traffic().calls).toBe(4);
  });

  it('credentials that are refused are tried once more, then reported', async () => {
    await using it = await line();
    await it.read('Enterprise.registration', USCC);
    it.agency.resetTraffic();
    it.agency.faults.set('expired');
    expect(await failure(it.read('Enterprise.registration', USCC))).toMatchObject({ code: 'AGENCY_CREDENTIALS', retryable: false });
    expect(it.agency.traffic().calls).toBe(2);
  });

  it('the registry takes no call without a token of its own', async () => {
    await using it = await line();
    const headers = { 'content-type': 'application/json', authorization: 'Bearer made-up' };
    const reply = await fetch(`${it.agency.url}/registrations/query`, { method: 'POST', headers, body: `{"uniscids":["${USCC}"]}` });
    expect(reply.status).toBe(401);
    const wrong = `Basic ${Buffer.from('yimen-sandbox-hall:wrong').toString('base64')}`;
    const token = await fetch(`${it.agency.url}/oauth/token`, {
      method: 'POST',
      headers: { authorization: wrong },
      body: 'grant_type=client_credentials',
    });
    expect(token.status).toBe(401);
  });
});

describe('conformance', () => conforms(it, { connector, sandbox }));
