import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startYimen } from '../src/app.ts';
import { readSettings } from '../src/settings/index.ts';
import { type Hall, startHall } from './harness.ts';

const PERSON = '321012198812139970';
const WRONG = '321012198812139971';

let hall: Hall;
beforeAll(async () => {
  hall = await startHall();
});
afterAll(() => hall[Symbol.asyncDispose]());

async function post(body: string | Buffer, headers: Record<string, string> = {}) {
  const reply = await request(`${hall.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await hall.token('clerk')}`, ...headers },
    body,
  });
  const text = await reply.body.text();
  return {
    status: reply.statusCode,
    text,
    errors: (JSON.parse(text) as { errors: { message: string; extensions: { code: string } }[] }).errors,
  };
}

describe('wrong input is named, and never echoed', () => {
  it('B24 a wrong check digit in a variable', async () => {
    const answer = await hall.ask('query ($id: CitizenIdNumber!) { person(idNumber: $id) { id } }', { id: WRONG });
    expect(answer).toMatchObject({ status: 200, errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    expect(answer.errors?.[0]?.message).toBe('Variable "$id": CitizenIdNumber is not valid: wrong check digit');
    expect(answer.text).not.toContain(WRONG);
  });

  it('B24 a wrong check digit in the document', async () => {
    const answer = await hall.ask(`{ person(idNumber: "${WRONG}") { id } }`);
    expect(answer.errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    expect(answer.errors?.[0]?.message).toContain('wrong check digit');
    expect(answer.text).not.toContain(WRONG);
  });

  it('B23 an identity number where a number belongs, in a variable and in the document', async () => {
    const variable = await hall.ask('query ($n: Int) { enterprises(name: "示例", first: $n) { totalCount } }', { n: PERSON });
    const literal = await hall.ask(`{ enterprises(name: "示例", first: "${PERSON}") { totalCount } }`);
    const bare = await hall.ask(`{ enterprises(name: "示例", first: ${PERSON}) { totalCount } }`);
    for (const { errors, text } of [variable, literal, bare]) {
      expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
      expect(text).not.toContain(PERSON);
    }
  });

  it('B25 B26 dates that do not exist, full-width digits, direction marks', async () => {
    for (const id of ['110105194902300026', '３２１０１２１９８８１２１３９９７０', `\u200f${PERSON}`])
      expect(
        (await hall.ask('query ($id: CitizenIdNumber!) { person(idNumber: $id) { id } }', { id })).errors?.[0]?.extensions['code'],
      ).toBe('BAD_USER_INPUT');
  });

  it('B27 B28 pages that are too large or negative, names that are too short', async () => {
    for (const args of ['name: "示例", first: 99999999', 'name: "示例", first: -1', 'name: "示例", first: 0', 'name: "示"']) {
      const { errors, data } = await hall.ask(`{ enterprises(${args}) { totalCount } }`);
      expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
      expect(data?.enterprises ?? null).toBeNull();
    }
  });

  it('B18 an unknown field, without a suggestion', async () => {
    const { errors, text } = await hall.ask('{ enterprise(uscc: "91321071990000017N") { taxx { arrears } } }');
    expect(errors?.[0]?.message).toContain('Cannot query field "taxx" on type "Enterprise".');
    expect(text).not.toMatch(/did you mean/i);
  });

  it('a syntax error, without the source', async () => {
    const { errors, text } = await hall.ask(`{ person(idNumber: ${PERSON}X) }`);
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    expect(text).not.toContain(PERSON);
  });

  it('malformed JSON, __proto__, wrong media type, wrong charset, packed, too large', async () => {
    expect(await post('{"query": ')).toMatchObject({ status: 400, errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    expect(await post('{"query": "{ __typename }", "__proto__": {"x": 1}}')).toMatchObject({ status: 400 });
    expect(await post('query=x', { 'content-type': 'application/x-www-form-urlencoded' })).toMatchObject({ status: 415 });
    expect(await post('{ __typename }', { 'content-type': 'text/plain' })).toMatchObject({ status: 415 });
    expect(await post('{}', { 'content-type': 'application/json; charset=gbk' })).toMatchObject({ status: 415 });
    expect(await post('{}', { 'content-encoding': 'gzip' })).toMatchObject({ status: 415 });
    expect(await post(Buffer.alloc(2_000_000, 32))).toMatchObject({ status: 413 });
    expect(await post('[{"query":"{ __typename }"}]')).toMatchObject({ status: 400 });
  });

  it('B53 other methods than GET and POST', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'TRACE'] as const) {
      const reply = await request(`${hall.url}/graphql`, { method, headers: { authorization: `Bearer ${await hall.token('clerk')}` } });
      expect([reply.statusCode, reply.headers['allow']]).toEqual([405, 'GET, POST']);
      expect(await reply.body.text()).toContain('send queries by POST');
    }
  });

  it('a deadline that is none', async () => {
    expect(await post('{"query":"{ __typename }"}', { 'x-yimen-deadline': 'soon' })).toMatchObject({
      status: 400,
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });

  it('an identity number in a URL, as a variable, in the document or nested in a fragment', async () => {
    const authorization = `Bearer ${await hall.token('clerk')}`;
    const queries = [
      `query=${encodeURIComponent('query ($id: CitizenIdNumber!) { person(idNumber: $id) { id } }')}&variables=${encodeURIComponent(JSON.stringify({ id: PERSON }))}`,
      `query=${encodeURIComponent(`{ person(idNumber: "${PERSON}") { id } }`)}`,
      `query=${encodeURIComponent(`{ ...f } fragment f on Query { person(idNumber: "${PERSON}") { id } }`)}`,
    ];
    for (const search of queries) {
      const reply = await request(`${hall.url}/graphql?${search}`, {
        headers: { authorization, accept: 'application/graphql-response+json' },
      });
      const text = await reply.body.text();
      expect(reply.statusCode).toBe(400);
      expect(text).toContain('never travels in a URL');
      expect(text).not.toContain(PERSON);
    }
  });
});

describe('who asks', () => {
  const query = JSON.stringify({ query: '{ __typename }' });
  const send = async (headers: Record<string, string> | string[]) => {
    const reply = await request(`${hall.url}/graphql`, { method: 'POST', headers, body: query });
    return { status: reply.statusCode, text: await reply.body.text(), challenge: reply.headers['www-authenticate'] };
  };
  const json = { 'content-type': 'application/json' };

  it('nobody: 401 for GraphQL and the schema, while health and the page answer', async () => {
    expect(await send(json)).toMatchObject({ status: 401, challenge: 'Bearer' });
    expect((await request(`${hall.url}/schema.graphql`)).statusCode).toBe(401);
    expect(
      (await request(`${hall.url}/sandbox/connectors/tax/fault`, { method: 'POST', headers: json, body: '{"fault":"none"}' })).statusCode,
    ).toBe(401);
    for (const path of ['/health/live', '/health/ready', '/']) expect((await request(`${hall.url}${path}`)).statusCode).toBe(200);
  });

  it('a foreign, forged, expired or mutilated token: 401', async () => {
    const good = await hall.token('clerk');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { issuer, audience } = (await hall.sandbox.describe()).issuer;
    const forge = (change: (jwt: SignJWT) => SignJWT, header: Record<string, unknown> = {}) =>
      change(
        new SignJWT({ role: 'supervisor' })
          .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', ...header })
          .setIssuer(issuer)
          .setAudience(audience)
          .setSubject('x')
          .setJti('1')
          .setExpirationTime('1h'),
      ).sign(privateKey);
    const none = [
      Buffer.from('{"alg":"none","typ":"at+jwt"}'),
      Buffer.from(JSON.stringify({ iss: issuer, aud: audience, sub: 'x', jti: '1', role: 'supervisor', exp: 9e9 })),
      '',
    ]
      .map((b) => Buffer.from(b).toString('base64url'))
      .join('.');
    const tokens = [
      await forge((jwt) => jwt),
      await forge((jwt) => jwt.setIssuer('https://elsewhere.example')),
      await forge((jwt) => jwt, { kid: '../../etc/passwd' }),
      none,
      good.slice(0, -4),
      `${good}x`,
      'x'.repeat(1_000_000).slice(0, 14_000),
      await hall.sandbox.token({ role: 'clerk', life: 1 }).then(async (t) => {
        await request(`${hall.url}/sandbox/clock`, {
          method: 'POST',
          headers: { ...json, authorization: `Bearer ${good}` },
          body: '{"advanceMs": 60000}',
        });
        return t;
      }),
    ];
    for (const token of tokens) {
      const { status, text } = await send({ ...json, authorization: `Bearer ${token}` });
      expect(status).toBe(401);
      expect(text).toContain('UNAUTHENTICATED');
      expect(text).not.toContain(token.slice(0, 20));
    }
  });

  it('B68 two Authorization headers: 401', async () => {
    const good = `Bearer ${await hall.token('clerk')}`;
    expect(await send(['content-type', 'application/json', 'authorization', good, 'authorization', good])).toMatchObject({ status: 401 });
  });

  it('a page of a foreign origin gets no permission, one of the hall does', async () => {
    await using open = await startHall({ origins: ['https://counter.example'] });
    const preflight = (origin: string) => request(`${open.url}/graphql`, { method: 'OPTIONS', headers: { origin } });
    expect((await preflight('https://counter.example')).headers['access-control-allow-origin']).toBe('https://counter.example');
    expect((await preflight('https://evil.example')).headers['access-control-allow-origin']).toBeUndefined();
  });

  it('the schema, for who is signed in', async () => {
    const reply = await request(`${hall.url}/schema.graphql`, { headers: { authorization: `Bearer ${await hall.token('integrator')}` } });
    expect(await reply.body.text()).toContain('type Enterprise implements Node');
  });
});

describe('settings', () => {
  const start = (config: unknown, env: Record<string, string> = {}) => {
    const folder = mkdtempSync(join(tmpdir(), 'yimen-'));
    writeFileSync(join(folder, 'yimen.config.json'), typeof config === 'string' ? config : JSON.stringify(config));
    return async () => startYimen(readSettings({ PORT: '0', YIMEN_DATA: join(folder, 'data'), ...env }, folder));
  };
  const PRODUCTION = { YIMEN_PROFILE: 'production' };
  /** A file that holds a secret. */
  const holding = (secret: string) => {
    const file = join(mkdtempSync(join(tmpdir(), 'yimen-')), 'secret');
    writeFileSync(file, secret);
    return { file };
  };
  const EXCUSE = 'the agency has put a gateway of its own in our rack';
  const issuers = [{ issuer: 'https://id.example', audience: 'yimen', jwks: 'https://id.example/jwks.json' }];

  it.each([
    ['an unknown key', { conectors: {} }, {}, /yimen\.config\.json:\n.*Unrecognized key: "conectors"/],
    ['broken JSON', '{', {}, /is not valid JSON/],
    ['a port that is none', {}, { PORT: 'http' }, /^PORT: /],
    ['a profile that is none', {}, { YIMEN_PROFILE: 'prod' }, /^YIMEN_PROFILE: .*sandbox.*production/],
    ['nobody who signs tokens', {}, PRODUCTION, /issuers: the production profile needs at least one/],
    ['a connector nobody ships', { issuers, connectors: { land: {} } }, PRODUCTION, /connectors\.land: no shipped connector has this id/],
    [
      'a literal secret',
      { issuers, connectors: { tax: { settings: { url: 'https://tax.example', appId: 'x', secret: 'hunter2' } } } },
      PRODUCTION,
      /connectors\.tax\.settings:\n.*secret: .*by reference/,
    ],
    [
      'a secret that is not set',
      { issuers, connectors: { tax: { settings: { secret: { env: 'NOT_SET_ANYWHERE' } } } } },
      PRODUCTION,
      /NOT_SET_ANYWHERE is not set/,
    ],
    [
      'a sandbox secret in production',
      { issuers, connectors: { tax: { settings: { secret: { sandbox: 'x' } } } } },
      PRODUCTION,
      /sandbox profile only/,
    ],
    [
      'an agency over plain HTTP',
      { issuers, connectors: { tax: { settings: { url: 'http://tax.example', appId: 'x', secret: holding('hunter2') } } } },
      PRODUCTION,
      /connectors\.tax:\n {2}settings\.url: plain http:\/\/, .*use https:\/\/, or say why not in "unencrypted"/,
    ],
    [
      'an excuse that says nothing',
      { issuers, connectors: { tax: { unencrypted: 'yes' } } },
      PRODUCTION,
      /connectors\.tax\.unencrypted: say why in a sentence/,
    ],
    [
      'a published test key, whatever excuses the address',
      {
        issuers,
        connectors: {
          tax: { settings: { url: 'http://tax.example', appId: 'x', secret: holding('tax-sandbox-secret') }, unencrypted: EXCUSE },
        },
      },
      PRODUCTION,
      /connectors\.tax:\n {2}settings\.secret: a test key of the sandbox/,
    ],
    ['a timeout of nothing', { connectors: { tax: { policy: { timeout: '0s' } } } }, {}, /connectors\.tax\.policy\.timeout/],
  ])('%s refuses to start and names the place', async (_name, config, env, sentence) => {
    const failed = await start(config, env as Record<string, string>)().then(
      () => undefined,
      (error: Error) => error,
    );
    expect(failed?.message).toMatch(sentence);
    expect(failed?.message).not.toContain('hunter2');
  });

  it('a section chosen for a connector that does not serve it', async () => {
    await expect(startHall({ serve: { 'Enterprise.tax': 'provincial' } })).rejects.toThrow(/serve\.Enterprise\.tax chooses "provincial"/);
  });
});
