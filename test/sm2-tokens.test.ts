import { spawnSync } from 'node:child_process';
import { createPrivateKey, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JWK } from 'jose';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sm2Sign } from '../src/connect/index.ts';
import { newSigningKey } from '../src/trust/index.ts';
import { type Hall, startHall } from './harness.ts';
import { assembled, type Issuers, startIssuers, type TestIssuer, type TokenChange } from './issuers.ts';
import vectors from './vectors/sm.json' with { type: 'json' };

const { privateKeyHex, publicKeyHex, signatures } = vectors.sm2;

const base64url = (hex: string) => Buffer.from(hex, 'hex').toString('base64url');
const jwkOf = (point: string, kid: string): JWK => {
  const [x, y] = [base64url(point.slice(2, 66)), base64url(point.slice(66))];
  return { kty: 'EC', crv: 'SM2', x, y, alg: 'SM2', use: 'sig', kid };
};

/** What signs as JWS has it: r and s, 32 bytes each; DER leaves zeros in front out, or adds one. */
function raw(derHex: string): Buffer {
  const at = 8 + Number.parseInt(derHex.slice(6, 8), 16) * 2;
  const numbers = [derHex.slice(8, at), derHex.slice(at + 4)];
  return Buffer.from(numbers.map((number) => number.replace(/^(00)+/, '').padStart(64, '0')).join(''), 'hex');
}
const signed = (input: string): Buffer => raw(sm2Sign(input, privateKeyHex));

/** A key that openssl signs with. */
const pem = newSigningKey('sm2');
const pemPoint = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')
  .toString('hex')
  .slice(-130);

let issuers: Issuers;
let national: TestIssuer;
let plain: TestIssuer;
let hall: Hall;

beforeAll(async () => {
  issuers = await startIssuers();
  const keys = [jwkOf(publicKeyHex, 'vectors'), jwkOf(pemPoint, 'openssl')];
  [national, plain] = await Promise.all([issuers.open('national', keys), issuers.open('plain', keys)]);
  hall = await startHall({
    issuers: [
      { issuer: national.issuer, audience: 'yimen', sm2: true },
      { issuer: plain.issuer, realm: 'plain', audience: 'yimen' },
    ],
  });
});
afterAll(async () => {
  await hall?.[Symbol.asyncDispose]();
  await issuers?.[Symbol.asyncDispose]();
});

const sm2Token = (change: TokenChange = {}, by = signed, of = national) =>
  assembled(of.parts({ ...change, header: { alg: 'SM2', kid: 'vectors', ...change.header } }), by);

async function show(token: string): Promise<number> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const reply = await request(`${hall.url}/graphql`, { method: 'POST', headers, body: '{"query":"{ __typename }"}' });
  await reply.body.dump();
  return reply.statusCode;
}

describe('a token signed with SM2', () => {
  it('is let in where the issuer may sign so, beside its tokens of other kinds', async () => {
    expect(await show(sm2Token())).toBe(200);
    expect(await show(await national.token())).toBe(200);
    expect(await show(sm2Token({ claims: { role: 'citizen', amr: undefined } }))).toBe(200);
  });

  it('signed by the openssl command is let in', async () => {
    expect(await show(sm2Token({ header: { kid: 'openssl' } }, opensslSigned))).toBe(200);
    expect(await show(sm2Token({ header: { kid: 'vectors' } }, opensslSigned))).toBe(401);
  });

  it('whose numbers begin with zeros is let in', async () => {
    for (const at of [0, 32]) {
      let token = sm2Token();
      while (Buffer.from(token.split('.')[2] ?? '', 'base64url')[at] !== 0) token = sm2Token();
      expect(await show(token)).toBe(200);
    }
  });

  it('is refused from an issuer that may not', async () => {
    expect(await show(sm2Token({}, signed, plain))).toBe(401);
    expect(await show(await plain.token())).toBe(200);
  });

  it('is refused when anything of its signature is wrong', async () => {
    const other = sm2Token({ claims: { role: 'supervisor' } });
    const [header, payload] = sm2Token().split('.');
    const wrong: [string, string][] = [
      ['of another token', `${header}.${payload}.${other.split('.')[2]}`],
      ['none', `${header}.${payload}.`],
      ['zeros', sm2Token({}, () => Buffer.alloc(64))],
      ['too short', sm2Token({}, (input) => signed(input).subarray(0, 63))],
      ['too long', sm2Token({}, (input) => Buffer.concat([signed(input), Buffer.alloc(1)]))],
      ['DER', sm2Token({}, (input) => Buffer.from(sm2Sign(input, privateKeyHex), 'hex'))],
      ["of the vectors' message", sm2Token({}, () => raw(signatures[0]?.derHex ?? ''))],
      // ECDSA over SM3 without Z is what node:crypto makes of an SM2 key.
      ['ECDSA', sm2Token({ header: { kid: 'openssl' } }, (input) => sign('sm3', Buffer.from(input), ecdsa()))],
      ['of another key', sm2Token({ header: { kid: 'openssl' } })],
      ['of an unknown key', sm2Token({ header: { kid: 'nobody' } })],
      ['of which of two', sm2Token({ header: { kid: undefined } })],
      ['with its key inside', sm2Token({ header: { jwk: jwkOf(publicKeyHex, 'vectors') } })],
      ['of an algorithm in small letters', sm2Token({ header: { alg: 'sm2' } })],
      ['ES256 by the SM2 key', sm2Token({ header: { alg: 'ES256' } })],
    ];
    for (const [what, token] of wrong) expect([what, await show(token)]).toEqual([what, 401]);
  });

  it('is held to the same rules as any other', async () => {
    const now = Math.floor(Date.now() / 1_000);
    const wrong: TokenChange[] = [
      { claims: { exp: now - 6 } },
      { claims: { exp: undefined } },
      { claims: { nbf: now + 60 } },
      { claims: { aud: 'elsewhere' } },
      { claims: { jti: undefined } },
      { claims: { iat: now + 60 } },
      { header: { typ: 'JWT' } },
      { header: { crit: ['b64'] } },
      { claims: { role: 'kiosk' } },
    ];
    for (const change of wrong) expect([change, await show(sm2Token(change))]).toEqual([change, 401]);
    expect(await show(sm2Token({ claims: { amr: ['pwd'] } }))).toBe(403);
  });
});

const ecdsa = () => ({ key: createPrivateKey(pem), dsaEncoding: 'ieee-p1363' as const });

/** As an issuer in another language would. */
function opensslSigned(input: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'yimen-sm2-'));
  try {
    writeFileSync(join(folder, 'key.pem'), pem);
    writeFileSync(join(folder, 'input'), input);
    const how = ['-sign', '-rawin', '-digest', 'sm3', '-pkeyopt', 'distid:1234567812345678', '-inkey', 'key.pem', '-in', 'input'];
    const { stdout, stderr, status } = spawnSync('openssl', ['pkeyutl', ...how], { cwd: folder });
    if (status !== 0) throw new Error(`openssl: ${stderr}`);
    return raw(stdout.toString('hex'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
