import { z } from 'zod';
import { decodeJson } from '../codec/json.ts';
import type { Call } from '../types.ts';
import { textOf } from './content.ts';
import { type LinkOptions, type LinkTools, link, type Meanings, meant } from './link.ts';
import { statusFault, translate } from './translate.ts';

export type { Meaning } from './link.ts';

export interface FormOptions extends LinkOptions {
  /** The code of a good reply. */
  readonly ok: string;
  /** What the other codes mean. A code that is not listed means `REFUSED`. */
  readonly meanings: Meanings;
}

/** Form posts answered by a JSON envelope `{code, message, data}`, in which HTTP 200 may be an error. */
export interface FormClient {
  /** The checked `data`, or null when the agency says there is no such record. */
  request<T>(path: string, fields: Readonly<Record<string, string>>, shape: z.ZodType<T>, call: Call): Promise<T | null>;
}

const Envelope = z.object({ code: z.union([z.string(), z.number()]).transform(String), data: z.unknown().optional() });

export function formClient(options: FormOptions, tools: LinkTools): FormClient {
  const out = link({ ...options, headers: { accept: 'application/json', ...options.headers } }, tools);
  return {
    async request(path, fields, shape, call) {
      const reply = await out.send({ method: 'POST', path, form: fields }, call);
      try {
        if (reply.status === 404) throw statusFault(reply, call, tools.clock.now());
        const decoded = decodeJson(textOf(reply, /^application\/json$/, 'utf-8'));
        call.onStep?.('decoded', decoded);
        const { code, data } = Envelope.parse(decoded);
        if (code === options.ok) return shape.parse(data);
        return meant(options.meanings, code, call);
      } catch (cause) {
        throw translate(cause, call);
      }
    },
  };
}
