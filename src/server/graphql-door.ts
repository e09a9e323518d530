import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import type { GraphQLSchema } from 'graphql';
import secure from 'secure-json-parse';
import type { Catalogue } from '../catalogue/index.ts';
import { parseDuration } from '../clock/index.ts';
import type { Caller, Engine, Language } from '../connect/index.ts';
import type { ErrorCode, GlobalIds, RequestContext } from '../graph/index.ts';
import { type Authenticator, Unauthenticated } from '../trust/index.ts';
import { RequestProblem, readBody } from './body.ts';
import { corsHeaders } from './cors.ts';

const DEADLINE_MS = 8_000;

export interface DoorOptions {
  readonly schema: GraphQLSchema;
  readonly apollo: ApolloServer<RequestContext>;
  readonly authenticator: Authenticator;
  readonly engine: Engine;
  readonly catalogue: Catalogue;
  readonly ids: GlobalIds;
  readonly connectorsOf: (agency: string) => readonly string[];
  /** Origins whose pages may call the endpoint. */
  readonly origins: readonly string[];
}

/** The bare handler of `/graphql`: who asks, how long there is, then Apollo. */
export function graphqlDoor(options: DoorOptions): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const traceId = randomBytes(16).toString('hex');
    const headers = { ...corsHeaders(request, options.origins), 'x-trace-id': traceId, 'cache-control': 'no-store' };
    if (request.method === 'OPTIONS') return void response.writeHead(204, headers).end();
    try {
      if (request.method !== 'GET' && request.method !== 'POST') throw new RequestProblem(405, 'send queries by POST, or by GET');
      const caller = await options.authenticator.authenticate(soleAuthorization(request));
      await answer(request, response, { caller, traceId, headers }, options);
    } catch (error) {
      refuse(response, error, headers, traceId);
    }
  };
}

interface Asked {
  readonly caller: Caller;
  readonly traceId: string;
  readonly headers: Record<string, string>;
}

async function answer(request: IncomingMessage, response: ServerResponse, asked: Asked, options: DoorOptions): Promise<void> {
  const body = request.method === 'POST' ? parsed(request, await readBody(request)) : undefined;
  const gone = new AbortController();
  const timer = setTimeout(() => gone.abort(new DOMException('deadline', 'TimeoutError')), deadline(request));
  response.once('close', () => gone.abort(new DOMException('client gone', 'AbortError')));
  try {
    const reply = await options.apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: request.method ?? '',
        headers: headerMap(request),
        body,
        search: new URL(request.url ?? '/', 'http://gateway').search,
      },
      context: async () => requestContext(request, asked, gone.signal, options),
    });
    if (reply.body.kind !== 'complete') throw new Error('incremental delivery is not offered');
    response.writeHead(reply.status ?? 200, { ...Object.fromEntries(reply.headers), ...asked.headers }).end(reply.body.string);
  } finally {
    clearTimeout(timer);
  }
}

function requestContext(request: IncomingMessage, { caller, traceId }: Asked, signal: AbortSignal, options: DoorOptions): RequestContext {
  const { catalogue, ids, connectorsOf, engine } = options;
  return {
    caller,
    traceId,
    language: languageOf(request),
    reader: engine.reader({ caller, traceId, signal }),
    catalogue,
    ids,
    connectorsOf,
    healthOf: engine.health,
  };
}

/** Two tokens in one request are an attack or a broken proxy; Node would silently keep the first. */
function soleAuthorization(request: IncomingMessage): string | undefined {
  if ((request.headersDistinct['authorization']?.length ?? 0) > 1) throw new Unauthenticated('send one Authorization header, not two');
  return request.headers.authorization;
}

/** The request's total time: 8 s, or less where `x-yimen-deadline` says so (like `800ms` or `3s`). */
function deadline(request: IncomingMessage): number {
  const header = request.headers['x-yimen-deadline'];
  if (header === undefined) return DEADLINE_MS;
  const asked = parseDuration(String(header));
  if (!asked) throw new RequestProblem(400, 'x-yimen-deadline is a duration above 0, like "800ms" or "3s"');
  return Math.min(asked, DEADLINE_MS);
}

/** The language of sentences for people: English where it is asked for before Chinese, else Chinese. */
function languageOf(request: IncomingMessage): Language {
  const wanted = (request.headers['accept-language'] ?? '')
    .toLowerCase()
    .split(',')
    .map((part) => part.trim().slice(0, 2));
  return wanted.find((tag) => tag === 'en' || tag === 'zh') === 'en' ? 'en' : 'zh';
}

function parsed(request: IncomingMessage, body: Buffer): unknown {
  const [media = '', ...parameters] = (request.headers['content-type'] ?? '').split(';').map((part) => part.trim().toLowerCase());
  if (media !== 'application/json') throw new RequestProblem(415, 'send the request as application/json');
  const charset = parameters
    .find((part) => part.startsWith('charset='))
    ?.slice(8)
    .replaceAll('"', '');
  if (charset && charset !== 'utf-8' && charset !== 'utf8') throw new RequestProblem(415, 'send the request in UTF-8');
  try {
    return secure.parse(new TextDecoder('utf-8', { fatal: true }).decode(body), undefined, {
      protoAction: 'error',
      constructorAction: 'error',
    });
  } catch {
    throw new RequestProblem(400, 'the body is not valid JSON');
  }
}

function headerMap(request: IncomingMessage): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  return map;
}

function refuse(response: ServerResponse, error: unknown, headers: Record<string, string>, traceId: string): void {
  const [status, code, message] = refusal(error);
  if (response.headersSent) return void response.destroy();
  const body = JSON.stringify({ errors: [{ message, extensions: { code, traceId } }] });
  response.writeHead(status, {
    ...headers,
    ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    'content-type': 'application/json; charset=utf-8',
  });
  response.end(body);
}

function refusal(error: unknown): [number, ErrorCode, string] {
  if (error instanceof Unauthenticated) return [401, 'UNAUTHENTICATED', error.message];
  if (error instanceof RequestProblem) return [error.status, 'BAD_USER_INPUT', error.message];
  return [500, 'INTERNAL', 'Internal error; give the traceId to the administrator.'];
}
