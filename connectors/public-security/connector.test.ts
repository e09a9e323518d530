import { describe, expect, it } from 'vitest';
import { type AgencyError, decodeJson, Secret, sm2Signature, sm4Body, type WireRequest } from '../../src/connect/index.ts';
import { conforms, type TestLine, testLine } from '../../src/kit/index.ts';
import connector from './connector.ts';
import sandbox from './sandbox.ts';

const USCC = '91321071990000017N';
const PERSON = '321012198812139970';
const line = () => testLine(connector, sandbox, 'catalogue/sandbox');

const failure = (work: Promise<unknown>): Promise<AgencyError> =>
  work.then(
    () => expect.fail('it answered'),
    (error: AgencyError) => error,
  );

describe('seals, identity, household', () => {
  it('lists the seals of an enterprise', async () => {
    await using it = await line();
    const answer = await it.read('Enterprise.seals', USCC);
    expect(answer).toMatchObject({ provenance: { agency: 'public-security', freshness: 'LIVE', asOf: expect.any(Date) } });
    expect(answer?.['items']).toHaveLength(4);
    expect(answer?.['items']).toContainEqual(expect.objectContaining({ number: '3210710000001', typeZh: '法定名称章', status: 'IN_USE' }));
  });

  it('identifies a person, card included', async () => {
    await using it = await line();
    expect(await it.read('Person.identity', PERSON)).toMatchObject({
      nameZh: '谢示仁',
      gender: 'MALE',
      birthDate: '1988-12-13',
      card: { status: 'VALID', issuedOn: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) },
    });
  });

  it('shows a newborn without a card', async () => {
    await using it = await line();
    const child = it.subjects.persons.find(({ certificates }) => !certificates.some(({ type }) => type === 'id-card'));
    expect(await it.read('Person.identity', child?.idNumber)).toMatchObject({ nameZh: child?.nameZh, card: null });
  });

  it('lists the household, the person included', async () => {
    await using it = await line();
    const answer = await it.read('Person.household', PERSON);
    expect(answer).toMatchObject({ householdId: 'H001', relation: '户主', division: '321012' });
    expect((answer?.['members'] as { relation: string }[] | undefined)?.map(({ relation }) => relation).sort()).toEqual(
      ['子', '户主', '配偶'].sort(),
    );
  });

  it('knows nobody by a number that was never given', async () => {
    await using it = await line();
    expect(await it.read('Person.identity', '11010519491231002X')).toBeNull();
    expect(await it.read('Enterprise.seals', '91350100M000100Y43')).toBeNull();
  });

  it('answers for every subject', async () => {
    await using it = await line();
    const people = await it.readAll(
      'Person.identity',
      it.subjects.persons.map(({ idNumber }) => idNumber),
      10_000,
    );
    const companies = await it.readAll(
      'Enterprise.seals',
      it.subjects.enterprises.map(({ uscc }) => uscc),
      10_000,
    );
    expect([...people, ...companies].filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(it.agency.traffic().peak).toBeLessThanOrEqual(8);
  });
});

/** Sends a request to the agency as someone who holds these settings would. */
async function send(it: TestLine, change: (request: WireRequest) => WireRequest, clock = it.clock) {
  const { bodyKey, privateKey, appId, agencyKey } = it.agency.settings as Record<string, { sandbox: string } & string>;
  const context = { clock, call: {} as never, send: () => expect.fail('no call') };
  const body = Buffer.from(JSON.stringify({ gmsfhm: PERSON }));
  const plain: WireRequest = {
    method: 'POST',
    url: new URL(`${it.agency.url}/identity`),
    headers: { 'content-type': 'application/json' },
    body,
  };
  const sealed = await sm4Body({ key: new Secret(bodyKey?.sandbox ?? '') }).sign(plain, context);
  const signer = sm2Signature({ appId: appId ?? '', privateKey: new Secret(privateKey?.sandbox ?? ''), agencyKey: agencyKey ?? '' });
  const request = change(await signer.sign(sealed, context));
  const post = () => fetch(request.url, { method: 'POST', headers: request.headers, body: String(request.body) });
  return { post, request };
}

describe('what the agency refuses', () => {
  it('takes a request once, and not a second time', async () => {
    await using it = await line();
    const { post } = await send(it, (request) => request);
    expect((await post()).status).toBe(200);
    expect((await post()).status).toBe(401);
  });

  it('a changed body, a changed path, another signature, an old time', async () => {
    await using it = await line();
    const changed = [
      (request: WireRequest) => ({ ...request, body: Buffer.from(String(request.body).replace('"iv":"', '"iv":"0')) }),
      (request: WireRequest) => ({ ...request, url: new URL(`${it.agency.url}/household`) }),
      (request: WireRequest) => ({ ...request, headers: { ...request.headers, 'x-signature': '3006020101020101' } }),
      (request: WireRequest) => ({ ...request, headers: { ...request.headers, 'x-nonce': 'another' } }),
    ];
    for (const change of changed) expect((await (await send(it, change)).post()).status).toBe(401);
    const old = { ...it.clock, now: () => it.clock.now() - 301_000 };
    expect((await (await send(it, (request) => request, old)).post()).status).toBe(401);
  });
});

describe('what the hall refuses', () => {
  it("a reply whose signature is not the agency's", async () => {
    const foreign = '0400'.padEnd(130, '1');
    await using it = await testLine(
      connector,
      { ...sandbox, settings: (url) => ({ ...sandbox.settings(url), agencyKey: foreign }) },
      'catalogue/sandbox',
    );
    expect(await failure(it.read('Person.identity', PERSON))).toMatchObject({ code: 'AGENCY_PROTOCOL' });
  });

  it('a code the contract does not list', async () => {
    await using it = await line();
    const person = it.subjects.persons.find(({ idNumber }) => idNumber === PERSON);
    const card = person?.certificates.find(({ type }) => type === 'id-card') ?? expect.fail('no card');
    card.status = 'unheard-of';
    expect(await failure(it.read('Person.identity', PERSON))).toMatchObject({ code: 'AGENCY_PROTOCOL', retryable: false });
  });
});

describe('conformance', () => conforms(it, { connector, sandbox }));

describe('what travels', () => {
  it('the body that travels is sealed', async () => {
    await using it = await line();
    const { request, post } = await send(it, (same) => same);
    expect(String(request.body)).not.toContain(PERSON);
    expect(Object.keys(decodeJson(await (await post()).text()) as object)).toEqual(['iv', 'data']);
  });
});
