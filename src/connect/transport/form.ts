import type { z } from 'zod';
import { decodeJson } from '../codec/json.ts';
import type { Call } from '../types.ts';
import { textOf } from './content.ts';
import { type EnvelopeOptions, opened } from './envelope.ts';
import { type LinkOptions, type LinkTools, link } from './link.ts';
import { statusFault, translate } from './translate.ts';

export type { Meaning } from './link.ts';

export type FormOptions = LinkOptions & EnvelopeOptions;

/** Form posts answered by a JSON envelope `{code, message, data}`, in which HTTP 200 may be an error. */
export interface FormClient {
  /** The checked `data`, or null when the agency says there is no such record. */
  request<T>(path: string, fields: Readonly<Record<string, string>>, shape: z.ZodType<T>, call: Call): Promise<T | null>;
}

export function formClient(options: FormOptions, tools: LinkTools): FormClient {
  const out = link({ ...options, headers: { accept: 'application/json', ...options.headers } }, tools);
  return {
    async request(path, fields, shape, call) {
      const reply = await out.send({ method: 'POST', path, form: fields }, call);
      try {
        if (reply.status === 404) throw statusFault(reply, call, tools.clock.now());
        const decoded = decodeJson(textOf(reply, /^application\/json$/, 'utf-8'));
        call.onStep?.('decoded', decoded);
        const held = opened(decoded, options, call);
        return held && shape.parse(held.content);
      } catch (cause) {
        throw translate(cause, call);
      }
    },
  };
}
