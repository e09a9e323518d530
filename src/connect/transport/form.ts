import { z } from 'zod';
import { decodeJson } from '../codec/json.ts';
import type { AgencyFault } from '../errors.ts';
import type { Call } from '../types.ts';
import { textOf } from './content.ts';
import { type LinkOptions, type LinkTools, link, meant } from './link.ts';
import { statusFault, translate } from './translate.ts';

/** What an agency's own code means: a fault, or that there is no such record. */
export type Meaning = AgencyFault | 'absent';

export interface FormOptions extends LinkOptions {
  /** The code of a good reply. */
  readonly ok: string;
  /** What the other codes mean. A code that is not listed means `REFUSED`. */
  readonly meanings: Readonly<Record<string, Meaning>>;
}

/** Form posts answered by a JSON envelope `{code, message, data}`, in which HTTP 200 may be an error. */
export interface FormClient {
  /** The checked `data`, or null when the agency says there is no such record. */
  request<T>(path: string, fields: Readonly<Record<string, string>>, shape: z.ZodType<T>, call: Call): Promise<T | null>;
}

const Envelope = z.object({ code: z.coerce.string(), data: z.unknown() });

export function formClient(options: FormOptions, tools: LinkTools): FormClient {
  const out = link({ ...options, headers: { accept: 'application/json', ...options.headers } }, tools);
  return {
    async request(path, fields, shape, call) {
      const reply = await out.send({ method: 'POST', path, form: fields }, call);
      try {
        if (reply.status === 404) throw statusFault(reply, call, tools.clock.now());
        const { code, data } = Envelope.parse(decodeJson(textOf(reply, /^application\/json$/, 'utf-8')));
        if (code === options.ok) return shape.parse(data);
        const meaning = options.meanings[code] ?? 'REFUSED';
        if (meaning === 'absent') return null;
        throw meant(call, meaning, code);
      } catch (cause) {
        throw translate(cause, call);
      }
    },
  };
}
