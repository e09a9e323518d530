import type { IncomingMessage, ServerResponse } from 'node:http';
import { createHandler, type Request, type RequestParams } from 'graphql-sse';
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
      openStream({ ...fieldsOf(params), method: request.method, context: request.context }, options) as never,
  });
  return door(options, async (request, response, asked) => {
    if (!request.headers.accept?.includes(EVENTS)) throw new RequestProblem(406, `streams are answered as ${EVENTS}: send it in Accept`);
    const body = request.method === 'POST' ? await readJson(request) : null;
    const gone = new AbortController();
    response.once('close', () => gone.abort(new DOMException('client gone', 'AbortError')));
    const context = requestContext(request, asked, gone.signal, options);
    const [events, init] = await handler(neutral(request, body, context));
    await send(response, events, { status: init.status, headers: { ...init.headers, ...asked.headers } });
  });
}

type Neutral = Request<IncomingMessage, RequestContext>;

const neutral = (request: IncomingMessage, body: unknown, context: RequestContext): Neutral => ({
  method: request.method ?? '',
  url: request.url ?? '/',
  headers: { get: (name) => request.headers[name.toLowerCase()]?.toString() },
  body: body as Neutral['body'],
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
