import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { PGlite, type Transaction } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import type { Driver, Rows } from './driver.ts';
import { emptyDatabase, unpackEmpty } from './empty.ts';
import { lockFolder } from './folder-lock.ts';

/**
 * PostgreSQL in this process, for a laptop, a demo or a small hall. It survives a killed process, not a power cut: it never
 * asks the disk to flush. `folder` undefined keeps everything in memory.
 */
export async function openEmbedded(folder?: string): Promise<Driver> {
  const unlock = folder === undefined ? () => {} : lockFolder(folder);
  const database = await opened(folder).catch((cause: unknown) => {
    unlock();
    throw cause;
  });
  const writer = randomBytes(9).toString('base64url');
  const query = (text: string, values: readonly unknown[] = []): Promise<Rows> => asked(database, text, values);
  const driver: Driver = {
    engine: 'embedded',
    db: drizzle({ client: database }),
    query,
    transaction: (work) =>
      database.transaction((tx) =>
        work({
          // The library's types ask for a whole database; a transaction has all that queries need.
          db: drizzle({ client: tx as unknown as PGlite }),
          query: (text, values = []) => asked(tx, text, values),
          writer,
        }),
      ) as ReturnType<typeof work>,
    single: (work) => work({ db: driver.db, query, writer }),
    // One process, one connection: who asks has the lock.
    locked: (_lock, _wait, work) => work({ db: driver.db, query, writer }),
    listen: (channel, onNotice) => database.listen(channel, onNotice),
    async close() {
      await database.close();
      unlock();
    },
  };
  return driver;
}

/** Without values there may be several statements, as PostgreSQL's simple protocol takes them; the last one's rows count. */
async function asked(database: PGlite | Transaction, text: string, values: readonly unknown[]): Promise<Rows> {
  if (values.length > 0) return database.query<Record<string, unknown>>(text, [...values]);
  const results = await database.exec(text);
  return { rows: results.at(-1)?.rows ?? [] };
}

/** Whether a folder holds an embedded database already. */
export const holdsDatabase = (folder: string): boolean => existsSync(resolve(folder, 'database'));

async function opened(folder: string | undefined): Promise<PGlite> {
  if (folder === undefined) return PGlite.create(emptyDatabase());
  const dataDir = resolve(folder, 'database');
  if (!existsSync(dataDir)) await layOut(dataDir);
  return PGlite.create({ dataDir });
}

/** Beside its place, and moved there when it is whole: a process that is killed meanwhile leaves nothing that looks like a database. */
async function layOut(dataDir: string): Promise<void> {
  const begun = `${dataDir}.new`;
  rmSync(begun, { recursive: true, force: true });
  mkdirSync(begun, { recursive: true });
  if (!unpackEmpty(begun)) await (await PGlite.create({ dataDir: begun })).close();
  renameSync(begun, dataDir);
}
