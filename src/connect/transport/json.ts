import type { z } from 'zod';
import { decodeJson } from '../codec/json.ts';
import { AgencyError } from '../errors.ts';
import type { Call } from '../types.ts';
import { textOf } from './content.ts';
import { type EnvelopeOptions, opened } from './envelope.ts';
import { type LinkOptions, type LinkRequest, type LinkTools, link } from './link.ts';
import { statusFault, translate } from './translate.ts';
import type { WireResponse } from './wire.ts';

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json$/;

export interface JsonOptions extends LinkOptions {
  /** Where the agency wraps every reply and says in a code of its own how the question went, also under HTTP 200. */
  readonly envelope?: EnvelopeOptions;
}

export interface JsonRequest {
  readonly method?: LinkRequest['method'];
  readonly path: string;
  /** A list repeats its name. */
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** JSON over HTTP. A reply is checked without its envelope, where the agency has one. */
export interface JsonClient {
  /** The checked reply. */
  request<T>(request: JsonRequest, shape: z.ZodType<T>, call: Call): Promise<T>;
  /** The checked reply, or null where the agency says "no such record": by status 404, or by a code that means `absent`. */
  find<T>(request: JsonRequest, shape: z.ZodType<T>, call: Call): Promise<T | null>;
}

export function jsonClient(options: JsonOptions, tools: LinkTools): JsonClient {
  const { envelope } = options;
  const out = link({ ...options, headers: { accept: 'application/json', ...options.headers } }, tools);

  function decoded<T>(reply: WireResponse, shape: z.ZodType<T>, call: Call): { readonly it: T } | null {
    try {
      const fault = statusFault(reply, call, tools.clock.now());
      if (fault) throw fault;
      const decoded = decodeJson(textOf(reply, JSON_TYPE, 'utf-8'));
      call.onStep?.('decoded', decoded);
      const held = envelope ? opened(decoded, envelope, call) : { content: decoded };
      return held && { it: shape.parse(held.content) };
    } catch (cause) {
      throw translate(cause, call);
    }
  }

  return {
    async request(request, shape, call) {
      const found = decoded(await out.send(encoded(request), call), shape, call);
      if (!found) throw new AgencyError(call, 'REFUSED', { private: { reason: 'no such record, where there must be one' } });
      return found.it;
    },
    async find(request, shape, call) {
      const reply = await out.send(encoded(request), call);
      const found = reply.status === 404 ? null : decoded(reply, shape, call);
      return found ? found.it : null;
    },
  };
}

function encoded({ body, method, ...rest }: JsonRequest): LinkRequest {
  if (body === undefined) return { method: method ?? 'GET', ...rest };
  const headers = { 'content-type': 'application/json; charset=utf-8', ...rest.headers };
  return { method: method ?? 'POST', ...rest, headers, body: Buffer.from(JSON.stringify(body)) };
}
