import type { IncomingHttpHeaders } from 'node:http';
import { HeaderMap } from '@apollo/server';
import { getOperationAST } from 'graphql';
import { LRUCache } from 'lru-cache';
import { type ApolloContext, type ApolloOptions, createApollo } from './apollo.ts';
import type { RequestContext } from './context.ts';
import type { Operation } from './execution/index.ts';

/** A request as it came over HTTP. */
export interface HttpAsked {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** The JSON of a POST. */
  readonly body: unknown;
  /** The query string of the URL, with its question mark. */
  readonly search: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers requests at `/graphql`. */
export interface Answering {
  /** Never rejects for what a client sent. */
  answer(asked: HttpAsked, context: RequestContext): Promise<HttpAnswer>;
}

const MOST_ACCEPTS = 200;

/**
 * Opens the door behind `/graphql`. Apollo knows the protocol; a plain query by POST whose document is prepared, and whose
 * answer has no error, goes past it: same documents, same limits, same execution. Whatever is out of the ordinary is Apollo's.
 */
export async function openAnswering(options: ApolloOptions): Promise<Answering> {
  const { documents, execution } = options;
  const apollo = createApollo(options);
  /** The content type that Apollo chose for an `Accept` header. */
  const types = new LRUCache<string, string>({ max: MOST_ACCEPTS });
  for (const document of documents.registered) execution.compile(document);
  await apollo.start();

  async function answer(asked: HttpAsked, context: RequestContext): Promise<HttpAnswer> {
    const { method, headers, body } = asked;
    const type = types.get(headers.accept ?? '');
    const operation = method === 'POST' && type !== undefined ? operationIn(body, context) : undefined;
    if (!type || !operation) return byApollo(asked, context);
    const result = await execution.run(operation, context);
    if (result.errors || !result.data) return byApollo(asked, { ...context, result });
    return { status: 200, headers: { 'content-type': type }, body: JSON.stringify({ data: result.data }) };
  }

  /** The query that a body asks for, if there is nothing to say against it. */
  function operationIn(body: unknown, { caller }: RequestContext): Operation | undefined {
    if (!isPlain(body)) return undefined;
    const prepared = documents.prepare(body, caller);
    if ('errors' in prepared) return undefined;
    const operation = { document: prepared.document, operationName: body.operationName, variables: body.variables };
    const isQuery = getOperationAST(prepared.document, body.operationName)?.operation === 'query';
    return isQuery && !documents.tooManyQuestions(operation) ? operation : undefined;
  }

  async function byApollo({ method, headers, body, search }: HttpAsked, context: ApolloContext): Promise<HttpAnswer> {
    const httpGraphQLRequest = { method, headers: headerMap(headers), body, search };
    const reply = await apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest, context: async () => context });
    if (reply.body.kind !== 'complete') throw new Error('incremental delivery is not offered');
    const type = reply.headers.get('content-type');
    if (reply.status === undefined && type) types.set(headers.accept ?? '', type);
    return { status: reply.status ?? 200, headers: Object.fromEntries(reply.headers), body: reply.body.string };
  }

  return { answer };
}

interface Plain {
  readonly query?: string | null;
  readonly operationName?: string | null;
  readonly variables?: Readonly<Record<string, unknown>> | null;
  readonly extensions?: Readonly<Record<string, unknown>> | null;
}

/** Whether a body is as GraphQL over HTTP has it; Apollo says what is wrong with any other. */
function isPlain(body: unknown): body is Plain {
  if (!isRecord(body)) return false;
  const { query, operationName, variables, extensions } = body as Record<string, unknown>;
  if (!(query || isRecord(extensions)) || !isTextOrMissing(query) || !isTextOrMissing(operationName)) return false;
  return (variables == null || isRecord(variables)) && (extensions == null || isRecord(extensions));
}

const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

const isTextOrMissing = (value: unknown): boolean => value === undefined || value === null || typeof value === 'string';

function headerMap(headers: IncomingHttpHeaders): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  return map;
}
