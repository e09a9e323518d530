import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeaderMap } from '@apollo/server';
import { type Asked, type DoorOptions, deadline, door, type Handler, readJson, requestContext } from './asking.ts';
import { rateHeaders } from './limits/index.ts';

/** The bare handler of `/graphql`: who asks, how long there is, then Apollo. */
export const graphqlDoor = (options: DoorOptions): Handler =>
  door(options, (request, response, asked) => answer(request, response, asked, options));

async function answer(request: IncomingMessage, response: ServerResponse, asked: Asked, options: DoorOptions): Promise<void> {
  const body = request.method === 'POST' ? await readJson(request) : undefined;
  const gone = new AbortController();
  const timer = setTimeout(() => gone.abort(new DOMException('deadline', 'TimeoutError')), deadline(request));
  response.once('close', () => gone.abort(new DOMException('client gone', 'AbortError')));
  try {
    const context = await requestContext(request, asked, gone.signal, options);
    const reply = await options.apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: request.method ?? '',
        headers: headerMap(request),
        body,
        search: new URL(request.url ?? '/', 'http://gateway').search,
      },
      context: async () => context,
    });
    // What was seen is written down before anybody sees it.
    await context.looks.keep();
    if (reply.body.kind !== 'complete') throw new Error('incremental delivery is not offered');
    const limits = rateHeaders([asked.left, ...options.persons.left(asked.caller.actor)]);
    response.writeHead(reply.status ?? 200, { ...Object.fromEntries(reply.headers), ...asked.headers, ...limits }).end(reply.body.string);
  } finally {
    clearTimeout(timer);
  }
}

function headerMap(request: IncomingMessage): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  return map;
}
