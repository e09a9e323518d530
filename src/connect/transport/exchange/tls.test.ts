import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { movableClock } from '../../../clock/index.ts';
import { createOutbound } from '../../outbound/outbound.ts';
import { Secret } from '../../secret.ts';
import { gatewayAt, noServer, openTestExchange } from '../../testing.ts';
import { targetOf } from './database.ts';
import { openMysql } from './mysql.ts';
import { openPostgres } from './postgres.ts';

const run = promisify(execFile);
const LIMITS = { connections: 1, statementMs: 2_000 };
const ONE = { text: 'SELECT 1 AS one', values: [] };

interface Certificate {
  readonly key: string;
  readonly cert: string;
}

async function certificate(): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), 'yimen-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const about = ['-days', '2', '-subj', '/CN=exchange', '-addext', 'subjectAltName=IP:127.0.0.1'];
  await run('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, ...about]);
  const made = { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
  await rm(folder, { recursive: true });
  return made;
}

const hasOpenssl = /^OpenSSL [3-9]\./.test(spawnSync('openssl', ['version'], { encoding: 'utf8' }).stdout ?? '');
if (!hasOpenssl) console.log('Skipped: TLS to a database, because OpenSSL 3 or later is not on this machine.');

const closers: (() => void)[] = [];
afterAll(() => {
  for (const close of closers) close();
});

async function listening(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => onConnection(socket.on('error', () => {})));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closers.push(() => server.close());
  return (server.address() as { port: number }).port;
}

/** A PostgreSQL that wants TLS: says yes to the request for it, and passes on what comes through. */
const encrypted = (port: number, certified: Certificate): Promise<number> =>
  listening((socket) => {
    socket.once('data', () => {
      socket.write('S');
      const inside = connect({ host: '127.0.0.1', port });
      const secured = new TLSSocket(socket, { isServer: true, ...certified }).on('error', () => inside.destroy());
      inside.on('error', () => secured.destroy());
      secured.pipe(inside).pipe(secured);
    });
  });

describe('TLS to a database', () => {
  it.skipIf(noServer.postgres || !hasOpenssl)('is spoken, and the certificate is held against the authority that was named', async () => {
    const [ours, another] = await Promise.all([certificate(), certificate()]);
    await using exchange = await openTestExchange('postgres');
    const port = await encrypted(exchange.door.port, ours);
    const url = exchange.url.replace(String(exchange.door.port), String(port));
    const at = (tls: boolean | { ca: string }) => gatewayAt({ ...exchange, url }, { tls });
    await using right = at({ ca: ours.cert });
    expect((await right.watch.open()).count).toBe(0);
    for (const tls of [true, { ca: another.cert }]) {
      await using wrong = at(tls);
      await expect(wrong.watch.open()).rejects.toMatchObject({ message: expect.stringMatching(/SELF_SIGNED|UNABLE_TO|SIGNATURE/) });
    }
  });

  it('a PostgreSQL that has none is told nothing', async () => {
    const heard: Buffer[] = [];
    const port = await listening((socket) => socket.on('data', (chunk) => heard.push(chunk) && socket.write('N')));
    const target = targetOf({ url: `postgres://127.0.0.1:${port}/qzk`, user: 'hall', password: new Secret('a-word'), tls: true });
    const database = openPostgres(target, LIMITS, createOutbound({ allow: ['127.0.0.1'], clock: movableClock() }));
    await expect(database.read(ONE)).rejects.toMatchObject({ fault: 'PROTOCOL' });
    await database.close();
    expect(Buffer.concat(heard).toString('latin1')).not.toMatch(/hall|a-word/);
  });

  it('a MySQL that has none is told nothing', async () => {
    const heard: Buffer[] = [];
    const port = await listening((socket) => {
      socket.on('data', (chunk) => void heard.push(chunk));
      socket.write(GREETING_WITHOUT_TLS);
    });
    const target = targetOf({ url: `mysql://127.0.0.1:${port}/qzk`, user: 'hall', password: new Secret('a-word'), tls: true });
    const database = openMysql(target, LIMITS, createOutbound({ allow: ['127.0.0.1'], clock: movableClock() }));
    await expect(database.read(ONE)).rejects.toMatchObject({ fault: 'PROTOCOL' });
    await database.close();
    expect(Buffer.concat(heard).toString('latin1')).not.toMatch(/hall|a-word/);
  });
});

/** MySQL's first packet (protocol 10), with every ability but the one to encrypt. */
const GREETING_WITHOUT_TLS = (() => {
  const abilities = 0x000f_ffff & ~0x0800;
  const low = Buffer.from([abilities & 0xff, (abilities >> 8) & 0xff]);
  const high = Buffer.from([(abilities >> 16) & 0xff, (abilities >> 24) & 0xff]);
  const salt = Buffer.alloc(8, 'a');
  const body = Buffer.concat([
    Buffer.from('\x0a8.0.30\0', 'latin1'),
    Buffer.from([1, 0, 0, 0]),
    salt,
    Buffer.from([0]),
    low,
    Buffer.from([45, 2, 0]),
    high,
    Buffer.from([21]),
    Buffer.alloc(10),
    Buffer.alloc(12, 'b'),
    Buffer.from('\0mysql_native_password\0', 'latin1'),
  ]);
  return Buffer.concat([Buffer.from([body.length, 0, 0, 0]), body]);
})();
