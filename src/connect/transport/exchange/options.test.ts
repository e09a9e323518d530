import { createServer, type Server, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { movableClock } from '../../../clock/index.ts';
import { databaseFace } from '../../database-face.ts';
import { createOutbound, type OutboundRule } from '../../outbound/outbound.ts';
import { Secret } from '../../secret.ts';
import { columnMac } from '../../sign/column-mac.ts';
import { callOf } from '../../testing.ts';
import { type Database, targetOf } from './database.ts';
import { QuestionIds } from './identity.ts';
import { openMysql } from './mysql.ts';
import type { ExchangeOptions } from './options.ts';
import { openPostgres } from './postgres.ts';
import { RequestWriter } from './request-writer.ts';
import { Statements } from './statements.ts';
import { quotedTables } from './tables.ts';
import { readTime, writtenTime } from './times.ts';
import { DatabaseTrouble, troubleOf } from './trouble.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const GOOD: ExchangeOptions = {
  url: 'postgres://exchange.example.cn:5432/qzk',
  user: 'hall',
  password: new Secret('a word nobody may read'),
  request: { table: 'qqb', id: 'lsh', service: 'fwbm', payload: 'qqnr', createdAt: 'cjsj' },
  reply: { table: 'ydb', id: 'lsh', payload: 'ydnr', read: 'dqbz' },
};

/** Opens an exchange, closes it again, and gives what it was refused with. */
function sentence(more: Partial<ExchangeOptions>, outbound: OutboundRule = {}): string {
  const closers: (() => Promise<void>)[] = [];
  const face = databaseFace({
    clock: movableClock(),
    log: silent,
    connections: 2,
    outbound,
    agency: 'offices',
    onOpen: (close) => closers.push(close),
    onExchange: () => {},
  });
  try {
    face.exchange({ ...GOOD, ...more });
    return '';
  } catch (error) {
    return (error as Error).message;
  } finally {
    for (const close of closers) void close();
  }
}

