import { createHash, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, type JWK, SignJWT } from 'jose';

/** What of a proof of possession is to be other than it should be. */
export interface ProofChange {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** A kiosk with a key of its own. */
export interface Kiosk {
  readonly jkt: string;
  readonly jwk: JWK;
  /** What it must never show. */
  readonly privateJwk: JWK;
  /** A proof that it holds its key, for one request (RFC 9449). */
  proof(token: string, method: string, url: string, change?: ProofChange): Promise<string>;
}

const PAIRS = {
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
};

/** Makes a kiosk. `now` is the clock it goes by. */
export async function newKiosk(now: () => number | Promise<number> = Date.now, alg: keyof typeof PAIRS = 'ES256'): Promise<Kiosk> {
  const pair: { privateKey: KeyObject; publicKey: KeyObject } = PAIRS[alg]();
  const jwk = await exportJWK(pair.publicKey);
  return {
    jwk,
    privateJwk: await exportJWK(pair.privateKey),
    jkt: await calculateJwkThumbprint(jwk),
    async proof(token, method, url, { header, claims } = {}) {
      const ath = createHash('sha256').update(token).digest('base64url');
      const iat = Math.floor((await now()) / 1_000);
      return new SignJWT({ jti: randomUUID(), htm: method, htu: url, iat, ath, ...claims })
        .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk, ...header })
        .sign(pair.privateKey);
    },
  };
}
