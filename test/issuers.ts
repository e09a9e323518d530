import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, type JWK, SignJWT } from 'jose';

/** What of a token is to be other than it should be; a claim that is `undefined` is left out. */
export interface TokenChange {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly key?: KeyObject | Uint8Array;
}

/** An issuer of a test's own, whose keys the test has. */
export interface TestIssuer {
  readonly issuer: string;
  readonly jwks: string;
  readonly keys: Readonly<Record<'ES256' | 'ES384' | 'RS256' | 'PS256' | 'EdDSA', KeyObject>>;
  /** Header and payload of a good token, as they are signed. */
  parts(change?: TokenChange): { readonly header: Record<string, unknown>; readonly claims: Record<string, unknown> };
  token(change?: TokenChange): Promise<string>;
}

/** Many issuers on one server, at paths of their own. */
export interface Issuers extends AsyncDisposable {
  readonly url: string;
  /** How often each address was asked for. */
  readonly knocks: ReadonlyMap<string, number>;
  /** Puts an issuer of its own keys at a path, with discovery. */
  open(name: string, more?: readonly JWK[]): Promise<TestIssuer>;
  /** What is answered at an address: a document, a status, or nothing ever. */
  answer(path: string, what: object | number | 'never'): void;
}

export async function startIssuers(): Promise<Issuers> {
  const answers = new Map<string, object | number | 'never'>();
  const knocks = new Map<string, number>();
  const server = createServer(({ url = '' }, response) => {
    knocks.set(url, (knocks.get(url) ?? 0) + 1);
    const answer = answers.get(url) ?? 404;
    if (answer === 'never') return;
    if (typeof answer === 'number') response.writeHead(answer).end();
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    knocks,
    answer: (path, what) => void answers.set(path, what),
    async open(name, more = []) {
      const made = madeIssuer(`${url}/${name}`);
      const own = await Promise.all(Object.entries(made.keys).map(([alg, key]) => published(key, alg)));
      answers.set(`/${name}/jwks`, { keys: [...own, ...more] });
      answers.set(`/${name}/.well-known/openid-configuration`, { issuer: made.issuer, jwks_uri: made.jwks });
      return made;
    },
    [Symbol.asyncDispose]: () => closed(server),
  };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => void server.close(() => resolve()));
}

const published = async (key: KeyObject, alg: string): Promise<JWK> => ({ ...(await exportJWK(createPublicKey(key))), alg, kid: alg });

function madeIssuer(issuer: string): TestIssuer {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
  const keys = {
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
    RS256: rsa,
    PS256: rsa,
    EdDSA: generateKeyPairSync('ed25519').privateKey,
  };
  const parts: TestIssuer['parts'] = ({ claims = {}, header = {} } = {}) => {
    const now = Math.floor(Date.now() / 1_000);
    const good = { iss: issuer, aud: 'yimen', sub: 'li', jti: randomUUID(), iat: now, exp: now + 300, role: 'clerk', amr: ['pwd', 'otp'] };
    const merged = Object.entries({ ...good, ...claims }).filter(([, value]) => value !== undefined);
    return { header: { alg: 'ES256', typ: 'at+jwt', kid: 'ES256', ...header }, claims: Object.fromEntries(merged) };
  };
  return {
    issuer,
    jwks: `${issuer}/jwks`,
    keys,
    parts,
    async token(change = {}) {
      const { header, claims } = parts(change);
      const alg = String(header['alg']);
      const key = change.key ?? (Object.hasOwn(keys, alg) ? keys[alg as keyof typeof keys] : keys.ES256);
      const crit = Object.fromEntries(((header['crit'] as string[] | undefined) ?? []).map((name) => [name, true]));
      return new SignJWT(claims).setProtectedHeader({ ...header, alg }).sign(key, { crit });
    },
  };
}

/** A compact token of parts as they are, with any bytes for a signature. */
export function assembled({ header, claims }: { header: object; claims: object }, signature: (input: string) => Buffer): string {
  const input = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${input}.${signature(input).toString('base64url')}`;
}
