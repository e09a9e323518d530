import { createClient } from 'redis';
import { openSource } from './backup/open.ts';
import { knownTo } from './database/migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';

const CONNECT_MS = 4_000;

/** What a server says of itself. */
export interface Looked {
  /** Version in its own words. */
  readonly version: string;
  /** How far its clock is ahead of this machine's, in milliseconds; half of what asking took is not known. */
  readonly aheadMs: number;
}

/** A database as it is. */
export interface LookedDatabase extends Looked {
  /** As PostgreSQL numbers it: 160004 is 16.4. */
  readonly number: number;
  /** Steps that this version would take. */
  readonly pending: readonly string[];
  /** A step that only a later version knows. */
  readonly later: string | undefined;
}

/** Looks at the database and changes nothing in it. Rejects where it cannot be reached. */
export async function lookAtDatabase(where: { readonly url: string | undefined; readonly folder: string }): Promise<LookedDatabase> {
  const source = await openSource({ ...where, log: { warn() {} } });
  try {
    return await source.snapshot(async (asked) => {
      const known = await knownTo(asked);
      const server = await asked.query(
        "select current_setting('server_version') as version, current_setting('server_version_num') as number",
      );
      const before = Date.now();
      const { rows } = await asked.query('select extract(epoch from clock_timestamp()) * 1000 as now');
      const { version, number } = server.rows[0] ?? {};
      return {
        version: String(version),
        number: Number(number),
        aheadMs: ahead(Number(rows[0]?.['now']), before),
        pending: MIGRATIONS.map(({ id }) => id).filter((id) => !known.includes(id)),
        later: known.find((id) => !MIGRATIONS.some((migration) => migration.id === id)),
      };
    });
  } finally {
    await source.close();
  }
}

/** Looks at the Redis that replicas share. Rejects where it cannot be reached. */
export async function lookAtRedis(url: string): Promise<Looked> {
  const client = createClient({ url, RESP: 2, socket: { connectTimeout: CONNECT_MS, reconnectStrategy: false } });
  client.on('error', () => {});
  try {
    await client.connect();
    const version = /redis_version:([\w.]+)/.exec(await client.info('server'))?.[1] ?? 'unknown';
    const before = Date.now();
    const [seconds, micros] = (await client.sendCommand(['TIME'])) as unknown as [string, string];
    return { version, aheadMs: ahead(Number(seconds) * 1_000 + Number(micros) / 1_000, before) };
  } finally {
    if (client.isOpen) client.destroy();
  }
}

/** A clock that was read between two looks at ours. */
function ahead(theirs: number, before: number): number {
  const now = Date.now();
  if (theirs >= before && theirs <= now) return 0;
  return Math.round(theirs < before ? theirs - before : theirs - now);
}
