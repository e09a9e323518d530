import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { drizzle } from 'drizzle-orm/node-postgres';
import { Client, Pool, type PoolClient } from 'pg';
import type { Driver, Rows, Session } from './driver.ts';
import { isUnavailable, StoreUnavailable } from './unavailable.ts';

const CONNECT_MS = 5_000;
const STATEMENT_MS = 30_000;
/** A process that stands still in the middle of a transaction must not hold its rows against all others. */
const IDLE_IN_TRANSACTION_MS = 15_000;
const LISTEN_AGAIN_MS = 500;
const CONNECTIONS = 12;
/** What connections of gateways are called at the server. */
export const GATEWAY = 'yimen';

export interface PostgresOptions {
  readonly url: string;
  readonly connections?: number;
  /** How connections are called at the server; default is what gateways are called. */
  readonly name?: string;
  readonly log: { warn(fields: object, message: string): void };
}

/** PostgreSQL, reached over a pool that nobody else sees. */
export function openPostgres({ url, connections = CONNECTIONS, name = GATEWAY, log }: PostgresOptions): Driver {
  const common = { connectionString: url, connectionTimeoutMillis: CONNECT_MS, application_name: name };
  const pool = new Pool({
    ...common,
    max: connections,
    statement_timeout: STATEMENT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', (error) => log.warn({ err: error }, 'a database connection broke'));
  const broken = new WeakSet<PoolClient>();
  // The same for one that breaks while somebody has it and asks nothing at that moment.
  pool.on('connect', (client) => client.on('error', () => broken.add(client)));
  const process = randomBytes(9).toString('base64url');
  const writers = new WeakMap<PoolClient, string>();
  const faces = new WeakMap<PoolClient, Session['db']>();
  let opened = 0;

  function session(client: PoolClient): Session {
    const writer = writers.get(client) ?? `${process}.${++opened}`;
    writers.set(client, writer);
    const db = faces.get(client) ?? drizzle({ client });
    faces.set(client, db);
    return { db, query: (text, values, name) => run(client, text, values, name), writer };
  }

  async function connected<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect().catch(unavailable);
    try {
      return await work(client);
    } catch (cause) {
      if (isUnavailable(cause)) broken.add(client);
      throw cause;
    } finally {
      // A connection of unknown state must not be handed to the next one who asks.
      client.release(broken.has(client));
    }
  }

  return {
    engine: 'postgres',
    db: drizzle({ client: pool }),
    query: (text, values) => run(pool, text, values),
    transaction: (work) => connected((client) => inTransaction(session(client), work)),
    single: (work) => connected((client) => work(session(client))),
    locked: (lock, wait, work) => connected((client) => whileLocked(session(client), lock, wait, work)),
    listen: (channel, onNotice) => listening({ ...common, keepAlive: true }, channel, onNotice),
    close: () => pool.end(),
  };
}

function unavailable(cause: unknown): never {
  throw isUnavailable(cause) ? new StoreUnavailable(cause) : cause;
}

async function run(client: Pool | PoolClient, text: string, values: readonly unknown[] = [], name?: string): Promise<Rows> {
  const asked = name === undefined ? client.query(text, [...values]) : client.query({ name, text, values: [...values] });
  return asked.catch(unavailable);
}

async function inTransaction<T>(session: Session, work: (session: Session) => Promise<T>): Promise<T> {
  await session.query('begin');
  try {
    const result = await work(session);
    await session.query('commit');
    return result;
  } catch (cause) {
    // Where the line is broken the server rolls back by itself; the first error is the one to tell.
    await session.query('rollback').catch(() => {});
    return unavailable(cause);
  }
}

async function whileLocked<T>(session: Session, lock: number, wait: boolean, work: (session: Session) => Promise<T>) {
  if (wait) await session.query('select pg_advisory_lock($1)', [lock]);
  else if (!(await session.query('select pg_try_advisory_lock($1) as held', [lock])).rows[0]?.['held']) return undefined;
  try {
    return await work(session);
  } finally {
    await session.query('select pg_advisory_unlock($1)', [lock]).catch(() => {});
  }
}

/** Listens on a line of its own and comes back after every break; whoever listens is told that something may be missing. */
async function listening(options: object, channel: string, onNotice: (text: string) => void): Promise<() => Promise<void>> {
  let client: Client | undefined;
  const stopped = new AbortController();
  const { signal } = stopped;
  async function open(): Promise<void> {
    const opening = new Client(options);
    opening.on('notification', ({ payload }) => onNotice(payload ?? ''));
    opening.on('error', () => {});
    try {
      await opening.connect();
      await opening.query(`listen ${opening.escapeIdentifier(channel)}`);
    } catch (cause) {
      void opening.end().catch(() => {});
      throw cause;
    }
    if (signal.aborted) return opening.end();
    client = opening;
    // Only of a line that stood: one that could not be opened ends as well, and is tried again already.
    opening.once('end', () => void again());
    onNotice('');
  }
  async function again(): Promise<void> {
    while (!signal.aborted) {
      await delay(LISTEN_AGAIN_MS, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted || (await open().then(isDone, isNotDone))) return;
    }
  }
  await open().catch(unavailable);
  return async () => {
    stopped.abort();
    await client?.end().catch(() => {});
  };
}

const isDone = () => true;
const isNotDone = () => false;
