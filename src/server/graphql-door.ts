import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Asked, type DoorOptions, deadline, door, type Handler, readJson, requestContext } from './asking.ts';
import { rateHeaders } from './limits/index.ts';

/** The bare handler of `/graphql`: who asks, how long there is, then the answer. */
export const graphqlDoor = (options: DoorOptions): Handler =>
  door(options, (request, response, asked) => answer(request, response, asked, options));

async function answer(request: IncomingMessage, response: ServerResponse, asked: Asked, options: DoorOptions): Promise<void> {
  const body = request.method === 'POST' ? await readJson(request) : undefined;
  const gone = new AbortController();
  const timer = setTimeout(() => gone.abort(new DOMException('deadline', 'TimeoutError')), deadline(request));
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new DOMException('client gone', 'AbortError'));
  });
  try {
    const context = await requestContext(request, asked, gone.signal, options);
    const { method = '', headers } = request;
    const reply = await options.answering.answer({ method, headers, body, search: searchOf(request) }, context);
    // What was seen is written down before anybody sees it.
    await context.looks.keep();
    const limits = rateHeaders([asked.left, ...options.persons.left(asked.caller.actor)]);
    response.writeHead(reply.status, { ...reply.headers, ...asked.headers, ...limits }).end(reply.body);
  } finally {
    clearTimeout(timer);
  }
}

const searchOf = ({ url = '' }: IncomingMessage): string => (url.includes('?') ? new URL(url, 'http://gateway').search : '');
