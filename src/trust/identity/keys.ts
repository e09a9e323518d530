import { createRemoteJWKSet, customFetch, type JWK } from 'jose';
import { z } from 'zod';
import { isProtectedAddress, type TrustedIssuer } from './issuers.ts';

/** Below the 8 s of a request, so that its caller hears why. */
const PATIENCE_MS = 3_000;
/** An issuer that failed is left alone for so long. */
const PAUSE_MS = 5_000;
/** What discovery said is asked again after this. */
const DISCOVERY_MS = 3_600_000;

/** An issuer's keys cannot be had at present. */
export class IssuerAway extends Error {
  override readonly name = 'IssuerAway';
}

/** Says what happened; no tokens, no keys. */
export interface IdentityLog {
  warn(fields: object, message: string): void;
}

export interface KeyTools {
  /** Whether keys may be fetched over TLS, or from this machine, only. */
  readonly protectedOnly: boolean;
  readonly log?: IdentityLog | undefined;
}

type RemoteKeys = ReturnType<typeof createRemoteJWKSet>;

/** The keys of one issuer. */
export interface IssuerKeys {
  /** For jose: fetched when first asked for, again every ten minutes, and when a token names a key that is not there. */
  readonly resolve: (...asked: Parameters<RemoteKeys>) => ReturnType<RemoteKeys>;
  /** Its SM2 key of this name, or its only one. */
  sm2(kid: string | undefined): Promise<JWK | undefined>;
}

/** Nothing is fetched before the first token of the issuer comes: a dead issuer costs its own tokens and nothing else. */
export function issuerKeys(trusted: TrustedIssuer, tools: KeyTools): IssuerKeys {
  const door = patientDoor(trusted, tools);
  const remote = remembered(async () => {
    const address = trusted.jwks ?? (await discovered(trusted, door));
    return createRemoteJWKSet(new URL(address), { timeoutDuration: PATIENCE_MS, [customFetch]: door.get });
  });
  return {
    resolve: async (header, token) => (await remote())(header, token),
    async sm2(kid) {
      const keys = await remote();
      if (!keys.fresh) await keys.reload();
      const known = sm2Key(keys, kid);
      if (known || keys.coolingDown) return known;
      await keys.reload();
      return sm2Key(keys, kid);
    },
  };
}

function sm2Key(keys: RemoteKeys, kid: string | undefined): JWK | undefined {
  const found = (keys.jwks()?.keys ?? []).filter((key) => key.crv === 'SM2' && key.use !== 'enc' && (kid === undefined || key.kid === kid));
  return found.length === 1 ? found[0] : undefined;
}

/** What came of the work is kept for an hour; questions meanwhile wait for the same work. What was known outlives a failure. */
function remembered<T>(work: () => Promise<T>): () => Promise<T> {
  let known: { readonly value: T; readonly until: number } | undefined;
  let pending: Promise<T> | undefined;
  return async () => {
    if (known && performance.now() < known.until) return known.value;
    pending ??= work()
      .then((value) => {
        known = { value, until: performance.now() + DISCOVERY_MS };
        return value;
      })
      .finally(() => {
        pending = undefined;
      });
    const last = known?.value;
    return pending.catch((error: unknown) => last ?? Promise.reject(error));
  };
}

const Discovery = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

/** The address of an issuer's keys. Another issuer's document under this one's name is a mix-up, or an attack (RFC 9207). */
async function discovered({ issuer }: TrustedIssuer, { get, failed }: Door): Promise<string> {
  const response = await get(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  const document = Discovery.safeParse(await response.json());
  if (!document.success) throw failed(new IssuerAway('its discovery is not a document with "issuer" and "jwks_uri"'));
  if (document.data.issuer !== issuer) throw failed(new IssuerAway('its discovery names another issuer'));
  return document.data.jwks_uri;
}

/** How one issuer is asked. */
interface Door {
  readonly get: typeof fetch;
  /** Notes that it failed, and gives the error to throw. */
  failed(cause: unknown): IssuerAway;
}

/** Fails at once for a while after it failed, so that tokens cannot be used to knock at a dead issuer's door. */
function patientDoor({ issuer }: TrustedIssuer, { protectedOnly, log }: KeyTools): Door {
  let pausedUntil = 0;
  const failed = (cause: unknown): IssuerAway => {
    pausedUntil = performance.now() + PAUSE_MS;
    const away = cause instanceof IssuerAway ? cause : new IssuerAway('it does not answer with JSON', { cause });
    log?.warn({ issuer, reason: away.message }, 'the keys of an issuer cannot be fetched: its tokens are refused');
    return away;
  };
  const read = async (...[input, init]: Parameters<typeof fetch>): Promise<Response> => {
    if (protectedOnly && !isProtectedAddress(String(input))) throw new IssuerAway('its keys lie at an address without TLS');
    const response = await fetch(input, { signal: AbortSignal.timeout(PATIENCE_MS), ...init, redirect: 'error' });
    if (response.status !== 200) throw new IssuerAway(`it answered ${response.status}`);
    return Response.json(await response.json());
  };
  return {
    failed,
    async get(...asked) {
      if (performance.now() < pausedUntil) throw new IssuerAway('it did not answer a moment ago');
      return read(...asked).catch((cause: unknown) => Promise.reject(failed(cause)));
    },
  };
}