describe('what an exchange database is opened with', () => {
  it.each(['postgres:', 'postgresql:', 'mysql:', 'mariadb:'])('takes an address of %s', (scheme) => {
    expect(sentence({ url: `${scheme}//exchange.example.cn/qzk` })).toBe('');
  });

  it.each([
    ['http://exchange.example.cn/qzk', /reads postgres:\/\/host:port\/name or mysql/],
    ['exchange.example.cn', /reads postgres:/],
    ['postgres://exchange.example.cn/', /must end with the name of one/],
    ['postgres://exchange.example.cn/qzk?host=/tmp', /holds no options/],
    ['postgres://hall:word@exchange.example.cn/qzk', /holds a password: give it apart/],
  ])('refuses the address %s', (url, words) => {
    expect(sentence({ url })).toMatch(words);
    expect(sentence({ url })).not.toContain('word@');
  });

  it('takes a whole address as a secret, and never shows it', () => {
    expect(sentence({ url: new Secret('mysql://hall:word@exchange.example.cn/qzk') })).toBe('');
    expect(sentence({ url: new Secret('hall:word@exchange.example.cn') })).not.toContain('word@');
  });

  it.each(['2130706433', '0x7f.1', '0177.0.0.1', '127.1', '127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '127%2e0.0.1', '169.254.169.254'])(
    'T13 B84 refuses a database at %s',
    (host) => {
      for (const scheme of ['postgres', 'mysql'])
        expect(sentence({ url: `${scheme}://${host}/qzk` })).toMatch(/this machine or its link|stands for|must read/);
    },
  );

  it('T13 a name that leads inside is not connected to', async () => {
    let reached = 0;
    await using here = await listening((socket) => {
      reached++;
      socket.destroy();
    });
    const [host, clock] = ['exchange.example.cn', movableClock()];
    for (const [scheme, open] of [['postgres', openPostgres] as const, ['mysql', openMysql] as const]) {
      const asked: string[] = [];
      const resolve = async (name: string) => {
        asked.push(name);
        return ['127.0.0.1'];
      };
      const target = targetOf({ url: `${scheme}://${host}:${here.port}/qzk` });
      const limits = { connections: 2, statementMs: 1_000 };
      const before = reached;
      const inside = open(target, limits, createOutbound({ allow: [host], resolve, clock }));
      await expect(inside.read({ text: 'SELECT 1', values: [] })).rejects.toMatchObject({ cause: { code: 'OUTBOUND_REFUSED' } });
      expect([reached - before, asked]).toEqual([0, [host]]);
      const allowed = open({ ...target, host: '127.0.0.1' }, limits, createOutbound({ allow: ['127.0.0.1'], resolve, clock }));
      await expect(allowed.read({ text: 'SELECT 1', values: [] })).rejects.toBeInstanceOf(DatabaseTrouble);
      expect(reached - before).toBeGreaterThan(0);
      await Promise.all([inside.close(), allowed.close()]);
    }
  });

  it.each(['a"b', 'a`b', 'a b', '', '1a', 'a;DROP TABLE b', 'a.b.c', 'a--', 'a'.repeat(64)])('B33 refuses the name %j', (name) => {
    expect(sentence({ request: { ...GOOD.request, table: name } })).toMatch(/request\.table must be/);
    expect(sentence({ reply: { ...GOOD.reply, read: name } })).toMatch(/reply\.read must be/);
    expect(sentence({ request: { ...GOOD.request, fixed: { [name]: 1 } } })).toMatch(/request\.fixed must be/);
  });

  it('takes names in Chinese, and a schema before a table', () => {
    expect(sentence({ request: { ...GOOD.request, table: '前置库.请求表', id: '流水号' } })).toBe('');
  });

  it('read marks must differ, and signatures need a signer and columns', () => {
    expect(sentence({ reply: { ...GOOD.reply, marks: { unread: '1', read: '1' } } })).toMatch(/must differ/);
    const sign = columnMac({ secret: new Secret('word') });
    expect(sentence({ sign })).toMatch(/sign needs request\.signature and reply\.signature/);
    expect(sentence({ request: { ...GOOD.request, signature: 'qm' } })).toMatch(/need sign/);
  });
});

async function listening(onConnection: (socket: Socket) => void): Promise<{ port: number } & AsyncDisposable> {
  const server: Server = createServer(onConnection);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { port, [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) };
}

describe('correlation ids', () => {
  const ids = new QuestionIds('shared by all replicas');
  const NOW = Date.parse('2026-11-25T10:00:30Z');

  it('say which question they are to all who share the key, and nobody else', () => {
    const beginning = ids.beginningOf('queryName', '{"code":"A1"}');
    expect(new QuestionIds('shared by all replicas').beginningOf('queryName', '{"code":"A1"}')).toBe(beginning);
    const others = [
      new QuestionIds('another key').beginningOf('queryName', '{"code":"A1"}'),
      ids.beginningOf('queryName', '{"code":"A2"}'),
      ids.beginningOf('queryNam', 'e\0{"code":"A1"}'),
      ids.beginningOf('queryCode', '{"code":"A1"}'),
    ];
    expect(new Set([beginning, ...others]).size).toBe(5);
  });

  it('count within a minute, never come back, and fit 32 characters in lower case', () => {
    const first = ids.next('q-abcdefghijklmnop-', undefined, NOW);
    const second = ids.next('q-abcdefghijklmnop-', first, NOW);
    const later = ids.next('q-abcdefghijklmnop-', second, NOW + 60_000);
    expect(new Set([first, second, later]).size).toBe(3);
    expect(second > first).toBe(true);
    for (const id of [first, second, later]) expect(id).toMatch(/^[a-z0-9-]{1,32}$/);
  });
});

describe('a request that another replica wrote between our look and our insert', () => {
  it('is ours, too, whatever became of it meanwhile: no second row', async () => {
    const sent: string[] = [];
    const database: Database = {
      async read() {
        sent.push('look');
        return [];
      },
      async write() {
        sent.push('insert');
        throw new DatabaseTrouble('REFUSED', '23505', { isDuplicate: true });
      },
      close: async () => {},
    };
    const statements = new Statements(quotedTables(GOOD.request, GOOD.reply, 'postgres'), 'postgres', 1_000);
    const writer = new RequestWriter({ database, statements, clock: movableClock(), openForMs: 60_000, key: 'shared', options: GOOD });
    const written = await writer.write({ service: 'queryName', body: { code: 'A1' } }, callOf(1_000));
    expect(written).toMatchObject({ isJoined: true, id: expect.stringMatching(/^q-/) });
    expect(sent).toEqual(['look', 'insert']);
  });
});

describe('times', () => {
  it('are written in Beijing time and read back, with and without a zone', () => {
    const at = Date.parse('2026-11-25T16:30:00Z');
    expect(writtenTime(at, 'mysql')).toBe('2026-11-26 00:30:00');
    expect(writtenTime(at, 'postgres')).toBe('2026-11-26 00:30:00+08');
    for (const text of [
      '2026-11-26 00:30:00',
      '2026-11-25 16:30:00.000+00',
      '2026-11-26T00:30:00+08:00',
      '2026-11-25T16:30:00Z',
      '2026-11-25 12:00:00-0430',
    ])
      expect(readTime(text).getTime()).toBe(at);
    expect(() => readTime('yesterday')).toThrow(/must be a timestamp/);
  });
});

describe('what databases say', () => {
  it.each([
    [{ code: '28P01' }, 'CREDENTIALS'],
    [{ code: '42501' }, 'CREDENTIALS'],
    [{ code: 'ER_ACCESS_DENIED_ERROR', errno: 1_045, sqlState: '28000' }, 'CREDENTIALS'],
    [{ code: 'ER_DBACCESS_DENIED_ERROR', errno: 1_044, sqlState: '42000' }, 'CREDENTIALS'],
    [{ code: '53300' }, 'THROTTLED'],
    [{ code: 'ER_CON_COUNT_ERROR', errno: 1_040, sqlState: '08004' }, 'THROTTLED'],
    [{ code: 'ER_TOO_MANY_USER_CONNECTIONS', errno: 1_203, sqlState: '42000' }, 'THROTTLED'],
    [{ code: '57014' }, 'TIMEOUT'],
    [{ code: 'ER_STATEMENT_TIMEOUT', errno: 1_969, sqlState: '70100' }, 'TIMEOUT'],
    [{ code: '42P01' }, 'PROTOCOL'],
    [{ code: 'ER_NO_SUCH_TABLE', errno: 1_146, sqlState: '42S02' }, 'PROTOCOL'],
    [{ code: '22001' }, 'REFUSED'],
    [{ code: 'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD', errno: 1_366, sqlState: 'HY000' }, 'REFUSED'],
    [{ code: '57P01' }, 'UNAVAILABLE'],
    [{ code: 'ECONNREFUSED' }, 'UNAVAILABLE'],
    [{}, 'UNAVAILABLE'],
  ])('%j is %s, and none of its words go on', (error, fault) => {
    const trouble = troubleOf(Object.assign(new Error('Key (id)=(321012198812139970) already exists'), error));
    expect(trouble).toMatchObject({ fault, message: expect.not.stringContaining('3210') });
  });
});
