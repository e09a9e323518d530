import { request } from 'undici';

/** What a door says to whoever comes. */
export interface Answered {
  readonly status: number;
  readonly code: string | undefined;
  readonly message: string;
  readonly challenge: string | undefined;
}

const QUERY = JSON.stringify({ query: '{ __typename }' });

/** Comes to a door of a gateway with headers as they are, doubled ones too. */
export async function knockAt(url: string, headers: readonly string[], path = '/graphql'): Promise<Answered> {
  const method = path === '/schema.graphql' ? 'GET' : 'POST';
  const all = ['content-type', 'application/json', ...headers];
  const reply = await request(`${url}${path}`, { method, headers: all, body: method === 'POST' ? QUERY : null });
  const text = await reply.body.text();
  const { errors } = text.startsWith('{"errors"') ? (JSON.parse(text) as Refusal) : {};
  const challenge = reply.headers['www-authenticate']?.toString();
  return { status: reply.statusCode, code: errors?.[0]?.extensions.code, message: errors?.[0]?.message ?? '', challenge };
}

interface Refusal {
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}
