import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { encodeText } from '../codec/charset.ts';
import { connector, type HttpFace, type ServedFields } from '../connector.ts';
import { createEngine } from '../engine.ts';
import { AgencyError, type AgencyFault } from '../errors.ts';
import { absent, lookup, value } from '../lookup.ts';
import type { Call, Policy } from '../types.ts';

const MB = 1024 * 1024;
const NOW = Date.UTC(2026, 0, 1);
const Answer = z.object({ name: z.string() });

type Ask = (call: Call) => Promise<{ name: string } | null>;

/** One client of the face: how it asks, and what its agency answers in peace. */
interface Client {
  readonly type: string;
  readonly good: string;
  open(http: HttpFace, url: string, engine: 'undici' | 'axios'): Ask;
}

const envelope = (body: string) => `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${body}</s:Body></s:Envelope>`;

const CLIENTS = {
  json: {
    type: 'application/json',
    good: '{"name":"一门"}',
    open(http, url, engine) {
      const client = http.json({ url, engine });
      return (call) => client.request({ path: '/ask' }, Answer, call);
    },
  },
  form: {
    type: 'application/json',
    good: '{"code":"0","data":{"name":"一门"}}',
    open(http, url, engine) {
      const client = http.form({ url, engine, ok: '0', meanings: { E404: 'absent', E731: 'AMBIGUOUS' } });
      return (call) => client.request('/ask', { a: '1' }, Answer, call);
    },
  },
  soap: {
    type: 'text/xml',
    good: envelope('<askResponse><name>一门</name></askResponse>'),
    open(http, url, engine) {
      const client = http.soap({ url, engine, namespace: 'urn:x', meanings: { NoSuch: 'absent', Twice: 'AMBIGUOUS' } });
      return (call) => client.request('ask', { a: '1' }, Answer, call);
    },
  },
  graphql: {
    type: 'application/json',
    good: '{"data":{"ask":{"name":"一门"}}}',
    open(http, url, engine) {
      const schema = 'type Query { ask(a: String): Named } type Named { name: String! }';
      const client = http.graphql({ url: `${url}/ask`, engine, schema, meanings: { NO_SUCH: 'absent' } });
      const query = client.query('query ($a: String) { ask(a: $a) { name } }', z.object({ ask: Answer }));
      return async (call) => (await query({ a: '1' }, call))?.ask ?? null;
    },
  },
} as const satisfies Record<string, Client>;

type Behaviour = (reply: ServerResponse, client: Client, request: IncomingMessage) => void;

