import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startYimen } from '../src/app.ts';
import { readSettings } from '../src/settings/index.ts';
import { createAuthenticator, type TrustedIssuer } from '../src/trust/index.ts';
import { type Issuers, startIssuers, type TestIssuer } from './issuers.ts';

const audience = 'yimen';

async function started(issuers: readonly object[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'yimen-'));
  writeFileSync(join(folder, 'yimen.config.json'), JSON.stringify({ issuers }));
  const hall = await startYimen(readSettings({ YIMEN_PROFILE: 'production', PORT: '0', YIMEN_DATA: join(folder, 'data') }, folder), {
    sheds: false,
  });
  await hall.close();
}

describe('issuers that end the start', () => {
  const jwks = 'https://id.example/jwks.json';
  it.each<[string, readonly object[], RegExp]>([
    ['found nowhere', [{ issuer: 'id', audience }], /issuers\.0\.issuer: without "jwks" it must be the address/],
    ['of no kind', [{ issuer: 'id', audience, jwks, kind: 'robots' }], /issuers\.0\.kind/],
    [
      'named twice',
      [
        { issuer: 'id', audience, jwks },
        { issuer: 'id', audience: 'other', jwks },
      ],
      /issuers: two issuers have the same name/,
    ],
    [
      'two without a realm',
      [
        { issuer: 'id', audience, jwks },
        { issuer: 'other', audience, jwks },
      ],
      /issuers: of several issuers all but one need a "realm"/,
    ],
    ['of a realm that is none', [{ issuer: 'id', audience, jwks, realm: 'A:B' }], /issuers\.0\.realm: a realm is/],
    ['with keys in a file', [{ issuer: 'id', audience, jwks: 'file:///etc/keys' }], /issuers\.0\.jwks/],
    [
      'with keys over http',
      [{ issuer: 'id', audience, jwks: 'http://id.example/jwks.json' }],
      /issuers\.0: its keys must be fetched over https/,
    ],
    ['found over http', [{ issuer: 'http://id.example', audience }], /issuers\.0: its keys must be fetched over https/],
    ['with http as if it were this machine', [{ issuer: 'http://localhost.example', audience }], /must be fetched over https/],
  ])('%s', async (_, issuers, sentence) => {
    await expect(started(issuers)).rejects.toThrow(sentence);
  });

  it('but not those of which one cannot be reached', async () => {
    await started([{ issuer: 'https://127.0.0.1:1', audience }]);
  });
});

describe('what discovery leads to', () => {
  let issuers: Issuers;
  let id: TestIssuer;
  beforeAll(async () => {
    issuers = await startIssuers();
    id = await issuers.open('id');
  });
  afterAll(() => issuers?.[Symbol.asyncDispose]());

  /** What becomes of a good token, and what the log says. */
  async function outcome(protectedOnly: boolean, trusted: TrustedIssuer = { issuer: id.issuer, audience }) {
    const said: unknown[] = [];
    const log = { warn: (fields: object) => void said.push(fields) };
    const options = {
      nameOf: (text: string) => text,
      protectedOnly,
      log,
      origins: () => [],
    };
    const { authenticate } = createAuthenticator([trusted], { now: Date.now }, options);
    const token = await id.token({ claims: { iss: trusted.issuer } });
    const caller = await authenticate({ authorization: `Bearer ${token}`, method: 'GET', url: '/' }).catch((error: Error) => error.message);
    return { caller, said };
  }
  const AWAY = "the token cannot be checked: its issuer's keys cannot be fetched at present";

  it('is believed on this machine', async () => {
    expect(await outcome(true)).toEqual({ caller: { role: 'clerk', actor: 'li' }, said: [] });
  });

  it('is found with a slash at the end of the name too', async () => {
    const issuer = `${id.issuer}/`;
    issuers.answer('/id/.well-known/openid-configuration', { issuer, jwks_uri: id.jwks });
    expect(await outcome(true, { issuer, audience })).toMatchObject({ caller: { actor: 'li' } });
  });

  it.each([
    ['keys over plain http elsewhere', { jwks_uri: 'http://keys.example/jwks' }, 'its keys lie at an address without TLS'],
    ['keys in a file', { jwks_uri: 'file:///etc/keys' }, 'its discovery is not a document with "issuer" and "jwks_uri"'],
    ['no keys', {}, 'its discovery is not a document with "issuer" and "jwks_uri"'],
  ])('%s: refused, and the log says why', async (_, found, reason) => {
    issuers.answer('/id/.well-known/openid-configuration', { issuer: id.issuer, ...found });
    expect(await outcome(true)).toEqual({ caller: AWAY, said: [{ issuer: id.issuer, reason }] });
  });

  it('a redirect is not followed', async () => {
    issuers.answer('/id/.well-known/openid-configuration', 302);
    expect(await outcome(false)).toMatchObject({ caller: AWAY, said: [{ issuer: id.issuer }] });
  });
});
