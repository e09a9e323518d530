import { type Documents, entries, isObject, type Json, list } from './documents.ts';

const JSON_MEDIA = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

/** The JSON among the contents of a body; `*\/*` is what some generators write for it. */
export function jsonContent(
  documents: Documents,
  content: Json | undefined,
): { readonly media: string; readonly schema: Json | undefined } | undefined {
  const all = entries(documents.follow(content)).flatMap(([media, body]) => (isObject(body) ? [{ media, schema: body['schema'] }] : []));
  const plain = all.find(({ media }) => /^application\/json\s*(?:;|$)/i.test(media));
  const found =
    plain ?? all.find(({ media }) => JSON_MEDIA.test(media)) ?? all.find(({ media }) => media === '*/*' || media === 'application/*');
  if (!found) return undefined;
  return {
    schema: found.schema,
    media: found.media.includes('*') ? 'application/json' : (found.media.split(';')[0] ?? '').trim().toLowerCase(),
  };
}

/** The good reply of an operation: 200, or the lowest of its class. */
export function goodReply(
  documents: Documents,
  responses: Json | undefined,
): { readonly status: string; readonly body: Json | undefined } | undefined {
  const good = entries(responses).filter(([status]) => /^2(?:\d\d|XX)$/i.test(status));
  const [status, raw] = good.find(([name]) => name === '200') ?? good.sort(([a], [b]) => (a < b ? -1 : 1))[0] ?? [];
  return status === undefined ? undefined : { status, body: documents.follow(raw) };
}

/** Whether the contract itself speaks of a status. */
export const speaksOf = (responses: Json | undefined, status: string): boolean => entries(responses).some(([name]) => name === status);

/** The address a server entry names, its variables at their defaults. */
export function serverUrl(server: Json): string | undefined {
  if (!isObject(server) || typeof server['url'] !== 'string') return undefined;
  const variables = server['variables'];
  return server['url'].replace(/\{([^}]+)\}/g, (whole, name: string) => {
    const variable = isObject(variables) ? variables[name] : undefined;
    const known = isObject(variable) ? (variable['default'] ?? list(variable['enum'])[0]) : undefined;
    return known === undefined ? whole : String(known);
  });
}
