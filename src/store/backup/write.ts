import { open, readFile, rename } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createGzip } from 'node:zlib';
import type { Driver } from '../database/driver.ts';
import { knownTo } from '../database/migrate.ts';
import { type Content, MANIFEST, manifestOf } from './manifest.ts';
import { filesUnder, type Piece, takeFolder, writePiece } from './pieces.ts';
import { type Asked, jobsVersion, literal, quoted, speakPlainly, type Table, tablesOf } from './tables.ts';

/** Rows that are read at once. */
const PAGE = 500;

/** A database that can be read as it was at one moment. */
export interface Source {
  readonly engine: Driver['engine'];
  /** Everything that `work` reads is of one moment, whoever writes meanwhile. */
  snapshot<T>(work: (asked: Asked) => Promise<T>): Promise<T>;
}

export interface BackupOptions {
  /** New, or empty. */
  readonly folder: string;
  /** Folder of the checkpoints of proof. */
  readonly checkpoints: string;
  /** Folder of the contents of files; undefined where they lie elsewhere. */
  readonly contents: string | undefined;
  /** The key of the hall: seals the manifest, and is not in it. */
  readonly key: Buffer;
  readonly version: string;
  readonly notHeld: readonly string[];
  readonly now: () => Date;
}

export const snapshotOf =
  (driver: Driver): Source['snapshot'] =>
  (work) =>
    driver.transaction(async (session) => {
      await session.query('set transaction isolation level repeatable read, read only');
      await speakPlainly(session);
      return work(session);
    });

/** Areas of contents that are saved; what is just being received is in no row yet. */
const AREA = /^(?:contents|quarantine)\//;

/**
 * Writes a backup. Checkpoints are copied before the moment of the snapshot, so that none is ahead of the chain that is saved;
 * contents after it, so that none that a row names is lacking. The manifest comes last: without it there is no backup.
 */
export async function writeBackup(source: Source, options: BackupOptions): Promise<Content> {
  const { folder, contents, key } = options;
  await takeFolder(folder);
  const checkpoints = await copied(options.checkpoints, folder, 'checkpoints', () => true);
  const saved = await source.snapshot((asked) => writeTables(asked, folder));
  const files = contents === undefined ? [] : await copied(contents, folder, 'files', (name) => AREA.test(name));
  const content: Content = {
    format: 1,
    yimen: options.version,
    at: options.now().toISOString(),
    engine: source.engine,
    ...saved.about,
    tables: saved.tables,
    pieces: [...saved.pieces, ...files, ...checkpoints],
    notHeld: [...options.notHeld],
  };
  await writePiece(folder, `${MANIFEST}.part`, once(manifestOf(content, key)));
  await rename(resolve(folder, `${MANIFEST}.part`), resolve(folder, MANIFEST));
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
  return content;
}

async function writeTables(asked: Asked, folder: string) {
  const pieces: Piece[] = [];
  const tables: Content['tables'] = [];
  for (const table of await tablesOf(asked)) {
    const count = { rows: 0 };
    const path = `tables/${table.name}.ndjson.gz`;
    pieces.push(await writePiece(folder, path, lines(asked, table, count), createGzip()));
    tables.push({ name: table.name, columns: table.columns.map(({ name }) => name), rows: count.rows, path });
  }
  return { about: await aboutDatabase(asked), tables, pieces };
}

async function aboutDatabase(asked: Asked): Promise<Pick<Content, 'server' | 'migrations' | 'jobs'>> {
  const server = String((await asked.query("select current_setting('server_version') as server")).rows[0]?.['server']);
  return { server, migrations: [...(await knownTo(asked))], jobs: await jobsVersion(asked) };
}

/** Rows of a table as lines of JSON; every value is the database's own text for it, which any other server reads back. */
async function* lines(asked: Asked, { name, columns, only }: Table, count: { rows: number }): AsyncGenerator<string> {
  const values = columns.map((column) => `${literal(column.name)}, ${quoted(column.name)}::text`).join(', ');
  const where = only ? ` where ${only}` : '';
  await asked.query(`declare backup no scroll cursor for select json_build_object(${values})::text as row from ${name}${where}`);
  for (;;) {
    const { rows } = await asked.query(`fetch ${PAGE} from backup`);
    count.rows += rows.length;
    if (rows.length > 0) yield `${rows.map(({ row }) => String(row)).join('\n')}\n`;
    if (rows.length < PAGE) break;
  }
  await asked.query('close backup');
}

/** Copies files. One that is deleted meanwhile belonged to no case. */
async function copied(from: string, folder: string, as: string, isWanted: (name: string) => boolean): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for (const name of (await filesUnder(from)).filter(isWanted)) {
    const handle = await open(resolve(from, name), 'r').catch(onlyGone);
    if (!handle) continue;
    // A line that is just being written is not one yet.
    const source = name.endsWith('.jsonl') ? once(wholeLines(await readFile(handle))) : handle.createReadStream({ autoClose: false });
    pieces.push(await writePiece(folder, `${as}/${name}`, source).finally(() => handle.close()));
  }
  return pieces;
}

const wholeLines = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.lastIndexOf('\n') + 1);

function onlyGone(cause: NodeJS.ErrnoException): undefined {
  if (cause.code !== 'ENOENT') throw cause;
}

async function* once(content: Buffer | string): AsyncGenerator<Buffer | string> {
  yield content;
}
