/** A line between the gateway and the sandbox agencies, at whose other end a careless agency may say what it was asked. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { request } from 'undici';
import type { SandboxHost } from '../../src/kit/index.ts';

/** What a careless agency answers instead; `words` are those that it should have kept to itself. */
export type Careless = 'status' | 'page' | 'json' | 'code' | 'location' | 'length';

export interface Line {
  /** The control address for gateways: the agencies it names are reached over this line. */
  readonly url: string;
  /** How often careless words went out. */
  readonly said: number;
  careless(connector: string, how: Careless | undefined, words?: string): void;
  close(): void;
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

const JSON_TYPE = { 'content-type': 'application/json' };

const REPLIES: Readonly<Record<Careless, (words: string) => Reply>> = {
  status: (words) => ({ status: 500, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `no such person: ${words}` }),
  page: (words) => ({ status: 200, headers: { 'content-type': 'text/html' }, body: `<html><title>${words}</title>${words}</html>` }),
  json: (words) => ({ status: 200, headers: JSON_TYPE, body: `{"${words}": "${words}", "code": ${words} "${words}"` }),
  code: (words) => ({
    status: 200,
    headers: JSON_TYPE,
    body: JSON.stringify({ code: words, message: words, head: { code: words, message: words }, [words]: words }),
  }),
  location: (words) => ({ status: 302, headers: { location: `http://127.0.0.1:9/${encodeURIComponent(words)}` }, body: words }),
  length: (words) => ({ status: 200, headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: words }),
};

export async function openLine(host: SandboxHost): Promise<Line> {
  const modes = new Map<string, { readonly how: Careless; readonly words: string }>();
  const said = { times: 0 };
  const servers: Server[] = [];
  const listening = async (answer: (incoming: IncomingMessage) => Promise<Reply>): Promise<string> => {
    const server = createServer((incoming, outgoing) => {
      answer(incoming).then(
        ({ status, headers, body }) => outgoing.writeHead(status, headers).end(body),
        () => outgoing.destroy(),
      );
    });
    servers.push(server);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const lines = new Map<string, string>();
  for (const { id, url } of host.agencies) {
    if (!url.startsWith('http')) continue;
    const line = await listening(async (incoming) => {
      const mode = modes.get(id);
      if (!mode) return forwarded(incoming, url);
      await buffer(incoming);
      said.times++;
      return REPLIES[mode.how](mode.words);
    });
    lines.set(url, line);
  }
  const control = await listening(async (incoming) => {
    const reply = await forwarded(incoming, host.url);
    if (incoming.url !== '/') return reply;
    return { ...reply, headers: JSON_TYPE, body: [...lines].reduce((text, [from, to]) => text.replaceAll(from, to), String(reply.body)) };
  });
  return {
    url: control,
    get said() {
      return said.times;
    },
    careless(connector, how, words = '') {
      if (how) modes.set(connector, { how, words });
      else modes.delete(connector);
    },
    close() {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

const HOP = ['host', 'connection', 'keep-alive', 'transfer-encoding', 'content-length', 'expect'];

async function forwarded(incoming: IncomingMessage, to: string): Promise<Reply> {
  const body = await buffer(incoming);
  const reply = await request(new URL(incoming.url ?? '/', to), {
    method: (incoming.method ?? 'GET') as 'GET',
    headers: withoutHops(incoming.headers),
    ...(body.length > 0 && { body }),
  });
  return { status: reply.statusCode, headers: withoutHops(reply.headers), body: Buffer.from(await reply.body.arrayBuffer()) };
}

const withoutHops = (headers: IncomingMessage['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (HOP.includes(name) || value === undefined ? [] : [[name, String(value)]])),
  );
