import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Hall, startHall } from './harness.ts';
import { type Issuers, startIssuers, type TestIssuer } from './issuers.ts';
import { type Kiosk, newKiosk, type ProofChange } from './kiosk.ts';
import { noServer, ownRedis } from './own-redis.ts';

let issuers: Issuers;
let machines: TestIssuer;
let hall: Hall;
let kiosk: Kiosk;
let stolen: string;

beforeAll(async () => {
  issuers = await startIssuers();
  machines = await issuers.open('machines');
  hall = await startHall({ issuers: [trusted()] });
  kiosk = await newKiosk();
  stolen = await tokenOf(kiosk);
});
afterAll(async () => {
  await hall?.[Symbol.asyncDispose]();
  await issuers?.[Symbol.asyncDispose]();
});

const trusted = () => ({ issuer: machines.issuer, audience: 'yimen' });
const now = () => Math.floor(Date.now() / 1_000);
const tokenOf = (of: Kiosk, claims: object = {}) =>
  machines.token({ claims: { role: 'kiosk', sub: 'kiosk-7', amr: undefined, cnf: { jkt: of.jkt }, ...claims } });

interface Sent {
  readonly url?: string;
  readonly path?: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Record<string, string>;
}

async function send(
  authorization: string,
  dpop: string | undefined,
  { url = hall.url, path = '/graphql', method = 'POST', headers }: Sent = {},
) {
  const body = method === 'POST' ? '{"query":"{ __typename }"}' : null;
  const all = { 'content-type': 'application/json', authorization, ...(dpop !== undefined && { dpop }), ...headers };
  const reply = await request(`${url}${path}`, { method, headers: all, body });
  const text = await reply.body.text();
  const message = text.startsWith('{"errors"') ? (JSON.parse(text) as { errors: { message: string }[] }).errors[0]?.message : '';
  return { status: reply.statusCode, message, challenge: reply.headers['www-authenticate'] };
}

/** One request with a proof that is as it should be but for the change. */
const proven = async (change: ProofChange = {}, { by = kiosk, token = stolen } = {}) =>
  send(`DPoP ${token}`, await by.proof(token, 'POST', `${hall.url}/graphql`, change));

const PROOF = 'DPoP algs="ES256 EdDSA", error="invalid_dpop_proof"';
const BOUND = 'DPoP algs="ES256 EdDSA", error="invalid_token"';

describe('a kiosk that holds its key', () => {
  it.each(['ES256', 'EdDSA'] as const)('is let in with %s, one proof for each request', async (alg) => {
    const mine = await newKiosk(Date.now, alg);
    const token = await tokenOf(mine);
    for (let i = 0; i < 3; i++) expect((await proven({}, { by: mine, token })).status).toBe(200);
  });

  it('at every door: the query of an address is no part of the proof, nor is a port that goes without saying', async () => {
    const path = `/graphql?query=${encodeURIComponent('{ __typename }')}`;
    const proof = () => kiosk.proof(stolen, 'GET', `${hall.url}/graphql`);
    expect((await send(`DPoP ${stolen}`, await proof(), { path, method: 'GET' })).status).toBe(200);
    expect((await send(`dpop ${stolen}`, await proof(), { path, method: 'GET' })).status).toBe(200);
    const schema = await kiosk.proof(stolen, 'GET', `${hall.url}/schema.graphql`);
    expect((await send(`DPoP ${stolen}`, schema, { path: '/schema.graphql', method: 'GET' })).status).toBe(200);
    expect((await send(`DPoP ${stolen}`, schema, { path: '/schema.graphql', method: 'GET' })).status).toBe(401);
  });
});

