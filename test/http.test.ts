/** What arrives at the socket: smuggled, slow, unfinished, by the wrong method; and how a gateway goes. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Hall, startHall } from './harness.ts';

const QUERY = JSON.stringify({ query: '{ __typename }' });

let hall: Hall;
let token: string;
beforeAll(async () => {
  hall = await startHall();
  token = await hall.token('integrator');
});
afterAll(() => hall?.[Symbol.asyncDispose]());

function opened(): Socket {
  const { hostname, port } = new URL(hall.url);
  return connect(Number(port), hostname);
}

/** Resolves when it is over, however it ended. */
const closed = (socket: Socket): Promise<void> => new Promise((done) => void socket.once('close', () => done()));

/** Sends bytes as they are, and gives back all that comes until the gateway hangs up or is silent. */
async function raw(text: string): Promise<string> {
  const socket = opened();
  let answer = '';
  socket.on('data', (piece) => {
    answer += piece.toString('latin1');
  });
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(Buffer.from(text, 'latin1'));
  await Promise.race([closed(socket), delay(1_500)]);
  socket.destroy();
  return answer;
}

const HEAD = () => ['POST /graphql HTTP/1.1', 'Host: hall', `Authorization: Bearer ${token}`, 'Content-Type: application/json'];
const answersIn = (text: string) => text.match(/^HTTP\/1\.1 \d{3}/gm) ?? [];
const alive = async () => expect((await hall.ask('{ __typename }')).data).toEqual({ __typename: 'Query' });

describe('smuggling: one request, one refusal, and the connection is closed', () => {
  const smuggled = `GET /health/live HTTP/1.1\r\nHost: hall\r\n\r\n`;
  const shapes: Readonly<Record<string, () => string>> = {
    'B38: two ways to say how long it is': () =>
      [...HEAD(), `Content-Length: ${QUERY.length}`, 'Transfer-Encoding: chunked', '', `0\r\n\r\n${smuggled}`].join('\r\n'),
    'B39: two lengths': () => [...HEAD(), 'Content-Length: 5', `Content-Length: ${QUERY.length}`, '', QUERY].join('\r\n'),
    'B40: a transfer encoding that is none': () => [...HEAD(), 'Transfer-Encoding: xchunked', '', `0\r\n\r\n${smuggled}`].join('\r\n'),
    'B41: bare line feeds': () => [...HEAD(), 'X: a', '', ''].join('\n'),
    'B42: NUL in a header': () => [...HEAD(), 'X: a\0b', `Content-Length: ${QUERY.length}`, '', QUERY].join('\r\n'),
    'B43: a folded header': () => [...HEAD(), 'X: a', ' b: c', `Content-Length: ${QUERY.length}`, '', QUERY].join('\r\n'),
    'B45: no host': () => ['GET /health/live HTTP/1.1', '', ''].join('\r\n'),
  };

  it.each(Object.entries(shapes))('%s', async (_, shape) => {
    const answer = await raw(shape());
    expect(answersIn(answer)).toEqual(['HTTP/1.1 400']);
    expect(answer).not.toContain(token);
    await alive();
  });

  it('B44: 17 KB of headers', async () => {
    expect(answersIn(await raw([...HEAD(), `X: ${'a'.repeat(17_000)}`, '', ''].join('\r\n')))).toEqual(['HTTP/1.1 431']);
    await alive();
  });
});

describe('slow clients', () => {
  it('B46: headers that do not end are cut off after five seconds', async () => {
    const socket = opened();
    socket.on('error', () => {});
    socket.write('POST /graphql HTTP/1.1\r\nHost: hall\r\n');
    const since = performance.now();
    const dripping = setInterval(() => socket.write(`X-${Date.now()}: a\r\n`), 500);
    await closed(socket);
    clearInterval(dripping);
    expect(performance.now() - since).toBeLessThan(8_000);
    await alive();
  }, 20_000);

  it('B47: a body that does not come is 408', async () => {
    const socket = opened();
    socket.on('error', () => {});
    let answer = '';
    socket.on('data', (piece) => {
      answer += piece;
    });
    socket.write([...HEAD(), 'Content-Length: 500', '', '{'].join('\r\n'));
    await closed(socket);
    expect(answersIn(answer)).toEqual(['HTTP/1.1 408']);
    await alive();
  }, 20_000);

  it('T15: five hundred of them cost honest clients nothing', async () => {
    const honest = async () => {
      const times: number[] = [];
      for (let i = 0; i < 200; i++) {
        const { tookMs, errors } = await hall.ask('{ __typename }');
        expect(errors).toBeUndefined();
        times.push(tookMs);
      }
      return times.sort((a, b) => a - b)[197] ?? 0;
    };
    const before = await honest();
    const slow = Array.from({ length: 500 }, () => {
      const socket = opened();
      socket.on('error', () => {});
      socket.write('POST /graphql HTTP/1.1\r\nHost: hall\r\nX-Slow: ');
      return { socket, cut: closed(socket) };
    });
    const dripping = setInterval(() => {
      for (const { socket } of slow) if (socket.writable) socket.write('a');
    }, 400);
    const during = await honest();
    await Promise.all(slow.map(({ cut }) => cut));
    clearInterval(dripping);
    console.log(`honest p99 ${before.toFixed(1)} ms alone, ${during.toFixed(1)} ms beside 500 slow clients, all of which were cut off`);
    await alive();
  }, 40_000);
});

