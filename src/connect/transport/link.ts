import type { Clock } from '../../clock/index.ts';
import { endingOf } from '../ending.ts';
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
  const address = addresses(options);

  async function raw(request: WireRequest, call: Call): Promise<WireResponse> {
    tools.outbound.check(request.url);
    const encoded = formEncoded(request);
    call.onStep?.('request', encoded);
    const reply = await tools.engine.send(encoded, { signal: endingOf(call), maxBytes: tools.maxBytes });
    call.onStep?.('reply', reply);
    return reply.headers['content-encoding'] ? unpacked(reply, tools.maxBytes) : reply;
  }

  function checked(reply: WireResponse, call: Call): WireResponse {
    const fault = reply.status === 404 ? undefined : statusFault(reply, call, tools.clock.now());
    if (fault) throw fault;
    return reply;
  }

  async function signed(plain: WireRequest, call: Call, onSigned?: (request: WireRequest) => void): Promise<WireResponse> {
    const context: SignContext = { clock: tools.clock, call, send: (request) => raw(request, call) };
    let request = plain;
    for (const signer of signers) request = await signer.sign(request, context);
    onSigned?.(request);
    let reply = checked(await raw(request, call), call);
    for (const signer of signers.toReversed()) if (signer.open) reply = await signer.open(reply, request);
    if (signers.some((signer) => signer.open)) call.onStep?.('opened', reply);
    return reply;
  }

  async function sendSigned(plain: WireRequest, call: Call): Promise<WireResponse> {
    let sent = plain;
    try {
      return await signed(plain, call, (request) => {
        sent = request;
      });
    } catch (cause) {
      const error = translate(cause, call);
      if (error.fault !== 'CREDENTIALS' || renewers.length === 0) throw error;
      for (const signer of renewers) signer.renew?.(sent);
      return signed(plain, call).catch((again: unknown) => Promise.reject(translate(again, call)));
    }
  }

  return {
    async send(request, call) {
      const plain = address(request);
      if (signers.length > 0) return sendSigned(plain, call);
      try {
        return checked(await raw(plain, call), call);
      } catch (cause) {
        throw translate(cause, call);
      }
    },
  };
}

/** The address of every request: the base, whose path goes before the request's own, and the headers of both. */
function addresses({ url, headers }: LinkOptions): (request: LinkRequest) => WireRequest {
  const base = new URL(url);
  const before = base.pathname.replace(/\/$/, '');
  const own = { 'accept-encoding': 'identity', ...headers };
  return ({ method, path, query, headers: more, body, form }) => {
    const to = path ? within(base, `${before}${path}`, query) : withQuery(new URL(base), query);
    const sent: { -readonly [Name in keyof WireRequest]?: WireRequest[Name] } = { method, headers: more ? { ...own, ...more } : own };
    if (body) sent.body = body;
    if (form) sent.form = form;
    sent.url = to;
    return sent as WireRequest;
  };
}

type Query = LinkRequest['query'];

function withQuery(to: URL, query: Query): URL {
  for (const [name, value] of namesIn(query)) to.searchParams.append(name, value);
  return to;
}

/** Every name with each of its values. */
function namesIn(query: Query): [string, string][] {
  const names: [string, string][] = [];
  for (const name in query) {
    const value = query[name] ?? [];
    if (typeof value === 'string') names.push([name, value]);
    else for (const one of value) names.push([name, one]);
  }
  return names;
}

/** An address with another path, on the same host whatever the path holds, and with names more in its query. */
function within(base: URL, path: string, query: Query): URL {
  // What begins a query or a fragment is a sign like any other in a path.
  if (path.startsWith('/') && !/[?#]/.test(path)) return ofText(base, path, query);
  const to = new URL(base);
  to.pathname = path;
  return withQuery(to, query);
}

/** Read once as a whole, where the query is the request's alone: added to an address, every name has it read anew. */
function ofText({ origin, search }: URL, path: string, query: Query): URL {
  const names = search === '' ? new URLSearchParams(namesIn(query)).toString() : '';
  return names === '' ? withQuery(new URL(`${origin}${path}${search}`), query) : new URL(`${origin}${path}?${names}`);
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
