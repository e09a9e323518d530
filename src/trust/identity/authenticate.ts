import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../clock/index.ts';
import type { Caller } from '../../connect/index.ts';
import type { Shared } from '../../store/index.ts';
import { checkPossession } from './dpop.ts';
import { Forbidden, refusedToken, Unauthenticated } from './errors.ts';
import { hasTwoFactors } from './factors.ts';
import { isStaff, type TrustedIssuer } from './issuers.ts';
import { IssuerAway, type IssuerKeys, issuerKeys, type KeyTools } from './keys.ts';
import { createReplays } from './replays.ts';
import { issuerOf, type Verified, verifyToken } from './token.ts';

const MAX_TOKEN = 8_192;
const REMEMBERED = 10_000;

/** What of a request says who sends it. */
export interface SignedRequest {
  /** The `Authorization` header; all of them, where more than one came. */
  readonly authorization: readonly string[] | string | undefined;
  /** The `DPoP` header. */
  readonly dpop?: string | undefined;
  readonly method: string;
  /** As it came: a path, with or without origin. */
  readonly url: string;
}

export interface Authenticator {
  /**
   * The caller that a request names. Rejects with {@link Unauthenticated}, and with {@link Forbidden} where staff signed
   * in with one factor.
   */
  authenticate(request: SignedRequest): Promise<Caller>;
}

export interface AuthenticatorOptions extends KeyTools {
  /** Origins under which clients know this gateway: proofs of possession name one of them. */
  readonly origins: () => readonly string[];
  /** The keyed hash that stands for a person, by which citizens are known to be themselves. */
  readonly nameOf: (idNumber: string) => string;
  /** Where replicas remember used proofs together. */
  readonly shared?: Shared | undefined;
}

/** Checks tokens against the hall's issuers. A token that was verified once is remembered until it expires. */
export function createAuthenticator(issuers: readonly TrustedIssuer[], clock: Clock, options: AuthenticatorOptions): Authenticator {
  const byName = new Map(issuers.map((trusted) => [trusted.issuer, { trusted, keys: issuerKeys(trusted, options) }]));
  const realms = issuers.flatMap(({ realm }) => realm ?? []);
  const known = new LRUCache<string, Verified>({ max: REMEMBERED });
  const possession = { clock, origins: options.origins, replays: createReplays(clock, options.shared) };

  function remembered(digest: string): Verified | undefined {
    const found = known.get(digest);
    return found && clock.now() < found.until ? found : undefined;
  }

  async function verifiedAnew(token: string, digest: string): Promise<Verified> {
    const fresh = await verify(token, byName, { now: clock.now(), nameOf: options.nameOf, realms }).catch((error: unknown) =>
      Promise.reject(reasonOf(error)),
    );
    known.set(digest, fresh);
    return fresh;
  }

  return {
    async authenticate({ authorization, dpop, method, url }) {
      const { scheme, token } = credentials(authorization);
      const digest = hash('sha256', token, 'base64');
      const { caller, jkt, methods } = remembered(digest) ?? (await verifiedAnew(token, digest));
      if (scheme === 'bearer' && jkt)
        throw new Unauthenticated('this token is bound to a key: send "Authorization: DPoP …" with a proof', { challenge: 'bound' });
      if (scheme === 'dpop' && !jkt) throw new Unauthenticated('this token is bound to no key: send "Authorization: Bearer …"');
      if (jkt) await checkPossession(dpop, { token, jkt, method, url }, possession);
      if (isStaff(caller.role) && !hasTwoFactors(methods))
        throw new Forbidden('staff sign in with two factors, like a password and a one-time code: sign in again with both');
      return caller;
    },
  };
}

type Issuers = ReadonlyMap<string, { readonly trusted: TrustedIssuer; readonly keys: IssuerKeys }>;

async function verify(token: string, issuers: Issuers, naming: Parameters<typeof verifyToken>[3]): Promise<Verified> {
  const issuer = issuers.get(issuerOf(token));
  if (!issuer) throw refusedToken();
  return verifyToken(token, issuer.trusted, issuer.keys, naming);
}

/** What went wrong inside is no matter of the caller's, but for what they can do about it. */
function reasonOf(error: unknown): Unauthenticated {
  if (error instanceof Unauthenticated) return error;
  if (error instanceof IssuerAway)
    return new Unauthenticated("the token cannot be checked: its issuer's keys cannot be fetched at present", { cause: error });
  return refusedToken(error);
}

function credentials(header: SignedRequest['authorization']): { readonly scheme: 'bearer' | 'dpop'; readonly token: string } {
  const [sole, ...others] = typeof header === 'string' ? [header] : (header ?? []);
  // An attack or a broken proxy; Node would silently keep the first.
  if (others.length > 0) throw new Unauthenticated('send one Authorization header, not two');
  if (!sole) throw new Unauthenticated('a bearer token is needed: send "Authorization: Bearer …"', { challenge: 'nobody' });
  const [, scheme, token] = /^(Bearer|DPoP) ([\w.~+/-]+=*)$/i.exec(sole) ?? [];
  if (!scheme || !token || token.length > MAX_TOKEN) throw refusedToken();
  return { scheme: scheme.toLowerCase() === 'dpop' ? 'dpop' : 'bearer', token };
}
