import type { IncomingMessage, ServerResponse } from 'node:http';
import { createHandler, type Request, type RequestParams } from 'graphql-sse';
import secure from 'secure-json-parse';
import { z } from 'zod';
import { openStream, type RequestContext } from '../graph/index.ts';
import { type DoorOptions, door, type Handler, readJson, requestContext } from './asking.ts';
import { RequestProblem } from './body.ts';

const EVENTS = 'text/event-stream';

/**
 * The bare handler of `/graphql/stream`: operations answered as server-sent events, one connection each ("distinct
 * connections mode" of GraphQL over SSE). Documents, rules and error shape are those of `/graphql`.
 */
export function streamDoor(options: DoorOptions): Handler {
  const handler = createHandler<IncomingMessage, RequestContext>({
    // No reserved streams: every request brings its own token.
    authenticate: () => null,
    onSubscribe: (request, params) =>
      openStream({ ...fieldsOf(params), method: request.raw.method ?? '', context: request.context }, options) as never,
  });
  return door(options, async (request, response, asked) => {
    if (!request.headers.accept?.includes(EVENTS)) throw new RequestProblem(406, `streams are answered as ${EVENTS}: send it in Accept`);
    const params = checked(request.method === 'POST' ? await readJson(request) : searchOf(request));
    const gone = new AbortController();
    response.once('close', () => gone.abort(new DOMException('client gone', 'AbortError')));
    const context = await requestContext(request, asked, gone.signal, options);
    const [events, init] = await handler(neutral(request, params, context));
    await send(response, events, { status: init.status, headers: { ...init.headers, ...asked.headers } });
  });
}

type Neutral = Request<IncomingMessage, RequestContext>;

/** What a request may hold. Checked here and not by the handler, whose words quote what they could not read. */
const Params = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

function checked(raw: unknown): z.infer<typeof Params> {
  const params = Params.safeParse(raw);
  if (params.success) return params.data;
  throw new RequestProblem(400, 'send "query" as text, "operationName" as text and "variables" as an object');
}

/** The same of a GET, whose variables are JSON. */
function searchOf(request: IncomingMessage): unknown {
  const { query, operationName, variables } = Object.fromEntries(new URL(request.url ?? '/', 'http://gateway').searchParams);
  // Text that is no JSON stays text, which no variables are.
  return { query, operationName, variables: variables === undefined ? undefined : (secure.safeParse(variables) ?? variables) };
}

/** To the handler all requests are posts: what a GET may not ask is refused where streams are opened. */
const neutral = (request: IncomingMessage, params: z.infer<typeof Params>, context: RequestContext): Neutral => ({
  method: 'POST',
  url: '/graphql/stream',
  headers: { get: (name) => (name === 'content-type' ? 'application/json; charset=utf-8' : request.headers[name]?.toString()) },
  body: params as Neutral['body'],
  raw: request,
  context,
});

const fieldsOf = ({ query, operationName, variables }: RequestParams) => ({ query, operationName, variables });

/** Writes events as they come, at the client's pace; a client that goes away ends them. */
async function send(
  response: ServerResponse,
  events: AsyncIterable<string> | string | null,
  { status, headers }: { readonly status: number; readonly headers: Readonly<Record<string, string | undefined>> },
): Promise<void> {
  const known = Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined);
  response.writeHead(status, Object.fromEntries(known));
  if (events === null || typeof events === 'string') return void response.end(events ?? undefined);
  for await (const event of events) {
    if (response.destroyed) break;
    if (!response.write(event)) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
  }
  response.end();
}
