/**
 * Makes the files of an empty PGlite, from which embedded databases and those of sandboxes start: `npm run prepare`. To lay
 * them out anew takes four times as long and twice the memory each time a hall, a sandbox or a test needs one.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';

const folder = resolve(import.meta.dirname, '..', 'dist');
const db = await PGlite.create();
// Nobody makes more databases from templates: they are two thirds of the files.
await db.exec('update pg_database set datistemplate = false');
for (const name of ['template0', 'template1']) await db.exec(`drop database ${name}`);
await db.exec('checkpoint');
const files = await db.dumpDataDir('gzip');
await db.close();
mkdirSync(folder, { recursive: true });
writeFileSync(resolve(folder, 'empty-database.tgz'), Buffer.from(await files.arrayBuffer()));
