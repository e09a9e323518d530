/** Real database servers for tests of exchange databases: tables, users, doors and gateways of a test's own, gone when it ends. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, connect as dial, type Socket } from 'node:net';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { expect } from 'vitest';
import { z } from 'zod';
import { type MovableClock, movableClock } from '../clock/index.ts';
import { databaseFace } from './database-face.ts';
import { AgencyError } from './errors.ts';
import { Secret } from './secret.ts';
import type { ExchangeClient, ExchangeWatch } from './transport/exchange/client.ts';
import { proposedTables } from './transport/exchange/ddl.ts';
import type { ExchangeOptions, ReplyTable, RequestTable } from './transport/exchange/options.ts';
import type { Dialect } from './transport/exchange/tables.ts';
import type { Call } from './types.ts';

type Value = string | number | Buffer | null;

/** Someone who may do everything there: the agency's side, and whoever makes and drops tables. */
interface Admin {
  /** `$1` or `?`, as the server has it. */
  query<T>(text: string, values?: readonly Value[]): Promise<T[]>;
  close(): Promise<void>;
}

interface ServerKind {
  readonly url: string;
  /** The variable that names another one. */
  readonly variable: string;
  connect(): Promise<Admin>;
  /** Statements that make a user with a password, give it nothing but what the hall needs, and drop it. */
  user(name: string, password: string): { readonly create: string; readonly grants: readonly string[]; readonly drop: readonly string[] };
  kill(user: string, admin: Admin): Promise<unknown>;
}

const POSTGRES_URL = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const MARIADB_URL = process.env['MARIADB_URL'] ?? 'mysql://root@127.0.0.1:3306/test';

/** All that the hall needs. */
const rights = (schema: string, users: string): readonly string[] => [
  `GRANT SELECT, INSERT ON ${schema}.qqb TO ${users}`,
  `GRANT SELECT, UPDATE (dqbz) ON ${schema}.ydb TO ${users}`,
];

const SERVERS: Readonly<Record<Dialect, ServerKind>> = {
  postgres: {
    url: POSTGRES_URL,
    variable: 'DATABASE_URL',
    async connect() {
      const client = new pg.Client({ connectionString: POSTGRES_URL, connectionTimeoutMillis: 1_000 });
      await client.connect();
      return {
        query: async <T>(text: string, values: readonly Value[] = []) => (await client.query(text, [...values])).rows as T[],
        close: () => client.end(),
      };
    },
    user: (name, password) => ({
      create: `CREATE ROLE ${name} LOGIN PASSWORD '${password}'`,
      grants: [`GRANT USAGE ON SCHEMA ${name} TO ${name}`, ...rights(name, name)],
      drop: [`DROP SCHEMA ${name} CASCADE`, `DROP ROLE ${name}`],
    }),
    kill: (user, admin) => admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [user]),
  },
  mysql: {
    url: MARIADB_URL,
    variable: 'MARIADB_URL',
    async connect() {
      const client = await mysql.createConnection({ uri: MARIADB_URL, connectTimeout: 1_000, dateStrings: true, charset: 'utf8mb4' });
      const query = async <T>(text: string, values: readonly Value[] = []) => (await client.query(text, [...values]))[0] as T[];
      return { query, close: () => client.end() };
    },
    // Where anonymous users of localhost are left, they come before a user of every host.
    user: (name, password) => ({
      create: `CREATE USER ${name} IDENTIFIED BY '${password}', ${name}@localhost IDENTIFIED BY '${password}'`,
      grants: rights(name, `${name}, ${name}@localhost`),
      drop: [`DROP SCHEMA ${name}`, `DROP USER ${name}, ${name}@localhost`],
    }),
    async kill(user, admin) {
      const rows = await admin.query<{ id: number }>('SELECT id FROM information_schema.processlist WHERE user = ?', [user]);
      await Promise.all(rows.map(({ id }) => admin.query(`KILL ${Number(id)}`).catch(() => undefined)));
    },
  },
};

/** Why tests on such a server cannot run here; undefined where they can. */
export const noServer: Readonly<Record<Dialect, string | undefined>> = {
  postgres: await whyNot('postgres'),
  mysql: await whyNot('mysql'),
};

