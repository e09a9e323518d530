import { z } from 'zod';
import { decodeText } from '../codec/charset.ts';
import { decodeJson } from '../codec/json.ts';
import { AgencyError } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { statusFault } from '../transport/translate.ts';
import type { SignContext, Signer } from '../transport/wire.ts';

export interface OAuth2Options {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly scope?: string;
}

const Token = z.object({ access_token: z.string().min(1), expires_in: z.number().positive().optional() });

/** Asked for again this long before it ends, so that no call sets out with a token that dies on the way. */
const EARLY_MS = 30_000;
const DEFAULT_LIFE_S = 300;

interface Held {
  readonly token: string;
  readonly until: number;
}

/** OAuth2 client credentials (RFC 6749, 4.4): one token for all calls until shortly before it ends, fetched once however many wait. */
export function oauth2(options: OAuth2Options): Signer {
  let held: Held | undefined;
  let fetching: Promise<Held> | undefined;
  let fetcher: AbortSignal | undefined;

  async function current(context: SignContext): Promise<string> {
    if (held && context.clock.now() < held.until) return held.token;
    const isMine = !fetching;
    if (isMine) fetcher = context.call.signal;
    const mayGiveUp = fetcher;
    fetching ??= fetchToken(options, context).finally(() => {
      fetching = undefined;
    });
    try {
      held = await fetching;
      return held.token;
    } catch (cause) {
      // Whoever fetched for all may have run out of time: that is not our failure.
      if (isMine || !mayGiveUp?.aborted || context.call.signal.aborted) throw cause;
      return current(context);
    }
  }

  return {
    async sign(request, context) {
      const token = await current(context);
      return { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } };
    },
    renew(refused) {
      // A late refusal of the old token must not throw the new one away.
      if (refused.headers['authorization'] === `Bearer ${held?.token}`) held = undefined;
    },
  };
}

async function fetchToken(options: OAuth2Options, context: SignContext): Promise<Held> {
  const basic = Buffer.from(`${options.clientId}:${options.clientSecret.reveal()}`).toString('base64');
  const form = { grant_type: 'client_credentials', ...(options.scope ? { scope: options.scope } : {}) };
  const url = new URL(options.tokenUrl);
  const reply = await context.send({ method: 'POST', url, headers: { authorization: `Basic ${basic}` }, form });
  const now = context.clock.now();
  const refused = reply.status === 400 ? new AgencyError(context.call, 'CREDENTIALS') : statusFault(reply, context.call, now);
  if (refused) throw refused;
  const token = Token.parse(decodeJson(decodeText(reply.body, 'utf-8')));
  return { token: token.access_token, until: now + (token.expires_in ?? DEFAULT_LIFE_S) * 1_000 - EARLY_MS };
}
