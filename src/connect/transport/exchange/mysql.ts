import type { Socket } from 'node:net';
import type { Pool, PoolConnection, QueryOptions, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
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
/** Statements a connection keeps prepared: we have a dozen. */
const PREPARED = 64;

/** A bounded pool of connections to MySQL or MariaDB. The first statement opens it. */
export function openMysql(target: DatabaseTarget, limits: DatabaseLimits, outbound: Outbound): Database {
  const sockets = new Sockets();
  let pool: Promise<Pool> | undefined;
  let isClosed = false;

  /** Prepared by the server, so that no quoting rule of its settings can turn a value into SQL. */
  async function send<T extends RowDataPacket[] | ResultSetHeader>({ text, values }: Statement): Promise<T> {
    if (isClosed) throw new DatabaseTrouble('UNAVAILABLE', 'closed');
    pool ??= poolOf(target, limits, () => sockets.add(guardedSocket(outbound, target)));
    try {
      return await executed<T>(await (await pool).getConnection(), { sql: text, timeout: limits.statementMs + GRACE_MS }, values);
    } catch (cause) {
      throw troubleOf(cause);
    }
  }

  return {
    read: (statement) =>
      send<RowDataPacket[]>(statement).catch((cause: unknown) => onceMore(cause, () => send<RowDataPacket[]>(statement))),
    write: async (statement) => (await send<ResultSetHeader>(statement)).affectedRows,
    async close() {
      isClosed = true;
      const ended = (await pool)?.end().catch(() => {});
      sockets.destroy();
      await ended;
    },
  };
}

async function executed<T extends RowDataPacket[] | ResultSetHeader>(
  connection: PoolConnection,
  options: QueryOptions,
  values: Statement['values'],
): Promise<T> {
  try {
    const [result] = await connection.execute<T>(options, [...values]);
    connection.release();
    return result;
  } catch (cause) {
    // After a time limit the answer may still come, to whoever uses the connection next.
    if ((cause as { code?: string }).code === 'PROTOCOL_SEQUENCE_TIMEOUT') connection.destroy();
    else connection.release();
    throw cause;
  }
}

async function poolOf(target: DatabaseTarget, { connections, statementMs }: DatabaseLimits, dial: () => Socket): Promise<Pool> {
  const { createPool } = await import('mysql2/promise');
  const pool = createPool({
    host: unbracketed(target.host),
    port: target.port,
    database: target.name,
    user: target.user,
    password: target.password,
    ...(target.tls !== false && { ssl: { rejectUnauthorized: true, ...(target.tls !== true && { ca: target.tls.ca }) } }),
    stream: dial,
    // utf8 of MySQL ends at U+FFFF and would lose 𠮷.
    charset: 'utf8mb4',
    dateStrings: true,
    timezone: '+08:00',
    connectionLimit: connections,
    maxIdle: connections,
    idleTimeout: IDLE_MS,
    connectTimeout: CONNECT_MS,
    maxPreparedStatements: PREPARED,
    flags: ['-LOCAL_FILES'],
  });
  pool.pool.on('connection', (connection) => connection.query(sessionSettings(statementMs), () => {}));
  return pool;
}

/** Beijing time for columns without a zone, and a time limit in the words of either server: MariaDB skips MySQL's and the other way round. */
const sessionSettings = (ms: number): string =>
  `SET time_zone = '+08:00' /*M!100101 , max_statement_time = ${ms / 1_000} */ /*!50708 , max_execution_time = ${ms} */`;
