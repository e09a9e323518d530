import type { Clock } from '../../clock/index.ts';
import { AgencyError, type AgencyFault } from '../errors.ts';
import type { Outbound } from '../outbound/outbound.ts';
import type { Call } from '../types.ts';
import { statusFault, translate } from './translate.ts';
import { unpacked } from './unpack.ts';
import type { HttpEngine, SignContext, Signer, WireRequest, WireResponse } from './wire.ts';

/** What every HTTP transport takes. */
export interface LinkOptions {
  /** Base address; a request's path is appended to its path. */
  readonly url: string;
  /** Applied in this order on the way out, in the reverse order on the way back. */
  readonly sign?: Signer | readonly Signer[];
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface LinkTools {
  readonly clock: Clock;
  readonly engine: HttpEngine;
  readonly outbound: Outbound;
  readonly maxBytes: number;
}

/** Sends signed requests to one address and gives back replies whose status is good, or 404. */
export interface Link {
  send(request: LinkRequest, call: Call): Promise<WireResponse>;
}

export interface LinkRequest {
  readonly method: WireRequest['method'];
  readonly path?: string;
  /** A list repeats its name. */
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly form?: Readonly<Record<string, string>>;
}

/** The way of every request: sign, encode, send, unpack, open, check the status; once more when credentials had run out. */
export function link(options: LinkOptions, tools: LinkTools): Link {
  const signers = [options.sign ?? []].flat() as readonly Signer[];
  const renewers = signers.filter((s) => s.renew);

  async function once(plain: WireRequest, call: Call, onSigned?: (request: WireRequest) => void): Promise<WireResponse> {
    const raw = async (request: WireRequest) => {
      tools.outbound.check(request.url);
      const encoded = formEncoded(request);
      call.onStep?.('request', encoded);
      const reply = await tools.engine.send(encoded, { signal: call.signal, maxBytes: tools.maxBytes });
      call.onStep?.('reply', reply);
      return reply.headers['content-encoding'] ? unpacked(reply, tools.maxBytes) : reply;
    };
    const context: SignContext = { clock: tools.clock, call, send: raw };
    let request = plain;
    for (const signer of signers) request = await signer.sign(request, context);
    onSigned?.(request);
    let reply = await raw(request);
    const fault = reply.status === 404 ? undefined : statusFault(reply, call, tools.clock.now());
    if (fault) throw fault;
    for (const signer of signers.toReversed()) if (signer.open) reply = await signer.open(reply, request);
    if (signers.some((signer) => signer.open)) call.onStep?.('opened', reply);
    return reply;
  }

  return {
    async send(request, call) {
      const plain = address(request, options);
      let sent = plain;
      try {
        return await once(plain, call, (signed) => {
          sent = signed;
        });
      } catch (cause) {
        const error = translate(cause, call);
        if (error.fault !== 'CREDENTIALS' || renewers.length === 0) throw error;
        for (const signer of renewers) signer.renew?.(sent);
        return await once(plain, call).catch((again: unknown) => Promise.reject(translate(again, call)));
      }
    },
  };
}

function address(request: LinkRequest, options: LinkOptions): WireRequest {
  const url = new URL(options.url);
  if (request.path) url.pathname = `${url.pathname.replace(/\/$/, '')}${request.path}`;
  for (const [name, value] of Object.entries(request.query ?? {})) for (const one of [value].flat()) url.searchParams.append(name, one);
  const { path: _path, query: _query, ...rest } = request;
  return { ...rest, url, headers: { 'accept-encoding': 'identity', ...options.headers, ...request.headers } };
}

function formEncoded(request: WireRequest): WireRequest {
  if (!request.form) return request;
  const body = Buffer.from(new URLSearchParams(request.form).toString());
  return { ...request, body, headers: { ...request.headers, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' } };
}

/** It is logged, and a careless agency says there whom it was asked about: neither their number nor their name looks like this. */
const LIKE_A_CODE = /^(?!.*\d{11})[\w.:-]{1,40}$/;

/** What an agency's own code means: a fault, or that there is no such record. */
export type Meaning = AgencyFault | 'absent';

/** What an agency's own codes mean. A code that is not listed means `REFUSED`. */
export type Meanings = Readonly<Record<string, Meaning>>;

/** Null when the code means "no such record"; throws the error it means otherwise. */
export function meant(meanings: Meanings, code: string, call: Call): null {
  // The code comes from outside: "constructor" must not find what every object has.
  const meaning = (Object.hasOwn(meanings, code) && meanings[code]) || 'REFUSED';
  if (meaning === 'absent') return null;
  throw new AgencyError(call, meaning, { private: { agencyCode: LIKE_A_CODE.test(code) ? code : 'not like a code' } });
}
