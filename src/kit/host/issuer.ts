import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { z } from 'zod';
import type { Clock } from '../../clock/index.ts';
import { ROLES } from '../../connect/index.ts';

/** Audience of sandbox tokens. */
export const SANDBOX_AUDIENCE = 'yimen';
const LIFE_S = 12 * 3_600;

/** A kiosk's token lives no longer. */
const KIOSK_LIFE_S = 300;
const METHODS = ['pwd', 'otp'];

/** What a sandbox token is asked for with. Default life 12 hours, a kiosk's 5 minutes. */
export const TokenRequest = z.strictObject({
  role: z.enum(ROLES),
  actor: z.string().min(1).max(200).optional(),
  window: z.string().max(100).optional(),
  /** Seconds until it expires. */
  life: z.int().positive().max(86_400).optional(),
  /** Citizen identity number of a citizen who signed in. */
  person: z.string().max(18).optional(),
  /** How its subject signed in (RFC 8176). Default a password and a one-time code. */
  amr: z.array(z.string().min(1).max(50)).max(20).optional(),
  /** Thumbprint (RFC 7638) of the key that the token is bound to. */
  jkt: z
    .string()
    .regex(/^[\w-]{43}$/, 'the SHA-256 thumbprint of a public key, in base64url')
    .optional(),
});
export type TokenRequest = z.infer<typeof TokenRequest>;

/** The sandbox's own issuer of tokens. */
export interface SandboxIssuer {
  /** Its public keys, as a JSON Web Key Set. */
  readonly jwks: { readonly keys: readonly JWK[] };
  token(request: TokenRequest, issuer: string): Promise<string>;
}

/** Opens the issuer; its key is made once and kept in the folder. */
export async function openIssuer(folder: string, clock: Clock): Promise<SandboxIssuer> {
  const jwk = await keptKey(resolve(folder, 'issuer.jwk.json'));
  const key = await importJWK(jwk, 'ES256');
  const { d: _private, ...publicPart } = jwk;
  return {
    jwks: { keys: [publicPart] },
    token({ role, actor, window, person, amr = METHODS, jkt, life = role === 'kiosk' ? KIOSK_LIFE_S : LIFE_S }, issuer) {
      const now = Math.floor(clock.now() / 1_000);
      return new SignJWT({ role, amr, ...(window && { window }), ...(person && { person }), ...(jkt && { cnf: { jkt } }) })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: jwk.kid ?? '' })
        .setIssuer(issuer)
        .setAudience(SANDBOX_AUDIENCE)
        .setSubject(actor ?? `sandbox-${role}`)
        .setJti(randomUUID())
        .setIssuedAt(now)
        .setExpirationTime(now + life)
        .sign(key);
    },
  };
}

async function keptKey(file: string): Promise<JWK> {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as JWK;
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk: JWK = { ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig' };
  jwk.kid = await calculateJwkThumbprint(jwk);
  mkdirSync(resolve(file, '..'), { recursive: true });
  writeFileSync(file, JSON.stringify(jwk), { mode: 0o600 });
  return jwk;
}