/** A server on loopback that counts the connections made to it. */
async function listen(behave: (reply: ServerResponse, request: IncomingMessage) => void) {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((request, reply) => behave(reply, request));
  server.on('connection', (socket) => {
    connections++;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Line {
  readonly engine: 'undici' | 'axios';
  readonly client: Client;
  readonly policy?: Policy;
  readonly signal?: AbortSignal;
}

type Outcome = string | null | AgencyError;

/** Asks once through the whole engine, as a resolver would. Resolves with the name, null, or the error. */
async function ask(url: string, line: Line): Promise<Outcome> {
  const house = opened(url, line);
  try {
    return await house.ask(line.signal);
  } finally {
    await house.close();
  }
}

/** A whole engine in front of one agency. `clock` moves as its test likes. */
function opened(url: string, { engine, client, policy }: Line, clock = { now: () => NOW }) {
  const probe = connector({
    id: 'probe',
    agency: 'probing',
    settings: z.unknown(),
    open({ http }) {
      const send = client.open(http, url, engine);
      const one = async (_: unknown, call: Call) => {
        const reply = await send(call);
        return reply ? value(reply) : absent;
      };
      // The schema has no such section: the engine serves whatever a connector names.
      return { fields: { Probe: { name: lookup({ one }) } } as unknown as ServedFields };
    },
  });
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const house = createEngine({
    connectors: [{ connector: probe, settings: {}, policy }],
    clock,
    log,
    outbound: { loopback: true },
  });
  return {
    close: () => house.close(),
    async ask(signal = AbortSignal.timeout(5_000), key = 'k'): Promise<Outcome> {
      try {
        const asking = { caller: { role: 'clerk', actor: 'test' }, traceId: 't', signal } as const;
        const answer = await house.reader(asking).read('Probe.name', key);
        return answer && String(answer['name']);
      } catch (error) {
        if (error instanceof AgencyError) return error;
        throw error;
      }
    },
  };
}

const plain =
  (status: number, headers: Record<string, string> = {}, body = 'words'): Behaviour =>
  (reply) =>
    void reply.writeHead(status, { 'content-type': 'text/plain', ...headers }).end(body);

const bomb = gzipSync(Buffer.alloc(50 * MB, 0x20));

function endless(reply: ServerResponse, chunk: Buffer, left: number): void {
  if (left <= 0 || reply.destroyed) return void reply.end();
  if (reply.write(chunk)) setImmediate(endless, reply, chunk, left - chunk.length);
  else reply.once('drain', () => endless(reply, chunk, left - chunk.length));
}

interface Trouble {
  readonly behave: Behaviour;
  readonly fault: AgencyFault;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  readonly policy?: Policy;
}

const PROTOCOL = { fault: 'PROTOCOL', retryable: false } as const;
const UNAVAILABLE = { fault: 'UNAVAILABLE', retryable: true } as const;
const CREDENTIALS = { fault: 'CREDENTIALS', retryable: false } as const;
const THROTTLED = { fault: 'THROTTLED', retryable: true } as const;
const TIMEOUT = { fault: 'TIMEOUT', retryable: true } as const;
const REFUSED = { fault: 'REFUSED', retryable: false } as const;

const TROUBLES: Record<string, Trouble> = {
  'HTML with status 200': { ...PROTOCOL, behave: plain(200, { 'content-type': 'text/html' }, '<html><body>502 Bad Gateway</body></html>') },
  'HTML that claims to be the right type': {
    ...PROTOCOL,
    behave: (r, c) => r.writeHead(200, { 'content-type': c.type }).end('<html><br></html>'),
  },
  'no content (204)': { ...PROTOCOL, behave: (r) => r.writeHead(204).end() },
  'an empty body': { ...PROTOCOL, behave: (r, c) => r.writeHead(200, { 'content-type': c.type }).end() },
  'a text cut short': { ...PROTOCOL, behave: (r, c) => r.writeHead(200, { 'content-type': c.type }).end(c.good.slice(0, -5)) },
  'a hang-up before the promised length': {
    ...UNAVAILABLE,
    behave(r, c) {
      r.writeHead(200, { 'content-type': c.type, 'content-length': Buffer.byteLength(c.good) });
      r.write(c.good.slice(0, -5), () => r.destroy());
    },
  },
  'a hang-up between chunks': {
    ...UNAVAILABLE,
    behave(r, c) {
      r.writeHead(200, { 'content-type': c.type });
      r.write(c.good, () => r.destroy());
    },
  },
  'a byte order mark': { ...PROTOCOL, behave: (r, c) => r.writeHead(200, { 'content-type': c.type }).end(`\uFEFF${c.good}`) },
  'gbk labelled utf-8': {
    ...PROTOCOL,
    behave: (r, c) => r.writeHead(200, { 'content-type': `${c.type}; charset=utf-8` }).end(encodeText(c.good, 'gb18030')),
  },
  'utf-8 labelled gbk': { ...PROTOCOL, behave: (r, c) => r.writeHead(200, { 'content-type': `${c.type}; charset=GBK` }).end(c.good) },
  'a gzip bomb of 50 MB': {
    ...PROTOCOL,
    behave: (r, c) => r.writeHead(200, { 'content-type': c.type, 'content-encoding': 'gzip' }).end(bomb),
  },
  'gzip cut short': {
    ...PROTOCOL,
    behave: (r, c) => r.writeHead(200, { 'content-type': c.type, 'content-encoding': 'gzip' }).end(gzipSync(c.good).subarray(0, -9)),
  },
  'an unknown packing': {
    ...PROTOCOL,
    behave: (r, c) => r.writeHead(200, { 'content-type': c.type, 'content-encoding': 'zip' }).end(c.good),
  },
  'a body of 50 MB, length known': {
    ...PROTOCOL,
    behave(r, c) {
      r.writeHead(200, { 'content-type': c.type, 'content-length': 50 * MB });
      endless(r, Buffer.alloc(MB, 0x20), 50 * MB);
    },
  },
  'a body of 50 MB, length unknown': {
    ...PROTOCOL,
    behave(r, c) {
      r.writeHead(200, { 'content-type': c.type });
      endless(r, Buffer.alloc(MB, 0x20), 50 * MB);
    },
  },
  'a broken status line': { ...PROTOCOL, behave: (r) => r.socket?.end('HTTQ/9 what\r\n\r\n') },
  'headers of 64 KB': {
    ...PROTOCOL,
    behave: (r, c) => r.writeHead(200, { 'content-type': c.type, 'x-long': 'x'.repeat(65_536) }).end(c.good),
  },
  'status 400': { ...REFUSED, behave: plain(400) },
  'status 401': { ...CREDENTIALS, behave: plain(401) },
  'status 403': { ...CREDENTIALS, behave: plain(403) },
  'status 404': { ...REFUSED, behave: plain(404) },
  'status 408': { ...TIMEOUT, behave: plain(408, { connection: 'close' }) },
  'status 429 without a time': { ...THROTTLED, behave: plain(429) },
  'status 429 with seconds': { ...THROTTLED, retryAfterMs: 7_000, behave: plain(429, { 'retry-after': '7' }) },
  'status 429 with a date': {
    ...THROTTLED,
    retryAfterMs: 90_000,
    behave: plain(429, { 'retry-after': new Date(NOW + 90_000).toUTCString() }),
  },
  'status 429 with a date gone by': {
    ...THROTTLED,
    retryAfterMs: 0,
    behave: plain(429, { 'retry-after': new Date(NOW - 1).toUTCString() }),
  },
  'status 429 with nonsense': { ...THROTTLED, behave: plain(429, { 'retry-after': 'soon' }) },
  'status 500': { ...UNAVAILABLE, behave: plain(500) },
  'status 503 with seconds': { ...UNAVAILABLE, retryAfterMs: 120_000, behave: plain(503, { 'retry-after': '120' }) },
  'status 504': { ...TIMEOUT, behave: plain(504) },
  'a reset': { ...UNAVAILABLE, behave: (r) => r.socket?.resetAndDestroy() },
  'a hang-up without a word': { ...UNAVAILABLE, behave: (r) => r.socket?.destroy() },
  silence: { ...TIMEOUT, policy: { timeout: '150ms' }, behave: () => {} },
  'one byte at a time, each within the deadline': {
    ...TIMEOUT,
    policy: { timeout: '200ms' },
    behave(r, c) {
      r.writeHead(200, { 'content-type': c.type });
      const drip = setInterval(() => r.write(' '), 30);
      r.once('close', () => clearInterval(drip));
    },
  },
};

const LINES = (['undici', 'axios'] as const).flatMap((engine) =>
  Object.entries(CLIENTS).map(([name, client]) => ({ name: `${name} over ${engine}`, engine, client: client as Client })),
);

describe.each(LINES)('$name', (line) => {
  const { client } = line;

  it('hands a good reply over', async () => {
    await using agency = await listen((r) => r.writeHead(200, { 'content-type': `${client.type}; charset=UTF-8` }).end(client.good));
    expect(await ask(agency.url, line)).toBe('一门');
  });

  it('unpacks a good reply', async () => {
    const headers = { 'content-type': client.type, 'content-encoding': 'gzip' };
    await using agency = await listen((r) => r.writeHead(200, headers).end(gzipSync(client.good)));
    expect(await ask(agency.url, line)).toBe('一门');
  });

  it.each(Object.entries(TROUBLES))('%s', async (_, { behave, fault, retryable, retryAfterMs, policy }) => {
    await using agency = await listen((reply, request) => behave(reply, client, request));
    const error = await ask(agency.url, { ...line, ...(policy && { policy }) });
    expect(error).toMatchObject({ code: `AGENCY_${fault}`, retryable });
    expect(error).toHaveProperty('retryAfterMs', retryAfterMs);
  });

  it.each([301, 302, 303, 307, 308])('a redirect (%i) is not followed', async (status) => {
    await using target = await listen((r) => r.writeHead(200, { 'content-type': client.type }).end(client.good));
    await using agency = await listen((r) => r.writeHead(status, { location: `${target.url}/ask` }).end());
    expect(await ask(agency.url, line)).toMatchObject({ code: 'AGENCY_PROTOCOL', retryable: false });
    expect(target.connections()).toBe(0);
  });

  it('a refused connection', async () => {
    const gone = await listen(() => {});
    await gone[Symbol.asyncDispose]();
    expect(await ask(gone.url, line)).toMatchObject({ code: 'AGENCY_UNAVAILABLE', retryable: true, private: { reason: 'ECONNREFUSED' } });
  });

  it("the request's own deadline is a timeout too", async () => {
    await using agency = await listen(() => {});
    expect(await ask(agency.url, { ...line, signal: AbortSignal.timeout(150) })).toMatchObject({ code: 'AGENCY_TIMEOUT', retryable: true });
  });

  it('hangs up on an agency when nobody waits any more', async () => {
    const left = new AbortController();
    const asked = new EventEmitter();
    const hungUp = once(asked, 'hung up');
    await using agency = await listen((reply) => {
      reply.once('close', () => asked.emit('hung up'));
      left.abort();
    });
    expect(await ask(agency.url, { ...line, signal: left.signal })).toBeInstanceOf(AgencyError);
    await hungUp;
  });
});

/** Bytes in use after everything that can go has gone. */
function bytesInUse(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

describe('10,000 bad replies', () => {
  const SLOW = /50 MB|silence|one byte at a time/;
  const quick = Object.entries(TROUBLES).filter(([name]) => !SLOW.test(name));
  const WARM = 300;
  const EACH = Math.ceil(10_000 / LINES.length);

  it('each a typed error, and no growth of memory', { timeout: 120_000 }, async () => {
    const runs = await Promise.all(LINES.map(badAgency));
    // The first ones fill caches and pools.
    await Promise.all(runs.map((run) => run.ask(WARM)));
    const before = bytesInUse();
    await Promise.all(runs.map((run) => run.ask(EACH)));
    const growth = bytesInUse() - before;
    console.log(`${EACH * LINES.length} bad replies over ${LINES.length} transports: the heap grew by ${(growth / MB).toFixed(1)} MB`);
    expect(growth).toBeLessThan(10 * MB);
    await Promise.all(runs.map((run) => run.close()));
  });

  /** An agency that misbehaves in another way every time, and a house that asks it over one transport. */
  async function badAgency(line: (typeof LINES)[number]) {
    let round = 0;
    const trouble = () => quick[round % quick.length] as (typeof quick)[number];
    const agency = await listen((reply, request) => trouble()[1].behave(reply, line.client, request));
    // Twenty seconds a call: the breaker never sees ten calls in its window, so that all of them go out.
    const house = opened(agency.url, line, { now: () => NOW + round * 20_000 });
    return {
      async ask(times: number) {
        for (const end = round + times; round < end; round++) {
          const outcome = await house.ask(undefined, `k${round}`);
          if (!(outcome instanceof AgencyError)) expect.fail(`${line.name}: ${trouble()[0]} was taken for an answer`);
        }
      },
      async close() {
        await house.close();
        await agency[Symbol.asyncDispose]();
      },
    };
  }
});
