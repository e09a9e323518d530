import { type Documents, entries, isObject, type Json } from './documents.ts';

const JSON_MEDIA = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

export interface JsonContent {
  readonly media: string;
  readonly schema: Json | undefined;
}

/** The JSON among the contents of a body; `*\/*` is what some generators write for it. */
export function jsonContent(documents: Documents, content: Json | undefined): JsonContent | undefined {
  const all = entries(documents.follow(content)).flatMap(([media, body]) => (isObject(body) ? [{ media, schema: body['schema'] }] : []));
  const plain = all.find(({ media }) => /^application\/json\s*(?:;|$)/i.test(media));
  const found = plain ?? all.find(({ media }) => JSON_MEDIA.test(media)) ?? all.find(({ media }) => /^(?:application|\*)\/\*$/.test(media));
  return found && { schema: found.schema, media: found.media.includes('*') ? 'application/json' : mediaOf(found.media) };
}

/** A media type as it is asked for: a version or profile counts, the charset of JSON is no choice. */
function mediaOf(text: string): string {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim());
  const kept = parameters.filter((part) => part && !/^charset=/i.test(part));
  return [type.toLowerCase(), ...kept].join(';');
}

/** The good reply of an operation in JSON, or why there is none. */
export function goodReply(documents: Documents, responses: Json | undefined): JsonContent | { readonly reason: string } {
  const all = goodOnes(entries(responses).filter(([status]) => !status.startsWith('x-')));
  const bodies = all.flatMap(([, raw]) => {
    const body = documents.follow(raw);
    return isObject(body) ? [body['content']] : [];
  });
  for (const content of bodies) {
    const found = jsonContent(documents, content);
    if (found) return found;
  }
  const media = bodies.flatMap((content) => entries(documents.follow(content)).map(([name]) => name));
  if (media.length > 0) return { reason: `its good reply is ${[...new Set(media)].join(', ')}, not JSON` };
  return {
    reason: all.length > 0 ? 'the contract does not describe the content of its good reply' : 'the contract has no good reply for it',
  };
}

type Response = readonly [status: string, raw: Json];

/** Replies of the class 200, in order; where the contract names errors only and then a default, that is the good one. */
function goodOnes(all: readonly Response[]): readonly Response[] {
  const good = all.filter(([status]) => /^2(?:\d\d|XX)$/i.test(status)).sort(([a], [b]) => (a < b ? -1 : 1));
  if (good.length > 0) return good;
  const isError = ([status]: Response) => /^[45]/.test(status);
  const others = all.filter((it) => !isError(it));
  return others.every(([status]) => status === 'default') ? others : [];
}

/** Whether the contract itself speaks of a status. */
export const speaksOf = (responses: Json | undefined, status: string): boolean => entries(responses).some(([name]) => name === status);
