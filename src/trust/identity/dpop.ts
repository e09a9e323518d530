import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Clock } from '../../clock/index.ts';
import { Unauthenticated } from './errors.ts';
import type { Replays } from './replays.ts';

const MAX_PROOF = 4_096;
/** How far the clocks of kiosk and gateway may be apart, and how long a proof may be on its way. */
const FRESH_S = 60;

/** What makes the key, and nothing else of it. */
const Key = z.discriminatedUnion('kty', [
  z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string(), y: z.string() }),
  z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() }),
]);
const PublicKey = z
  .looseObject({})
  .refine((key) => !('d' in key))
  .pipe(Key);

const Header = z
  .object({ alg: z.enum(['ES256', 'EdDSA']), typ: z.literal('dpop+jwt'), jwk: PublicKey })
  .loose()
  .refine((header) => !['crit', 'jku', 'x5u', 'x5c'].some((name) => name in header));

const Claims = z.object({
  jti: z.string().min(1).max(256),
  htm: z.string(),
  htu: z.url(),
  iat: z.number(),
  ath: z.string(),
});

/** What a proof must be about. */
export interface Possession {
  /** The access token, and the thumbprint of the key it is bound to. */
  readonly token: string;
  readonly jkt: string;
  readonly method: string;
  /** Of the request, as it came: a path, with or without origin. */
  readonly url: string;
}

export interface ProofTools {
  readonly clock: Clock;
  readonly replays: Replays;
  /** Origins under which clients know this gateway. What the request itself says of its host is not asked. */
  readonly origins: () => readonly string[];
}

/** Checks that the sender of a request holds the key of its token (DPoP, RFC 9449 section 4.3). Rejects with {@link Unauthenticated}. */
export async function checkPossession(proof: string | undefined, about: Possession, tools: ProofTools): Promise<void> {
  if (!proof) throw refusedProof('this token is bound to a key: send a proof of it in the DPoP header');
  if (proof.length > MAX_PROOF) throw refusedProof();
  const { claims, thumbprint } = await read(proof, tools.clock).catch((cause: unknown) => {
    throw refusedProof(undefined, cause);
  });
  const now = tools.clock.now() / 1_000;
  if (thumbprint !== about.jkt) throw refusedProof('the DPoP proof is signed by another key than the one the token is bound to');
  if (claims.ath !== createHash('sha256').update(about.token).digest('base64url'))
    throw refusedProof('the DPoP proof is for another token');
  if (claims.htm !== about.method) throw refusedProof('the DPoP proof is for another method');
  if (!isAddressed(claims.htu, about.url, tools.origins()))
    throw refusedProof('the DPoP proof is for an address under which this gateway is not known (setting addresses)');
  if (Math.abs(now - claims.iat) > FRESH_S) throw refusedProof(`the DPoP proof was not made in the last ${FRESH_S} seconds`);
  // Last: only what is right in all else is worth remembering.
  const lifeMs = Math.ceil((claims.iat + FRESH_S - now) * 1_000) + 1_000;
  if (!(await tools.replays.isFirst(`${thumbprint} ${claims.jti}`, lifeMs)))
    throw refusedProof('the DPoP proof was used before: make one for every request');
}

async function read(proof: string, clock: Clock) {
  const { jwk, alg } = Header.parse(decodeProtectedHeader(proof));
  const { payload } = await jwtVerify(proof, await importJWK(jwk, alg), {
    algorithms: [alg],
    typ: 'dpop+jwt',
    currentDate: new Date(clock.now()),
  });
  return { claims: Claims.parse(payload), thumbprint: await calculateJwkThumbprint(jwk) };
}

/** Query and fragment are left out on both sides, as the RFC says. */
function isAddressed(htu: string, url: string, origins: readonly string[]): boolean {
  const named = new URL(htu);
  return origins.some((origin) => named.origin === new URL(origin).origin) && named.pathname === new URL(url, 'http://gateway').pathname;
}

const refusedProof = (message = 'the DPoP proof was not accepted', cause?: unknown) =>
  new Unauthenticated(message, { cause, challenge: 'proof' });
