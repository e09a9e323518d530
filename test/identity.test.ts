import { createHmac, createPublicKey, generateKeyPairSync, sign as rawSign } from 'node:crypto';
import { createRemoteJWKSet, exportJWK, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Hall, startHall } from './harness.ts';
import { assembled, type Issuers, startIssuers, type TestIssuer, type TokenChange } from './issuers.ts';
import { knockAt } from './knock.ts';

let issuers: Issuers;
let staff: TestIssuer;
let citizens: TestIssuer;
let machines: TestIssuer;
let anybody: TestIssuer;
let odd: TestIssuer;
let hall: Hall;

beforeAll(async () => {
  issuers = await startIssuers();
  [staff, citizens, machines, anybody, odd] = await Promise.all([
    issuers.open('staff'),
    issuers.open('citizens'),
    issuers.open('machines'),
    issuers.open('anybody'),
    issuers.open('odd'),
  ]);
  const audience = 'yimen';
  hall = await startHall({
    issuers: [
      { issuer: staff.issuer, realm: 'staff', audience, kind: 'staff' },
      { issuer: citizens.issuer, realm: 'citizens', audience, kind: 'citizens', jwks: citizens.jwks },
      { issuer: machines.issuer, realm: 'machines', audience, kind: 'machines' },
      { issuer: anybody.issuer, audience, jwks: anybody.jwks },
      { issuer: odd.issuer, realm: 'odd', audience },
      { issuer: `${issuers.url}/away`, realm: 'away', audience },
      { issuer: `${issuers.url}/silent`, realm: 'silent', audience },
      { issuer: `${issuers.url}/liar`, realm: 'liar', audience },
    ],
  });
});
afterAll(async () => {
  await hall?.[Symbol.asyncDispose]();
  await issuers?.[Symbol.asyncDispose]();
});

const knock = (headers: readonly string[], path?: string) => knockAt(hall.url, headers, path);
const show = (token: string, path?: string) => knock(['authorization', `Bearer ${token}`], path);

/** Refused at every door, in one sentence that holds nothing of the token. */
async function refused(token: string): Promise<void> {
  for (const path of ['/graphql', '/graphql', '/graphql/stream', '/schema.graphql', '/files']) {
    const answer = await show(token, path);
    expect(answer, path).toMatchObject({ status: 401, code: 'UNAUTHENTICATED', challenge: 'Bearer error="invalid_token"' });
    for (const part of token.split('.')) if (part.length > 8) expect(answer.message).not.toContain(part.slice(0, 8));
  }
}

const hs256 = (secret: Buffer | string) => (input: string) => createHmac('sha256', secret).update(input).digest();

describe('a good token', () => {
  it.each(['ES256', 'RS256', 'PS256', 'EdDSA'])('signed with %s is let in', async (alg) => {
    expect((await show(await anybody.token({ header: { alg, kid: alg } }))).status).toBe(200);
  });

  it('may name its type in full, and no key', async () => {
    expect((await show(await anybody.token({ header: { typ: 'application/AT+JWT', kid: undefined } }))).status).toBe(200);
  });

  it('is taken by a clock that is a few seconds behind', async () => {
    const ahead = Math.floor(Date.now() / 1_000) + 3;
    expect((await show(await anybody.token({ claims: { nbf: ahead, iat: ahead } }))).status).toBe(200);
  });
});

