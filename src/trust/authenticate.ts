import { createHash } from 'node:crypto';
import { createRemoteJWKSet, decodeJwt, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Clock } from '../clock/index.ts';
import { type Caller, ROLES } from '../connect/index.ts';

/** An issuer whose tokens the hall accepts. */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly audience: string;
  /** Address of its keys. */
  readonly jwks: string;
}

/** No caller could be made out of the request. `message` says what to do and never quotes the token. */
export class Unauthenticated extends Error {
  override readonly name = 'Unauthenticated';
}

/** The caller is known, and may not do this. */
export class Forbidden extends Error {
  override readonly name = 'Forbidden';
}

export interface Authenticator {
  /** The caller that an `Authorization` header names. Rejects with {@link Unauthenticated}. */
  authenticate(header: string | undefined): Promise<Caller>;
}

const ALGORITHMS = ['ES256', 'EdDSA', 'PS256', 'RS256'];
const MAX_TOKEN = 8_192;
const REMEMBERED = 10_000;

const Claims = z.object({
  sub: z.string().min(1).max(200),
  exp: z.number(),
  role: z.enum(ROLES),
  window: z.string().max(100).optional(),
});

interface Known {
  readonly caller: Caller;
  readonly until: number;
}

/** Checks bearer tokens against the hall's issuers. A token that was verified once is remembered until it expires. */
export function createAuthenticator(issuers: readonly TrustedIssuer[], clock: Clock): Authenticator {
  const byName = new Map(issuers.map((issuer) => [issuer.issuer, { ...issuer, keys: createRemoteJWKSet(new URL(issuer.jwks)) }]));
  const known = new LRUCache<string, Known>({ max: REMEMBERED });

  async function verify(token: string): Promise<Known> {
    const trusted = byName.get(issuerOf(token));
    if (!trusted) throw refused();
    const { payload } = await jwtVerify(token, trusted.keys, {
      issuer: trusted.issuer,
      audience: trusted.audience,
      algorithms: ALGORITHMS,
      typ: 'at+jwt',
      requiredClaims: ['exp', 'sub', 'jti'],
      clockTolerance: 5,
      currentDate: new Date(clock.now()),
    });
    return callerOf(payload);
  }

  return {
    async authenticate(header) {
      const token = bearer(header);
      const digest = createHash('sha256').update(token).digest('base64');
      const remembered = known.get(digest);
      if (remembered && clock.now() < remembered.until) return remembered.caller;
      const fresh = await verify(token).catch((error: unknown) =>
        Promise.reject(error instanceof Unauthenticated ? error : refused(error)),
      );
      known.set(digest, fresh);
      return fresh.caller;
    },
  };
}

function bearer(header: string | undefined): string {
  if (!header) throw new Unauthenticated('a bearer token is needed: send "Authorization: Bearer …"');
  const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(header)?.[1];
  if (!token || token.length > MAX_TOKEN) throw refused();
  return token;
}

function issuerOf(token: string): string {
  try {
    return decodeJwt(token).iss ?? '';
  } catch (cause) {
    throw refused(cause);
  }
}

function callerOf(payload: JWTPayload): Known {
  const claims = Claims.parse(payload);
  const caller: Caller = { role: claims.role, actor: claims.sub, ...(claims.window && { window: claims.window }) };
  return { caller, until: claims.exp * 1_000 };
}

const refused = (cause?: unknown) => new Unauthenticated('the token was not accepted: ask the issuer for a new one', { cause });
