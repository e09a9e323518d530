import { z } from 'zod';
import type { Call } from '../types.ts';
import { type Meanings, meant } from './link.ts';

/** How an agency wraps every reply, good or not: `{"code": "0000", "message": "…", "data": {…}}`. */
export interface EnvelopeOptions {
  /** The code of a good reply. */
  readonly ok: string;
  /** What the other codes mean. A code that is not listed means `REFUSED`. */
  readonly meanings: Meanings;
  /** Name of the member that holds the code. Default `code`. */
  readonly code?: string;
  /** Name of the member that holds the answer. Default `data`. */
  readonly data?: string;
}

const Code = z.union([z.string(), z.number()]).transform(String);

/** What a decoded envelope holds, or null when its code means "no such record". Throws the error that any other code means. */
export function opened(decoded: unknown, options: EnvelopeOptions, call: Call): { readonly content: unknown } | null {
  const { ok, meanings, code = 'code', data = 'data' } = options;
  const envelope = z.object({ [code]: Code, [data]: z.unknown().optional() }).parse(decoded);
  const given = envelope[code] as string;
  return given === ok ? { content: envelope[data] } : meant(meanings, given, call);
}