describe('methods and media types', () => {
  const send = async (method: 'GET' | 'POST', search: string, headers: Record<string, string>, body?: string | Buffer) => {
    const reply = await request(`${hall.url}/graphql${search}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...headers },
      body: body ?? null,
    });
    return { status: reply.statusCode, allow: reply.headers['allow'], text: await reply.body.text() };
  };

  it('B48: a mutation by GET is 405', async () => {
    const query = encodeURIComponent('mutation { endSession { problems { code } } }');
    expect(await send('GET', `?query=${query}`, { accept: 'application/graphql-response+json' })).toMatchObject({
      status: 405,
      allow: 'POST',
    });
  });

  it.each(['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x', 'application/graphql'])(
    'B49: %s is refused, whatever a foreign page may post',
    async (type) => expect((await send('POST', '', { 'content-type': type }, QUERY)).status).toBe(415),
  );

  it.each(['gbk', 'utf-7', 'utf-16'])('B50: charset %s is refused', async (charset) =>
    expect((await send('POST', '', { 'content-type': `application/json; charset=${charset}` }, QUERY)).status).toBe(415),
  );

  it('B51: a packed body is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000, 32));
    expect(bomb.length).toBeLessThan(100_000);
    expect((await send('POST', '', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, bomb)).status).toBe(415);
    await alive();
  });
});

describe('how often', () => {
  const ask = (url: string, headers: Record<string, string>) =>
    request(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: QUERY });

  it('T4: a hundred made-up addresses share the bucket of the one they come from', async () => {
    await using own = await startHall({ requests: { perAddress: 50 } });
    const authorization = `Bearer ${await own.token('clerk')}`;
    const answers = [];
    for (let i = 0; i < 100; i++) answers.push((await ask(own.url, { authorization, 'x-forwarded-for': `203.0.113.${i}` })).statusCode);
    expect([answers.filter((status) => status === 200).length, answers.filter((status) => status === 429).length]).toEqual([50, 50]);
  });

  it('behind a proxy that is trusted each has a bucket of its own', async () => {
    await using own = await startHall({ requests: { perAddress: 2 }, proxies: ['127.0.0.1'] });
    const authorization = `Bearer ${await own.token('clerk')}`;
    const from = async (address: string) => (await ask(own.url, { authorization, 'x-forwarded-for': address })).statusCode;
    expect([await from('203.0.113.1'), await from('203.0.113.1'), await from('203.0.113.1'), await from('203.0.113.2')]).toEqual([
      200, 200, 429, 200,
    ]);
  });

  it('says what is left, and when to come again', async () => {
    await using own = await startHall({ requests: { perActor: 2 } });
    const authorization = `Bearer ${await own.token('clerk')}`;
    const first = await ask(own.url, { authorization });
    expect(first.headers).toMatchObject({
      ratelimit: expect.stringMatching(/^"actor";r=1;t=\d+$/),
      'ratelimit-policy': '"actor";q=2;w=60',
    });
    await ask(own.url, { authorization });
    const third = await ask(own.url, { authorization });
    expect([third.statusCode, Number(third.headers['retry-after']) > 0]).toEqual([429, true]);
    expect(await third.body.text()).toContain('LIMIT_EXCEEDED');
    expect((await ask(own.url, { authorization: `Bearer ${await own.token('officer')}` })).statusCode).toBe(200);
  });

  it('whoever tries tokens is stopped before the next one is looked at', async () => {
    await using own = await startHall({ requests: { refusedPerAddress: 5 } });
    const statuses = [];
    for (let i = 0; i < 8; i++) statuses.push((await ask(own.url, { authorization: `Bearer guess-${i}` })).statusCode);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
  });
});
