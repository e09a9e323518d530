/**
 * Five plain JSON systems in a process of their own, each on a port: `/records?key=K` is one record, `/records?keys=A,B`
 * `{"items": […]}`, and at the registration also `/search?name=N`. They must cost next to nothing, or they and not the
 * gateway would be measured: bare sockets, and replies that were written once, in which only the key is exchanged.
 *
 * Prints its ports as one line of JSON. At the port `control`: `/delay?ms=20` makes every reply so much later, `/reset`
 * begins the counts anew, and any address tells them.
 */
import { createServer, type Socket } from 'node:net';
import {
  ENTERPRISES,
  enterprise,
  foundBy,
  LARGE,
  largeEnterprise,
  match,
  PAGE,
  record,
  SECTIONS,
  type Section,
  searchName,
} from './world.ts';

const HEADER_END = '\r\n\r\n';
const counts = { single: 0, batch: 0, search: 0 };
let delayMs = 0;
/** How late replies were, in milliseconds. */
let lateness: number[] = [];

type Answer = (target: string) => Buffer;

const headOf = (bytes: number): string =>
  `HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${bytes}${HEADER_END}`;

const replyOf = (body: Buffer): Buffer => Buffer.concat([Buffer.from(headOf(body.length)), body]);

/** Exchanges the key in a text that was written for a sample, wherever it stands. All keys are as long as each other. */
function writer(text: string, sample: string): (key: string) => Buffer {
  const whole = Buffer.from(text);
  const holes = [...text.matchAll(new RegExp(sample, 'g'))].map(({ index }) => Buffer.byteLength(text.slice(0, index)));
  return (key) => {
    const written = Buffer.allocUnsafe(whole.length);
    whole.copy(written);
    for (const hole of holes) written.write(key, hole, 'latin1');
    return written;
  };
}

interface Writers {
  readonly record: (key: string) => Buffer;
  readonly reply: (key: string) => Buffer;
}

function writersFor(section: Section, sample: string): Writers {
  const text = JSON.stringify(record(section, sample));
  return { record: writer(text, sample), reply: writer(headOf(Buffer.byteLength(text)) + text, sample) };
}

const COMMA = Buffer.from(',');

function batchOf(keys: readonly string[], recordOf: (key: string) => Buffer): Buffer {
  const rows = keys.flatMap((key, i) => (i === 0 ? [recordOf(key)] : [COMMA, recordOf(key)]));
  return replyOf(Buffer.concat([Buffer.from('{"items":['), ...rows, Buffer.from(']}')]));
}

const searchReplies = new Map(
  Array.from({ length: ENTERPRISES / PAGE }, (_, n) => [
    searchName(n),
    replyOf(Buffer.from(JSON.stringify({ items: foundBy(searchName(n)).map(match) }))),
  ]),
);
const NOTHING_FOUND = replyOf(Buffer.from('{"items":[]}'));

function agency(section: Section): Answer {
  const small = writersFor(section, enterprise(0));
  const large = writersFor(section, largeEnterprise(0));
  const by = (key: string) => (key.startsWith(LARGE) ? large : small);
  return (target) => {
    const value = target.slice(target.indexOf('=') + 1);
    if (target.startsWith('/records?key=')) {
      counts.single++;
      return by(value).reply(value);
    }
    if (target.startsWith('/records?keys=')) {
      counts.batch++;
      return batchOf(decodeURIComponent(value).split(','), (key) => by(key).record(key));
    }
    counts.search++;
    return searchReplies.get(decodeURIComponent(value.replaceAll('+', ' '))) ?? NOTHING_FOUND;
  };
}

function control(target: string): Buffer {
  const { pathname, searchParams } = new URL(target, 'http://agencies');
  if (pathname === '/delay') delayMs = Number(searchParams.get('ms'));
  if (pathname === '/reset') {
    Object.assign(counts, { single: 0, batch: 0, search: 0 });
    lateness = [];
  }
  const lateP50Ms = lateness.sort((a, b) => a - b)[Math.floor(lateness.length / 2)] ?? 0;
  return replyOf(Buffer.from(JSON.stringify({ ...counts, lateP50Ms })));
}

/** Reads requests off a socket: GET only, so that a request ends with its headers. */
function serve(answer: Answer, delay: () => number): (socket: Socket) => void {
  return (socket) => {
    let rest = '';
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: string) => {
      rest += chunk;
      for (let end = rest.indexOf(HEADER_END); end >= 0; end = rest.indexOf(HEADER_END)) {
        const head = rest.slice(0, end);
        rest = rest.slice(end + HEADER_END.length);
        send(socket, head, answer(head.slice(head.indexOf(' ') + 1, head.indexOf(' HTTP/1.1'))), delay());
      }
    });
  };
}

function send(socket: Socket, head: string, reply: Buffer, delay: number): void {
  const isLast = /\r\nconnection: close/i.test(head);
  const go = () => (isLast ? socket.end(reply) : socket.write(reply));
  if (delay === 0) return void go();
  const asked = performance.now();
  setTimeout(() => {
    lateness.push(performance.now() - asked);
    go();
  }, delay);
}

function listening(handler: (socket: Socket) => void): Promise<number> {
  const server = createServer(handler).listen(0, '127.0.0.1', 4_096);
  return new Promise((resolve) => server.once('listening', () => resolve((server.address() as { port: number }).port)));
}

const ports: Record<string, number> = {};
for (const section of SECTIONS) ports[section] = await listening(serve(agency(section), () => delayMs));
ports['control'] = await listening(serve(control, () => 0));
console.log(JSON.stringify(ports));
