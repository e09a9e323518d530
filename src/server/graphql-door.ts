import type { IncomingMessage, ServerResponse } from 'node:http';
import { LightEnding } from '../clock/index.ts';
import { type Asked, type DoorOptions, deadline, door, type Handler, readJson, requestContext } from './asking.ts';
import { rateHeaders } from './limits/index.ts';

/** The bare handler of `/graphql`: who asks, how long there is, then the answer. */
export const graphqlDoor = (options: DoorOptions): Handler =>
  door(options, (request, response, asked) => answer(request, response, asked, options));

async function answer(request: IncomingMessage, response: ServerResponse, asked: Asked, options: DoorOptions): Promise<void> {
  const body = request.method === 'POST' ? await readJson(request) : undefined;
  const end = new LightEnding();
  const timer = setTimeout(() => end.end(new DOMException('deadline', 'TimeoutError')), deadline(request));
  response.on('close', () => {
    if (!response.writableFinished) end.end(new DOMException('client gone', 'AbortError'));
  });
  try {
    const context = await requestContext(request, asked, end, options);
    const { method = '', headers } = request;
    const reply = await options.answering.answer({ method, headers, body, search: searchOf(request) }, context);
    // What was seen is written down before anybody sees it.
    await context.looks.keep();
    const limits = rateHeaders([asked.left, ...options.persons.left(asked.caller.actor)]);
    // With its length known the answer goes out as one piece. Spread into each other, four objects cost ten times as much.
    const told = Object.assign({ 'content-length': Buffer.byteLength(reply.body) }, reply.headers, asked.headers, limits);
    response.writeHead(reply.status, told).end(reply.body);
  } finally {
    clearTimeout(timer);
  }
}

const searchOf = ({ url = '' }: IncomingMessage): string => (url.includes('?') ? new URL(url, 'http://gateway').search : '');