async function whyNot(dialect: Dialect): Promise<string | undefined> {
  const { url, variable, connect } = SERVERS[dialect];
  try {
    await (await connect()).close();
    return undefined;
  } catch {
    const reason = `no ${dialect} answers at ${new URL(url).host}; set ${variable}`;
    console.warn(`skipped: exchange databases on ${dialect}, because ${reason}`);
    return reason;
  }
}

/** A way to a server that can be shut, as if the server were away, or go silent. */
interface Door {
  readonly port: number;
  shut(): void;
  open(): void;
  silence(): void;
}

/** An exchange database on a real server, as its agency sees it. */
export interface TestExchange extends AsyncDisposable {
  readonly dialect: Dialect;
  /** Through the door, with the hall's user. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly request: RequestTable;
  readonly reply: ReplyTable;
  readonly door: Door;
  /** Everything in the request table, the oldest first. */
  requests(): Promise<
    readonly { readonly id: string; readonly service: string; readonly payload: string | Buffer; readonly [column: string]: unknown }[]
  >;
  /** Everything in the reply table. */
  replies(): Promise<readonly { readonly id: string; readonly mark: string | null }[]>;
  /** Writes a reply. */
  answer(id: string, payload: string | Buffer | null, more?: { readonly code?: string; readonly signature?: string }): Promise<void>;
  /** Runs a statement of the agency's in its schema; `hall` in a grant is the hall's user. */
  run(statement: string): Promise<void>;
  /** Cuts every connection of the hall. */
  kill(): Promise<void>;
  /** Takes every right from the hall. */
  revoke(): Promise<void>;
}

const REQUEST = { id: 'lsh', service: 'fwbm', payload: 'qqnr', createdAt: 'cjsj', fixed: { dwbm: 'hall-321071' } };
const SIGNED = { signature: 'qm' };
const REPLY = { id: 'lsh', payload: 'ydnr', read: 'dqbz', code: 'jgdm' };

/** Makes the tables, a user that may do no more than it must, and a door. */
export async function openTestExchange(dialect: Dialect, payload: 'text' | 'bytes' = 'text'): Promise<TestExchange> {
  const server = SERVERS[dialect];
  const admin = await server.connect();
  const name = `yimen_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(9).toString('hex');
  const user = server.user(name, password);
  const request: RequestTable = { table: `${name}.qqb`, ...REQUEST };
  const reply: ReplyTable = { table: `${name}.ydb`, ...REPLY };
  await admin.query(`CREATE SCHEMA ${name}`);
  for (const statement of proposedTables({ request: { ...request, ...SIGNED }, reply: { ...reply, ...SIGNED }, payload }, dialect))
    await admin.query(statement);
  await admin.query(user.create);
  for (const grant of user.grants) await admin.query(grant);
  const { hostname, port, pathname } = new URL(server.url);
  const door = await openDoor(hostname, Number(port || (dialect === 'postgres' ? 5_432 : 3_306)));
  const database = dialect === 'postgres' ? pathname.slice(1) : name;
  const place = (i: number) => (dialect === 'postgres' ? `$${i}` : '?');
  return {
    dialect,
    url: `${dialect}://127.0.0.1:${door.port}/${database}`,
    user: name,
    password,
    request,
    reply,
    door,
    requests: () => admin.query(`SELECT lsh AS id, fwbm AS service, qqnr AS payload, q.* FROM ${request.table} q ORDER BY cjsj, lsh`),
    replies: () => admin.query(`SELECT lsh AS id, dqbz AS mark FROM ${reply.table}`),
    async answer(id, body, { code = '0', signature } = {}) {
      const places = [1, 2, 3, 4].map(place).join(', ');
      await admin.query(`INSERT INTO ${reply.table} (lsh, ydnr, jgdm, qm) VALUES (${places})`, [id, body, code, signature ?? null]);
    },
    async run(statement) {
      await admin.query(dialect === 'postgres' ? `SET search_path TO ${name}` : `USE ${name}`);
      await admin.query(statement.replace(/ TO hall$/, dialect === 'postgres' ? ` TO ${name}` : ` TO ${name}, ${name}@localhost`));
    },
    kill: async () => void (await server.kill(name, admin)),
    async revoke() {
      for (const grant of user.grants) await admin.query(grant.replace('GRANT', 'REVOKE').replace(/ TO (.+)$/, ' FROM $1'));
    },
    async [Symbol.asyncDispose]() {
      await door.close();
      await server.kill(name, admin);
      for (const statement of user.drop) await admin.query(statement);
      await admin.close();
    },
  };
}

