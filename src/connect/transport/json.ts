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
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** JSON over HTTP. */
export interface JsonClient {
  /** The checked reply, or null where the agency answers 404 and `absent` says that this means "no such record". */
  request<T>(request: JsonRequest, shape: z.ZodType<T>, call: Call): Promise<T | null>;
}

export interface JsonOptions extends LinkOptions {
  /** `404`: the agency says "no such record" by that status. Otherwise it is an error like any other. */
  readonly absent?: 404;
}

export function jsonClient(options: JsonOptions, tools: LinkTools): JsonClient {
  const out = link({ ...options, headers: { accept: 'application/json', ...options.headers } }, tools);
  return {
    async request(request, shape, call) {
      const reply = await out.send(encoded(request), call);
      try {
        return isAbsent(reply, options, call, tools.clock.now()) ? null : shape.parse(decodeJson(textOf(reply, JSON_TYPE, 'utf-8')));
      } catch (cause) {
        throw translate(cause, call);
      }
    },
  };
}

function isAbsent(reply: WireResponse, options: JsonOptions, call: Call, now: number): boolean {
  if (reply.status !== 404) return false;
  if (options.absent === 404) return true;
  throw statusFault(reply, call, now);
}

function encoded({ body, method, ...rest }: JsonRequest): LinkRequest {
  if (body === undefined) return { method: method ?? 'GET', ...rest };
  const headers = { 'content-type': 'application/json; charset=utf-8', ...rest.headers };
  return { method: method ?? 'POST', ...rest, headers, body: Buffer.from(JSON.stringify(body)) };
}
