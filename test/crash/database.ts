import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Client } from 'pg';

type Row = Readonly<Record<string, unknown>>;

/** Asks the hall's database, past the gateway. */
export type Asked = (text: string) => Promise<readonly Row[]>;

/** Opens a database that no gateway has open any more. */
export async function openDatabase(folder: string, url: string | undefined): Promise<AsyncDisposable & { readonly asked: Asked }> {
  if (url) {
    const client = new Client({ connectionString: url });
    await client.connect();
    return { asked: async (text) => (await client.query(text)).rows as Row[], [Symbol.asyncDispose]: () => client.end() };
  }
  const database = await PGlite.create({ dataDir: join(folder, 'data/database') });
  return { asked: async (text) => (await database.query<Row>(text)).rows, [Symbol.asyncDispose]: () => database.close() };
}
