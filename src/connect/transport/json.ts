import type { z } from 'zod';
import { decodeJson } from '../codec/json.ts';
import type { Call } from '../types.ts';
import { textOf } from './content.ts';
import { type LinkOptions, type LinkRequest, type LinkTools, link } from './link.ts';
import { statusFault, translate } from './translate.ts';
import type { WireResponse } from './wire.ts';

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json$/;

export interface JsonRequest {
  readonly method?: LinkRequest['method'];
  readonly path: string;
  /** A list repeats its name. */
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** JSON over HTTP. */
export interface JsonClient {
  /** The checked reply. */
  request<T>(request: JsonRequest, shape: z.ZodType<T>, call: Call): Promise<T>;
  /** The checked reply, or null where the agency says "no such record" by status 404. */
  find<T>(request: JsonRequest, shape: z.ZodType<T>, call: Call): Promise<T | null>;
}

export function jsonClient(options: LinkOptions, tools: LinkTools): JsonClient {
  const out = link({ ...options, headers: { accept: 'application/json', ...options.headers } }, tools);

  async function decoded<T>(reply: WireResponse, shape: z.ZodType<T>, call: Call): Promise<T> {
    try {
      const fault = statusFault(reply, call, tools.clock.now());
      if (fault) throw fault;
      const decoded = decodeJson(textOf(reply, JSON_TYPE, 'utf-8'));
      call.onStep?.('decoded', decoded);
      return shape.parse(decoded);
    } catch (cause) {
      throw translate(cause, call);
    }
  }

  return {
    request: async (request, shape, call) => decoded(await out.send(encoded(request), call), shape, call),
    async find(request, shape, call) {
      const reply = await out.send(encoded(request), call);
      return reply.status === 404 ? null : decoded(reply, shape, call);
    },
  };
}

function encoded({ body, method, ...rest }: JsonRequest): LinkRequest {
  if (body === undefined) return { method: method ?? 'GET', ...rest };
  const headers = { 'content-type': 'application/json; charset=utf-8', ...rest.headers };
  return { method: method ?? 'POST', ...rest, headers, body: Buffer.from(JSON.stringify(body)) };
}