describe('T1 a forged token', () => {
  const supervisor: TokenChange = { claims: { role: 'supervisor' } };
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const swapped = (of: string, by: string) => [...of.split('.').slice(0, 2), by.split('.')[2]].join('.');
  const forgeries: readonly [string, () => Promise<string>][] = [
    ['signed by a stranger', () => anybody.token({ ...supervisor, key: stranger.privateKey })],
    ['without a signature', async () => assembled(anybody.parts({ ...supervisor, header: { alg: 'none' } }), () => Buffer.alloc(0))],
    ['with the signature of another', async () => swapped(await anybody.token(supervisor), await anybody.token())],
    ['with a signature of zeros', async () => assembled(anybody.parts(supervisor), () => Buffer.alloc(64))],
    ['with a DER signature', async () => assembled(anybody.parts(), (input) => rawSign('sha256', Buffer.from(input), anybody.keys.ES256))],
    [
      'with the public key for a secret',
      async () => assembled(anybody.parts({ ...supervisor, header: { alg: 'HS256', kid: 'RS256' } }), hs256(pem(anybody))),
    ],
    ['with the empty secret', async () => assembled(anybody.parts({ ...supervisor, header: { alg: 'HS256' } }), hs256(''))],
    [
      'with a key of its own inside',
      async () => anybody.token({ ...supervisor, key: stranger.privateKey, header: { jwk: await exportJWK(stranger.publicKey) } }),
    ],
    [
      'that says where to fetch its key',
      () => anybody.token({ ...supervisor, key: stranger.privateKey, header: { jku: `${issuers.url}/evil/jwks` } }),
    ],
    ['of one issuer in the name of another', () => citizens.token({ claims: { iss: staff.issuer, role: 'supervisor' } })],
    ['for a role its issuer does not sign for', () => citizens.token(supervisor)],
    ["with an algorithm that is not the hall's", () => anybody.token({ ...supervisor, header: { alg: 'ES384', kid: 'ES384' } })],
  ];

  it.each(forgeries)('%s: 401', async (_, forge) => {
    await issuers.open('evil');
    await refused(await forge());
    expect(issuers.knocks.get('/evil/jwks')).toBeUndefined();
  });

  it('counts twelve, and the last would pass without the list of algorithms', async () => {
    expect(forgeries).toHaveLength(12);
    const open = jwtVerify((await forgeries.at(-1)?.[1]()) ?? '', createRemoteJWKSet(new URL(anybody.jwks)), { issuer: anybody.issuer });
    await expect(open).resolves.toMatchObject({ payload: { role: 'supervisor' } });
  });
});

const pem = ({ keys }: TestIssuer) => createPublicKey(keys.RS256).export({ type: 'spki', format: 'pem' });
const now = () => Math.floor(Date.now() / 1_000);

