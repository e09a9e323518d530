import { randomUUID } from 'node:crypto';
import type { SandboxReply, SandboxRequest } from '../sandbox.ts';

/** What an agency wants to be shown: a fixed text somewhere, or a token it gave out for a client's name and secret. */
export type AgencyCredential =
  | { readonly in: 'header' | 'query' | 'cookie'; readonly name: string; readonly value: string }
  | { readonly in: 'token'; readonly path: string; readonly clientId: string; readonly clientSecret: string };

const TOKEN_LIFE_S = 300;

/** Whether a request shows all of them. */
export const isAdmitted = (request: SandboxRequest, wanted: readonly AgencyCredential[], tokens: ReadonlySet<string>): boolean =>
  wanted.every((credential) => isShown(request, credential, tokens));

function isShown({ headers, query }: SandboxRequest, credential: AgencyCredential, tokens: ReadonlySet<string>): boolean {
  if (credential.in === 'token') return tokens.has((headers['authorization'] ?? '').replace(/^Bearer /, ''));
  if (credential.in === 'header') return headers[credential.name] === credential.value;
  if (credential.in === 'query') return query.get(credential.name) === credential.value;
  const cookies = (headers['cookie'] ?? '').split('; ');
  return cookies.includes(`${credential.name}=${credential.value}`);
}

/** The reply to a request for a token (RFC 6749, 4.4), or undefined when it is none. */
export function tokenReply(request: SandboxRequest, tokens: Set<string>, known: readonly AgencyCredential[]): SandboxReply | undefined {
  const offered = known.filter((it) => it.in === 'token').filter((it) => it.path === request.path);
  if (offered.length === 0 || request.method !== 'POST') return undefined;
  const given = Buffer.from((request.headers['authorization'] ?? '').replace(/^Basic /, ''), 'base64').toString();
  const isKnown = offered.some((it) => given === `${it.clientId}:${it.clientSecret}`);
  if (!isKnown || request.fault === 'expired') return refusedToken(request);
  const token = randomUUID();
  tokens.add(token);
  const body = { access_token: token, token_type: 'Bearer', expires_in: TOKEN_LIFE_S };
  return { headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(body) };
}

/** The reply to who is not known. */
export const refusedToken = (request: SandboxRequest): SandboxReply => ({
  status: 401,
  headers: { 'content-type': 'application/json; charset=utf-8', 'www-authenticate': 'Bearer' },
  body: request.encode('{"error":"unauthorized"}'),
});
