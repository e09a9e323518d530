import { createHash, createHmac, randomUUID } from 'node:crypto';
import type { Secret } from '../secret.ts';
import type { Signer } from '../transport/wire.ts';

export interface HeaderMacOptions {
  readonly appId: string;
  readonly secret: Secret;
  /** Header names, where the agency has its own. */
  readonly headers?: { readonly appId: string; readonly time: string; readonly signature: string };
}

const HEADERS = { appId: 'x-app-id', time: 'x-timestamp', signature: 'x-signature' };

/**
 * HMAC-SM3 in a header. String to sign: application id, time (milliseconds), method, path with query, and the SM3 of
 * the body in hex, one per line. The signature is hex in lower case.
 */
export function hmacSm3({ appId, secret, headers = HEADERS }: HeaderMacOptions): Signer {
  return {
    sign(request, { clock, call }) {
      const time = String(clock.now());
      const digest = createHash('sm3')
        .update(request.body ?? '')
        .digest('hex');
      const text = [appId, time, request.method, request.url.pathname + request.url.search, digest].join('\n');
      call.onStep?.('string to sign', text);
      const signature = createHmac('sm3', secret.reveal()).update(text).digest('hex');
      const signed = { [headers.appId]: appId, [headers.time]: time, [headers.signature]: signature };
      return { ...request, headers: { ...request.headers, ...signed } };
    },
  };
}

export interface ParameterMacOptions {
  readonly appId: string;
  readonly secret: Secret;
}

/**
 * HMAC-SHA256 over sorted form parameters. Adds `app_id`, `timestamp` (seconds) and `nonce`, then `sign`: hex in upper
 * case over `name=value` of all non-empty parameters, sorted by name, joined by `&`, values not encoded.
 */
export function hmacSha256Parameters({ appId, secret }: ParameterMacOptions): Signer {
  return {
    sign(request, { clock, call }) {
      const timestamp = String(Math.floor(clock.now() / 1_000));
      const form: Record<string, string> = { ...request.form, app_id: appId, timestamp, nonce: randomUUID() };
      const text = Object.keys(form)
        .filter((name) => form[name] !== '')
        .sort()
        .map((name) => `${name}=${form[name]}`)
        .join('&');
      call.onStep?.('string to sign', text);
      const sign = createHmac('sha256', secret.reveal()).update(text).digest('hex').toUpperCase();
      return { ...request, form: { ...form, sign } };
    },
  };
}