describe('bad tokens', () => {
  it('B54 alg none, however it is spelt', async () => {
    for (const alg of ['none', 'None', 'NONE', 'nOnE', ''])
      for (const signature of [Buffer.alloc(0), Buffer.from('x')])
        await refused(assembled(anybody.parts({ header: { alg } }), () => signature));
  });

  it('B55 a secret where a public key belongs', async () => {
    const { n = '' } = await exportJWK(createPublicKey(anybody.keys.RS256));
    for (const secret of [pem(anybody), String(pem(anybody)).trim(), n, Buffer.from(n, 'base64url')])
      await refused(assembled(anybody.parts({ header: { alg: 'HS256', kid: 'RS256' } }), hs256(secret)));
  });

  it('B56 expired, at once and after it was good', async () => {
    await refused(await anybody.token({ claims: { iat: now() - 900, exp: now() - 6 } }));
    const short = await anybody.token({ claims: { exp: now() + 1 } });
    expect((await show(short)).status).toBe(200);
    await expect.poll(async () => (await show(short)).status, { timeout: 15_000, interval: 250 }).toBe(401);
  });

  it('B57 not good yet, or issued in the future', async () => {
    await refused(await anybody.token({ claims: { nbf: now() + 60 } }));
    await refused(await anybody.token({ claims: { iat: now() + 60, exp: now() + 120 } }));
  });

  it('B58 for another audience', async () => {
    for (const aud of ['elsewhere', ['elsewhere', 'yimen2'], '', undefined, ['YIMEN'], { yimen: true }])
      await refused(await anybody.token({ claims: { aud } }));
  });

  it('B59 of another issuer', async () => {
    for (const iss of ['https://elsewhere.example', `${anybody.issuer}/`, anybody.issuer.toUpperCase(), '', undefined, [anybody.issuer]])
      await refused(await anybody.token({ claims: { iss } }));
  });

  it('B60 an ID token as an access token', async () => {
    for (const typ of ['JWT', 'id_token+jwt', 'dpop+jwt', undefined]) await refused(await anybody.token({ header: { typ } }));
  });

  it('B61 with a critical header nobody knows, or one that is known', async () => {
    await refused(await anybody.token({ header: { crit: ['exp2'], exp2: 1 } }));
    await refused(await anybody.token({ header: { crit: ['b64'], b64: true } }));
    await refused(assembled(anybody.parts({ header: { crit: [] } }), (input) => rawSign('sha256', Buffer.from(input), p1363(anybody))));
  });

  it("B62 with a key inside, its own issuer's too", async () => {
    const jwk = await exportJWK(createPublicKey(anybody.keys.ES256));
    for (const header of [{ jwk }, { jku: anybody.jwks }, { x5u: anybody.jwks }, { x5c: ['MIIB'] }])
      await refused(await anybody.token({ header }));
  });

  it('B63 truncated', async () => {
    const good = await anybody.token();
    const [header = '', payload = '', signature = ''] = good.split('.');
    const cut = [
      good.slice(0, -4),
      good.slice(4),
      `${header}.${payload}`,
      `${header}.${payload}.`,
      `${header}..${signature}`,
      header,
      `${good}.x`,
    ];
    for (const token of cut) await refused(token);
  });

  it('B64 without exp, or without what else it must say', async () => {
    for (const claim of ['exp', 'sub', 'jti', 'iat', 'role', 'iss', 'aud'])
      await refused(await anybody.token({ claims: { [claim]: undefined } }));
    for (const claims of [{ exp: '9999999999' }, { exp: null }, { sub: '' }, { sub: 7 }, { role: 'root' }, { iat: 'now' }, { amr: 'mfa' }])
      await refused(await anybody.token({ claims }));
  });

  it('B65 a token of 1 MB, and of 9 KB that is signed well', async () => {
    const { status } = await show('x'.repeat(1_000_000)).catch(() => ({ status: 431 }));
    expect(status).toBe(431);
    await refused('x'.repeat(14_000));
    const padded = await anybody.token({ claims: { pad: 'x'.repeat(7_000) } });
    expect(padded.length).toBeGreaterThan(8_192);
    await refused(padded);
    expect((await show(await anybody.token({ claims: { pad: 'x'.repeat(5_000) } }))).status).toBe(200);
  });

  it("B66 a key's name that is a path, or anything but a name", async () => {
    for (const kid of ['../ES256', '../../etc/passwd', '/dev/null', "x' OR '1'='1", 'ES256\n', '', 'k'.repeat(129), 7, null])
      await refused(await anybody.token({ header: { kid } }));
    // Not even where the issuer's own key is called so.
    issuers.answer('/odd/jwks', { keys: [{ ...(await exportJWK(createPublicKey(odd.keys.ES256))), kid: '../ES256' }] });
    await refused(await odd.token({ header: { kid: '../ES256' } }));
    expect((await show(await odd.token({ header: { kid: undefined } }))).status).toBe(200);
  });

  it('B68 two Authorization headers, at every door', async () => {
    const good = `Bearer ${await anybody.token()}`;
    for (const path of ['/graphql', '/graphql/stream', '/schema.graphql', '/files']) {
      expect(await knock(['authorization', good, 'authorization', good], path)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
      expect(await knock(['authorization', good, 'Authorization', 'Bearer x'], path)).toMatchObject({ status: 401 });
    }
  });

  it('no token, or another scheme', async () => {
    expect(await knock([])).toMatchObject({ status: 401, challenge: 'Bearer' });
    for (const header of ['Basic bGk6bGk=', 'Bearer', 'Bearer ', `Bearer  ${await anybody.token()}`, await anybody.token()])
      expect(await knock(['authorization', header])).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  });
});

/** For raw signatures in the form of JWS. */
const p1363 = ({ keys }: TestIssuer) => ({ key: keys.ES256, dsaEncoding: 'ieee-p1363' as const });

describe('an issuer', () => {
  const AWAY = /its issuer's keys cannot be fetched at present/;

  it('found by discovery, and one whose keys are named, sign side by side', async () => {
    expect((await show(await staff.token())).status).toBe(200);
    expect((await show(await citizens.token({ claims: { role: 'citizen', amr: undefined } }))).status).toBe(200);
    expect(issuers.knocks.get('/citizens/.well-known/openid-configuration')).toBeUndefined();
    await Promise.all(Array.from({ length: 5 }, async () => show(await staff.token())));
    expect(issuers.knocks.get('/staff/.well-known/openid-configuration')).toBe(1);
    expect(issuers.knocks.get('/staff/jwks')).toBe(1);
  });

  it('names only those it may name', async () => {
    const rows = [
      [staff, ['clerk', 'officer', 'supervisor', 'auditor']],
      [citizens, ['citizen']],
      [machines, ['integrator']],
      [anybody, ['citizen', 'clerk', 'officer', 'supervisor', 'auditor', 'integrator']],
    ] as const;
    for (const [issuer, roles] of rows)
      for (const role of ['citizen', 'clerk', 'officer', 'supervisor', 'auditor', 'integrator'] as const) {
        const { status } = await show(await issuer.token({ claims: { role } }));
        expect([issuer.issuer, role, status]).toEqual([issuer.issuer, role, (roles as readonly string[]).includes(role) ? 200 : 401]);
      }
  });

  it('that is away costs its own tokens and nothing else, and is not knocked at for each of them', async () => {
    const path = '/away/.well-known/openid-configuration';
    issuers.answer(path, 500);
    const token = () => staff.token({ claims: { iss: `${issuers.url}/away` } });
    for (let i = 0; i < 5; i++) expect((await show(await token())).message).toMatch(AWAY);
    expect(issuers.knocks.get(path)).toBe(1);
    expect((await show(await staff.token())).status).toBe(200);
    issuers.answer(path, { issuer: `${issuers.url}/away`, jwks_uri: staff.jwks });
    await expect.poll(async () => (await show(await token())).status, { timeout: 20_000, interval: 500 }).toBe(200);
  });

  it('that never answers holds nobody else up', async () => {
    issuers.answer('/silent/.well-known/openid-configuration', 'never');
    const waiting = show(await staff.token({ claims: { iss: `${issuers.url}/silent` } }));
    const first = await Promise.race([waiting.then(() => 'silent'), show(await staff.token()).then(() => 'staff')]);
    expect(first).toBe('staff');
    expect(await waiting).toMatchObject({ status: 401, message: expect.stringMatching(AWAY) });
  });

  it('whose discovery names another is not believed', async () => {
    issuers.answer('/liar/.well-known/openid-configuration', { issuer: staff.issuer, jwks_uri: staff.jwks });
    const token = () => staff.token({ claims: { iss: `${issuers.url}/liar` } });
    for (let i = 0; i < 3; i++) expect(await show(await token())).toMatchObject({ status: 401, message: expect.stringMatching(AWAY) });
    expect(issuers.knocks.get('/liar/.well-known/openid-configuration')).toBe(1);
  });
});

describe('staff sign in with two factors', () => {
  it.each([
    [['pwd', 'otp'], 200],
    [['mfa'], 200],
    [['pwd', 'fpt'], 200],
    [['sc', 'pin'], 200],
    [['face', 'hwk', 'user'], 200],
    [['pwd'], 403],
    [['otp'], 403],
    [['pwd', 'pin'], 403],
    [['sms', 'otp'], 403],
    [['pwd', 'user', 'geo', 'toString'], 403],
    [[], 403],
    [undefined, 403],
  ])('%j: %d', async (amr, expected) => {
    for (const role of ['clerk', 'officer', 'supervisor', 'auditor']) {
      const token = await staff.token({ claims: { role, amr } });
      for (const path of ['/graphql', '/schema.graphql']) expect((await show(token, path)).status).toBe(expected);
    }
  });

  it('and are told so', async () => {
    const message = 'staff sign in with two factors, like a password and a one-time code: sign in again with both';
    for (const path of ['/graphql', '/graphql/stream', '/schema.graphql', '/files'])
      expect(await show(await staff.token({ claims: { amr: ['pwd'] } }), path)).toMatchObject({ status: 403, code: 'FORBIDDEN', message });
    expect((await show(await hall.sandbox.token({ role: 'clerk', amr: ['pwd'] }))).status).toBe(403);
  });

  it('citizens and machines need not', async () => {
    expect((await show(await citizens.token({ claims: { role: 'citizen', amr: ['pwd'] } }))).status).toBe(200);
    expect((await show(await machines.token({ claims: { role: 'integrator', amr: undefined } }))).status).toBe(200);
  });
});

describe('the same name of two issuers', () => {
  const open =
    'mutation { openSession(input: { subject: { uscc: "91321071990000017N" }, purpose: { kind: CONSULTATION }, evidence: IDENTITY_CARD }) { session { id } } }';
  const ask = async (issuer: TestIssuer, query: string, session?: string) => {
    const token = await issuer.token({ claims: { sub: 'li', window: 'W01' } });
    return hall.ask(query, {}, { token, ...(session && { headers: { 'x-yimen-session': session } }) });
  };

  it('is two people: neither has the session of the other', async () => {
    const { data } = await ask(staff, open);
    const { id } = data.openSession.session;
    const query = '{ enterprise(uscc: "91321071990000017N") { tax { creditGrade } } }';
    expect((await ask(staff, query, id)).errors).toBeUndefined();
    expect(await ask(anybody, query, id)).toMatchObject({ errors: [{ extensions: { code: 'PURPOSE_REQUIRED' } }] });
    const rows = 'query ($filter: AccessLogFilter!) { accessLog(filter: $filter, first: 9) { nodes { actor } } }';
    const filter = { clerk: 'staff:li', from: new Date(Date.now() - 60_000), to: new Date(Date.now() + 60_000) };
    const found = await hall.ask(rows, { filter }, { role: 'auditor' });
    expect(found.data.accessLog.nodes).toContainEqual({ actor: 'staff:li' });
  });

  it('and an issuer without a realm names nobody of another', async () => {
    await refused(await anybody.token({ claims: { sub: 'staff:li' } }));
    expect((await show(await anybody.token({ claims: { sub: 'nobody:li' } }))).status).toBe(200);
  });
});
