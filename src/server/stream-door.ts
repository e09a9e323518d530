import type { IncomingMessage, ServerResponse } from 'node:http';
import { createHandler, type Request } from 'graphql-sse';
import secure from 'secure-json-parse';
import { z } from 'zod';
import { openStream, type RequestContext } from '../graph/index.ts';
import { type DoorOptions, door, type Handler, readJson, requestContext } from './asking.ts';
import { RequestProblem } from './body.ts';
import { rateHeaders } from './limits/index.ts';

const EVENTS = 'text/event-stream';

/**
 * The bare handler of `/graphql/stream`: operations answered as server-sent events, one connection each ("distinct
 * connections mode" of GraphQL over SSE). Documents, rules and error shape are those of `/graphql`.
 */
export function streamDoor(options: DoorOptions): Handler {
  const handler = createHandler<IncomingMessage, Streamed>({
    // No reserved streams: every request brings its own token.
    authenticate: () => null,
    onSubscribe: ({ raw, context: { asked, context } }) => openStream({ ...asked, method: raw.method ?? '', context }, options) as never,
  });
  return door(options, async (request, response, asked) => {
    if (!request.headers.accept?.includes(EVENTS)) throw new RequestProblem(406, `streams are answered as ${EVENTS}: send it in Accept`);
    const params = checked(request.method === 'POST' ? await readJson(request) : searchOf(request));
    const gone = new AbortController();
    response.once('close', () => gone.abort(new DOMException('client gone', 'AbortError')));
    const signal = AbortSignal.any([gone.signal, options.stopping]);
    const context = await requestContext(request, asked, signal, options);
    const [events, init] = await handler(neutral(request, params, context));
    await send(response, events, options.stopping, {
      status: init.status,
      headers: { ...init.headers, ...asked.headers, ...rateHeaders([asked.left]) },
    });
  });
}

/** What was asked, and what resolvers get. */
interface Streamed {
  readonly asked: z.infer<typeof Params>;
  readonly context: RequestContext;
}

type Neutral = Request<IncomingMessage, Streamed>;

/** What a request may hold. Checked here and not by the handler, whose words quote what they could not read. */
const Params = z.object({
  query: z.string().nullish(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  extensions: z.record(z.string(), z.unknown()).nullish(),
});

function checked(raw: unknown): z.infer<typeof Params> {
  const params = Params.safeParse(raw);
  if (params.success && (params.data.query || params.data.extensions?.['persistedQuery'])) return params.data;
  throw new RequestProblem(400, 'send "query" as text, "operationName" as text and "variables" as an object');
}

/** The same of a GET, whose variables are JSON. */
function searchOf(request: IncomingMessage): unknown {
  const { query, operationName, variables, extensions } = Object.fromEntries(new URL(request.url ?? '/', 'http://gateway').searchParams);
  return { query, operationName, variables: jsonOf(variables), extensions: jsonOf(extensions) };
}

/** Text that is no JSON stays text, which no variables are. */
const jsonOf = (text: string | undefined): unknown => (text === undefined ? undefined : (secure.safeParse(text) ?? text));

/** To the handler all requests are posts of some text: what may be asked is settled where streams are opened. */
const neutral = (request: IncomingMessage, asked: Streamed['asked'], context: RequestContext): Neutral => ({
  method: 'POST',
  url: '/graphql/stream',
  headers: { get: (name) => (name === 'content-type' ? 'application/json; charset=utf-8' : request.headers[name]?.toString()) },
  body: { query: '{ __typename }' },
  raw: request,
  context: { asked, context },
});

/** Writes events as they come, at the client's pace; a client that goes away ends them. */
async function send(
  response: ServerResponse,
  events: AsyncIterable<string> | string | null,
  stopping: AbortSignal,
  { status, headers }: { readonly status: number; readonly headers: Readonly<Record<string, string | undefined>> },
): Promise<void> {
  const known = Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined);
  response.writeHead(status, Object.fromEntries(known));
  if (events === null || typeof events === 'string') return void response.end(events ?? undefined);
  // Clients come back to another gateway with the id of the last event.
  stopping.addEventListener('abort', () => response.end(), { once: true });
  for await (const event of events) {
    if (response.destroyed || response.writableEnded) break;
    if (!response.write(event)) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
  }
  response.end();
}
