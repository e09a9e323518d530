import { decodeJwt, decodeProtectedHeader, type JWTPayload, jwtVerify, UnsecuredJWT } from 'jose';
import { z } from 'zod';
import { citizenIdFault } from '../../codes/index.ts';
import { type Caller, ROLES } from '../../connect/index.ts';
import { refusedToken, Unauthenticated } from './errors.ts';
import { actorOf, maySign, type TrustedIssuer } from './issuers.ts';
import type { IssuerKeys } from './keys.ts';
import { isSignedBySm2, SM2 } from './sm2-jws.ts';

const ALGORITHMS = ['ES256', 'EdDSA', 'PS256', 'RS256'];
const TOLERANCE_S = 5;
const KIOSK_LIFE_S = 300;

/** A SHA-256 thumbprint (RFC 7638) in base64url. */
const THUMBPRINT = /^[\w-]{43}$/;

/** What came of a token's own claims. */
export interface Verified {
  readonly caller: Caller;
  /** When it expires, in milliseconds. */
  readonly until: number;
  /** Thumbprint of the key it is bound to. */
  readonly jkt: string | undefined;
  /** How its subject signed in (`amr`, RFC 8176). */
  readonly methods: readonly string[];
}

/** A key that a token brings along, or tells where to fetch, proves nothing about who signed it. */
const EMBEDDED = ['jwk', 'jku', 'x5u', 'x5c'] as const;

const Header = z
  .object({
    alg: z.string(),
    typ: z.string(),
    kid: z
      .string()
      .regex(/^[\w.-]{1,128}$/)
      .optional(),
  })
  .loose()
  // Nothing that could be critical is understood here (RFC 7515, 4.1.11).
  .refine((header) => !('crit' in header) && !EMBEDDED.some((name) => name in header));

const Claims = z.object({
  sub: z.string().min(1).max(200),
  jti: z.string().min(1).max(200),
  exp: z.number(),
  iat: z.number(),
  role: z.enum(ROLES),
  window: z.string().max(100).optional(),
  /** Citizen identity number of a citizen who signed in. */
  person: z
    .string()
    .refine((text) => citizenIdFault(text) === undefined)
    .optional(),
  amr: z.array(z.string().max(50)).max(20).optional(),
  // Bound in another way than is checked here is not bound.
  cnf: z.strictObject({ jkt: z.string().regex(THUMBPRINT) }).optional(),
});

interface Naming {
  readonly now: number;
  /** The keyed hash that stands for a person. */
  readonly nameOf: (idNumber: string) => string;
  /** Realms of the hall's issuers. */
  readonly realms: readonly string[];
}

/** Who a token says has issued it. Nothing of it is verified yet. */
export function issuerOf(token: string): string {
  try {
    return decodeJwt(token).iss ?? '';
  } catch (cause) {
    throw refusedToken(cause);
  }
}

/** Checks signature, header and claims of an access token (RFC 9068). Rejects when anything is not as it must be. */
export async function verifyToken(token: string, trusted: TrustedIssuer, keys: IssuerKeys, naming: Naming): Promise<Verified> {
  const { alg, kid } = Header.parse(decodeProtectedHeader(token));
  const rules = {
    issuer: trusted.issuer,
    audience: trusted.audience,
    typ: 'at+jwt',
    requiredClaims: ['exp', 'sub', 'jti', 'iat'],
    clockTolerance: TOLERANCE_S,
    currentDate: new Date(naming.now),
  };
  const { payload } =
    alg === SM2 && trusted.sm2
      ? await verifySm2(token, kid, keys, rules)
      : await jwtVerify(token, keys.resolve, { ...rules, algorithms: ALGORITHMS });
  return verified(payload, trusted, naming);
}

type Rules = Parameters<typeof UnsecuredJWT.decode>[1];

/** The signature is checked here, the claims by the same rules of jose as all others, which takes them as an unsecured token. */
async function verifySm2(token: string, kid: string | undefined, keys: IssuerKeys, rules: Rules): Promise<{ payload: JWTPayload }> {
  const key = await keys.sm2(kid);
  if (!key || !isSignedBySm2(token, key)) throw refusedToken();
  const { typ } = decodeProtectedHeader(token);
  const header = Buffer.from(JSON.stringify({ alg: 'none', typ })).toString('base64url');
  return UnsecuredJWT.decode(`${header}.${token.split('.')[1] ?? ''}.`, rules);
}

function verified(payload: JWTPayload, trusted: TrustedIssuer, { now, nameOf, realms }: Naming): Verified {
  const { sub, exp, iat, role, window, person, amr = [], cnf } = Claims.parse(payload);
  if (iat > now / 1_000 + TOLERANCE_S) throw refusedToken();
  if (!maySign(trusted, role))
    throw new Unauthenticated(`the token was not accepted: its issuer signs for ${trusted.kind}, not for a ${role}`);
  if (role === 'kiosk' && (!cnf || exp - iat > KIOSK_LIFE_S))
    throw new Unauthenticated("the token was not accepted: a kiosk's token lives for 5 minutes at most and names its key (cnf.jkt)");
  const actor = actorOf(trusted, sub, realms);
  if (actor === undefined) throw refusedToken();
  // The number itself goes no further than this.
  const subject = role === 'citizen' && person ? nameOf(person) : undefined;
  return {
    caller: { role, actor, ...(window && { window }), ...(subject && { subject }) },
    until: exp * 1_000,
    jkt: cnf?.jkt,
    methods: amr,
  };
}