describe('T2 a stolen kiosk token', () => {
  it('with a proof by another key: 401', async () => {
    const thief = await newKiosk();
    expect(await proven({}, { by: thief })).toMatchObject({
      status: 401,
      challenge: PROOF,
      message: expect.stringContaining('another key'),
    });
    // The thief's signature under the kiosk's public key.
    expect(await proven({ header: { jwk: kiosk.jwk } }, { by: thief })).toMatchObject({ status: 401, challenge: PROOF });
  });

  it('as a bearer token, with a proof or without: 401', async () => {
    expect(await send(`Bearer ${stolen}`, undefined)).toMatchObject({ status: 401, challenge: BOUND });
    expect(await send(`Bearer ${stolen}`, await kiosk.proof(stolen, 'POST', `${hall.url}/graphql`))).toMatchObject({ status: 401 });
    expect(await send(`DPoP ${stolen}`, undefined)).toMatchObject({ status: 401, challenge: PROOF });
  });

  it('with a proof that was overheard: 401', async () => {
    const proof = await kiosk.proof(stolen, 'POST', `${hall.url}/graphql`);
    expect((await send(`DPoP ${stolen}`, proof)).status).toBe(200);
    for (let i = 0; i < 3; i++)
      expect(await send(`DPoP ${stolen}`, proof)).toMatchObject({ status: 401, message: expect.stringContaining('used before') });
    const once = await kiosk.proof(stolen, 'POST', `${hall.url}/graphql`);
    const both = await Promise.all([send(`DPoP ${stolen}`, once), send(`DPoP ${stolen}`, once)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
  });

  it('with a proof that was made for another request: 401', async () => {
    const other = await tokenOf(kiosk);
    const proofs = [
      kiosk.proof(stolen, 'GET', `${hall.url}/graphql`),
      kiosk.proof(stolen, 'POST', `${hall.url}/files`),
      kiosk.proof(stolen, 'POST', `${hall.url}/graphql/`),
      kiosk.proof(stolen, 'POST', 'https://evil.example/graphql'),
      kiosk.proof(other, 'POST', `${hall.url}/graphql`),
    ];
    for (const proof of proofs) expect(await send(`DPoP ${stolen}`, await proof)).toMatchObject({ status: 401, challenge: PROOF });
  });

  it('with a proof for another host, which the thief names as the host: 401', async () => {
    const proof = await kiosk.proof(stolen, 'POST', 'http://evil.example/graphql');
    expect((await send(`DPoP ${stolen}`, proof, { headers: { host: 'evil.example' } })).status).toBe(401);
    const forwarded = await kiosk.proof(stolen, 'POST', 'http://evil.example/graphql');
    expect((await send(`DPoP ${stolen}`, forwarded, { headers: { 'x-forwarded-host': 'evil.example' } })).status).toBe(401);
  });

  it('with a proof made earlier, or ahead: 401', async () => {
    expect((await proven({ claims: { iat: now() - 50 } })).status).toBe(200);
    for (const iat of [now() - 65, now() + 65, 0, -1, 1e300]) expect((await proven({ claims: { iat } })).status).toBe(401);
  });

  it('with what is no proof: 401', async () => {
    const changes: ProofChange[] = [
      { header: { typ: 'JWT' } },
      { header: { typ: 'at+jwt' } },
      { header: { jwk: kiosk.privateJwk } },
      { header: { jwk: { kty: 'oct', k: 'AAAA' } } },
      { header: { jwk: undefined } },
      { header: { jku: machines.jwks } },
      { claims: { jti: undefined } },
      { claims: { jti: '' } },
      { claims: { ath: undefined } },
      { claims: { ath: 'AAAA' } },
      { claims: { htu: undefined } },
      { claims: { htm: undefined } },
      { claims: { htm: 'post' } },
      { claims: { iat: undefined } },
      { claims: { exp: now() - 60 } },
    ];
    for (const change of changes) expect([change, (await proven(change)).status]).toEqual([change, 401]);
    for (const proof of ['', 'x', 'a.b.c', 'x'.repeat(5_000)]) expect((await send(`DPoP ${stolen}`, proof)).status).toBe(401);
  });

  it('that lives longer than five minutes, or is bound to nothing: 401', async () => {
    expect((await proven({}, { token: await tokenOf(kiosk, { exp: now() + 301 }) })).status).toBe(401);
    expect((await proven({}, { token: await tokenOf(kiosk, { iat: now() - 600, exp: now() + 100 }) })).status).toBe(401);
    for (const cnf of [undefined, {}, { jkt: '' }, { jkt: kiosk.jkt.slice(1) }, { 'x5t#S256': kiosk.jkt }])
      expect((await send(`Bearer ${await tokenOf(kiosk, { cnf })}`, undefined)).status).toBe(401);
  });
});

describe('whoever else holds a bound token', () => {
  it('proves it too', async () => {
    const token = await machines.token({ claims: { cnf: { jkt: kiosk.jkt } } });
    expect((await send(`Bearer ${token}`, undefined)).status).toBe(401);
    expect((await proven({}, { token })).status).toBe(200);
  });

  it('and a token bound to nothing is a bearer token', async () => {
    const token = await machines.token();
    expect((await proven({}, { token })).status).toBe(401);
    expect((await send(`Bearer ${token}`, undefined)).status).toBe(200);
  });

  it('gets one from the sandbox, for five minutes', async () => {
    const token = await hall.sandbox.token({ role: 'kiosk', jkt: kiosk.jkt });
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { exp: number; iat: number };
    expect(claims.exp - claims.iat).toBe(300);
    expect((await proven({}, { token })).status).toBe(200);
  });
});

describe.skipIf(noServer)('gateways that share a Redis and an address', () => {
  it('take a proof once between them', async () => {
    await using redis = await ownRedis();
    const addresses = ['https://hall.example.cn'];
    await using first = await startHall({ issuers: [trusted()], addresses }, { REDIS_URL: redis.url });
    await using second = await first.replica();
    const proof = () => kiosk.proof(stolen, 'POST', 'https://hall.example.cn/graphql');
    // Each finds Redis in its own time: until then it remembers alone.
    await expect
      .poll(async () => {
        const once = await proof();
        const answers = [await send(`DPoP ${stolen}`, once, { url: first.url }), await send(`DPoP ${stolen}`, once, { url: second.url })];
        return answers.map(({ status }) => status);
      })
      .toEqual([200, 401]);
    await redis.kill();
    // Redis is no condition: it costs the common memory, never an answer.
    expect((await send(`DPoP ${stolen}`, await proof(), { url: second.url })).status).toBe(200);
    const own = await kiosk.proof(stolen, 'POST', `${first.url}/graphql`);
    expect((await send(`DPoP ${stolen}`, own, { url: first.url })).status).toBe(401);
  });
});
