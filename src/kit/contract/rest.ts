import { decodeJson, decodeText } from '../../connect/index.ts';
import type { OpenSandbox, SandboxReply, SandboxRequest } from '../sandbox.ts';
import { type AgencyCredential, isAdmitted, refusedToken, tokenReply } from './credentials.ts';

/** One question a JSON agency answers. */
export interface RestRoute {
  readonly method: 'GET' | 'POST';
  /** Like `/units/{id}`. */
  readonly path: string;
  /** Names of query parameters, headers and members of the body that must be given. */
  readonly must?: { readonly query?: readonly string[]; readonly header?: readonly string[]; readonly body?: readonly string[] };
  readonly credentials: readonly AgencyCredential[];
  /** Media type of the reply. */
  readonly type: string;
  readonly reply: unknown;
}

/** The value for which an agency made from a contract holds no record: it answers 404 where it stands in a path. */
const UNKNOWN = 'unknown';

/** An agency that answers JSON from a contract: it checks who asks and what must be given, and answers sample records. */
export function restAgency(routes: readonly RestRoute[]): OpenSandbox {
  const tokens = new Set<string>();
  return {
    handle(request) {
      const token = tokenReply(
        request,
        tokens,
        routes.flatMap((route) => route.credentials),
      );
      if (token) return token;
      const found = routes.flatMap((route) => matched(route, request)).sort((a, b) => a.values.length - b.values.length)[0];
      if (!found) return problem(request, 404, 'no such path');
      const { route, values } = found;
      if (request.fault === 'expired' || !isAdmitted(request, route.credentials, tokens)) return refusedToken(request);
      if (values.includes(UNKNOWN)) return problem(request, 404, 'no such record');
      const lacking = lackingInput(route, request);
      if (lacking) return problem(request, 400, `${lacking} must be given`);
      return { headers: { 'content-type': labelled(route.type, request) }, body: request.encode(JSON.stringify(route.reply)) };
    },
  };
}

function matched(route: RestRoute, request: SandboxRequest): { readonly route: RestRoute; readonly values: readonly string[] }[] {
  if (route.method !== request.method) return [];
  const pattern = route.path
    .split(/\{[^{}]+\}/)
    .map(escaped)
    .join('([^/]+)');
  const values = new RegExp(`^${pattern}$`).exec(request.path);
  return values ? [{ route, values: values.slice(1).map(decodeURIComponent) }] : [];
}

const escaped = (text: string): string => encodeURI(decodedOr(text)).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function decodedOr(text: string): string {
  try {
    return decodeURI(text);
  } catch {
    return text;
  }
}

function lackingInput({ must }: RestRoute, request: SandboxRequest): string | undefined {
  const body = must?.body?.length ? bodyOf(request) : {};
  return (
    must?.query?.find((name) => !request.query.has(name)) ??
    must?.header?.find((name) => request.headers[name] === undefined) ??
    must?.body?.find((name) => !Object.hasOwn(body, name))
  );
}

function bodyOf({ body }: SandboxRequest): object {
  try {
    const content = decodeJson(decodeText(body, 'utf-8'));
    return typeof content === 'object' && content !== null ? content : {};
  } catch {
    return {};
  }
}

/** The label tells the truth about the charset, under that fault too. */
export const labelled = (type: string, { fault }: SandboxRequest, charset = 'utf-8'): string => {
  const wrong = charset === 'utf-8' ? 'gb18030' : 'utf-8';
  return `${type}; charset=${fault === 'charset' ? wrong : charset}`;
};

const problem = (request: SandboxRequest, status: number, error: string): SandboxReply => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: request.encode(JSON.stringify({ error })),
});
