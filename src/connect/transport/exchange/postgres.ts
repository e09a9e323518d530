import type { Socket } from 'node:net';
import type { CustomTypesConfig, Pool } from 'pg';
import { unbracketed } from '../../outbound/allow-list.ts';
import { guardedSocket } from '../../outbound/dial.ts';
import type { Outbound } from '../../outbound/outbound.ts';
import type { Database, DatabaseLimits, DatabaseTarget, Statement } from './database.ts';
import { onceMore, Sockets } from './pooling.ts';
import { DatabaseTrouble, troubleOf } from './trouble.ts';

const CONNECT_MS = 5_000;
const IDLE_MS = 30_000;
/** The client gives up a little after the server should have. */
const GRACE_MS = 500;

/** bytea stays bytes; all else is text, as PostgreSQL writes it: a driver would read a timestamp in this machine's zone. */
const BYTES = 17;
const asText: CustomTypesConfig = {
  getTypeParser: (type: number) => (text: string) => (type === BYTES ? Buffer.from(text.slice(2), 'hex') : text),
};

/** A bounded pool of connections to PostgreSQL. The first statement opens it. */
export function openPostgres(target: DatabaseTarget, limits: DatabaseLimits, outbound: Outbound): Database {
  const sockets = new Sockets();
  let pool: Promise<Pool> | undefined;
  let isClosed = false;

  async function send({ text, values }: Statement) {
    if (isClosed) throw new DatabaseTrouble('UNAVAILABLE', 'closed');
    pool ??= poolOf(target, limits, () => sockets.add(guardedSocket(outbound, target)));
    let at = 0;
    const numbered = text.replace(/\?/g, () => `$${++at}`);
    try {
      return await (await pool).query<Record<string, unknown>>(numbered, [...values]);
    } catch (cause) {
      throw troubleOf(cause);
    }
  }

  return {
    read: async (statement) => (await send(statement).catch((cause: unknown) => onceMore(cause, () => send(statement)))).rows,
    write: async (statement) => (await send(statement)).rowCount ?? 0,
    async close() {
      isClosed = true;
      const ended = (await pool)?.end().catch(() => {});
      sockets.destroy();
      await ended;
    },
  };
}

async function poolOf(target: DatabaseTarget, { connections, statementMs }: DatabaseLimits, dial: () => Socket): Promise<Pool> {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({
    host: unbracketed(target.host),
    port: target.port,
    database: target.name,
    user: target.user,
    password: target.password,
    ssl: target.tls === false ? false : { rejectUnauthorized: true, ...(target.tls !== true && { ca: target.tls.ca }) },
    stream: () => alreadyDialled(dial()),
    types: asText,
    max: connections,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: IDLE_MS,
    statement_timeout: statementMs,
    query_timeout: statementMs + GRACE_MS,
    application_name: 'yimen',
    client_encoding: 'UTF8',
    allowExitOnIdle: true,
  });
  // A connection that dies while nobody uses it is taken out by the pool; without a listener it would end the process.
  pool.on('error', () => {});
  return pool;
}

/** The driver connects what it is given; this socket is on its way already, to an address that was checked. */
function alreadyDialled(socket: Socket): Socket {
  socket.connect = () => socket;
  return socket;
}