async function openDoor(host: string, port: number): Promise<Door & { close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const state = { isShut: false, isSilent: false };
  const keep = (socket: Socket) => sockets.add(socket.on('error', () => {}).once('close', () => sockets.delete(socket)));
  const server = createServer((incoming) => {
    keep(incoming);
    if (state.isShut) return void incoming.destroy();
    const outgoing = dial({ host, port });
    keep(outgoing);
    incoming.on('data', (chunk) => state.isSilent || outgoing.write(chunk)).once('close', () => outgoing.destroy());
    outgoing.on('data', (chunk) => state.isSilent || incoming.write(chunk)).once('close', () => incoming.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const cut = () => [...sockets].forEach((socket) => void socket.destroy());
  return {
    port: (server.address() as { port: number }).port,
    shut() {
      state.isShut = true;
      cut();
    },
    open: () => void Object.assign(state, { isShut: false, isSilent: false }),
    silence: () => void Object.assign(state, { isSilent: true }),
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

/** What a name is answered with. */
export const Answer = z.object({ name: z.string() });
/** Long enough for whatever an agency does in a test. */
export const PATIENT_MS = 8_000;

/** One question of a clerk, who waits so long. */
export const callOf = (ms: number): Call => ({
  caller: { role: 'clerk', actor: 'test' },
  signal: AbortSignal.timeout(ms),
  traceId: 'test',
  connector: 'city',
  agency: 'offices',
  operation: 'Project.reviews',
});

/** One gateway at an exchange. */
export interface Gateway extends AsyncDisposable, ExchangeClient {
  readonly watch: ExchangeWatch;
  readonly clock: MovableClock;
  /** What was written into its log as a warning. */
  readonly logged: string[];
  /** Asks for the name behind a code. */
  name(code: string, ms?: number): Promise<string | null>;
  close(): Promise<void>;
}

/** Opens a gateway at an exchange. */
export function gatewayAt(exchange: TestExchange, more: Partial<ExchangeOptions> = {}): Gateway {
  const closers: (() => Promise<void>)[] = [];
  const watches: ExchangeWatch[] = [];
  const clock = movableClock();
  const logged: string[] = [];
  const quiet = () => {};
  const warn = (fields: object, text: string) => void logged.push(JSON.stringify({ ...fields, text }));
  const face = databaseFace({
    clock,
    log: { debug: quiet, info: quiet, warn, error: quiet },
    connections: 4,
    outbound: { loopback: true },
    agency: 'offices',
    onOpen: (close) => closers.push(close),
    onExchange: (watch) => watches.push(watch),
  });
  const { url, user, password, request, reply } = exchange;
  const client = face.exchange({ url, user, password: new Secret(password), request, reply, pollEvery: '20ms', ...more });
  const close = async () => void (await Promise.all(closers.splice(0).map((it) => it())));
  const watch = watches[0] ?? expect.fail('the exchange was not shown to the engine');
  return {
    ask: (...args) => client.ask(...args),
    put: (...args) => client.put(...args),
    take: (...args) => client.take(...args),
    name: async (code, ms = PATIENT_MS) => (await client.ask('queryName', { code }, Answer, callOf(ms)))?.name ?? null,
    watch,
    clock,
    logged,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A good reply. */
export const named = (name: string): string => JSON.stringify({ name });
/** The states of what is open, the oldest first. */
export const openAt = async ({ watch }: Gateway) => (await watch.open()).requests.map(({ state }) => state);

/** The fault that came of something. */
export async function faultOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (error instanceof AgencyError) return error.fault;
  throw new Error('an AgencyError was expected', { cause: error });
}

/** The ids of so many requests, as soon as the agency sees them. */
export async function seen(exchange: TestExchange, count: number): Promise<readonly string[]> {
  await expect.poll(async () => (await exchange.requests()).length, { interval: 10, timeout: 5_000 }).toBe(count);
  return (await exchange.requests()).map(({ id }) => id);
}
