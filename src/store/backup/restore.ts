import { createReadStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { Driver, Session } from '../database/driver.ts';
import { openEmbedded } from '../database/embedded.ts';
import { knownTo, LOCKS, migrateLocked } from '../database/migrate.ts';
import { GATEWAY, openPostgres } from '../database/postgres.ts';
import { Jobs } from '../jobs/jobs.ts';
import type { Queue } from '../jobs/queues.ts';
import { MIGRATIONS, type Migration } from '../migrations/index.ts';
import { type Content, readManifest } from './manifest.ts';
import { checkPiece, filesUnder, type Piece, writePiece } from './pieces.ts';
import { type Asked, jobsVersion, literal, quoted, speakPlainly, tablesOf } from './tables.ts';

/** A batch of rows is sent when it is so long, in characters or rows. */
const BATCH_CHARACTERS = 1_000_000;
const BATCH_ROWS = 500;

export interface RestoreOptions {
  /** Folder of the backup. */
  readonly folder: string;
  /** The key of the hall that was saved. */
  readonly key: Buffer;
  /** `postgres://…`; without it the embedded database in `data`. */
  readonly url: string | undefined;
  readonly data: string;
  /** Folder that checkpoints go to, and the one that contents of files go to; undefined where those lie elsewhere. */
  readonly checkpoints: string;
  readonly contents: string | undefined;
  readonly queues: readonly Queue[];
  readonly log: { warn(fields: object, message: string): void };
}

/**
 * Restores a backup into an empty database. Everything is checked first; rows come in one transaction, after the files that
 * they name. Throws with what is in the way, and then no row is written.
 */
export async function restoreBackup(options: RestoreOptions): Promise<Content> {
  const { folder, key, contents } = options;
  const content = await readManifest(folder, key);
  const migrations = migrationsOf(content);
  const hasFiles = content.pieces.some(({ path }) => path.startsWith('files/'));
  if (hasFiles && contents === undefined)
    throw new Error('the backup holds contents of files, and files.s3 is set here: restore with files in the folder, or remove files.s3');
  for (const piece of content.pieces) await checkPiece(folder, piece);
  await mustBeFree(options, content);
  const { url, data, log } = options;
  const driver = url ? openPostgres({ url, log, name: 'yimen restore' }) : await openEmbedded(data);
  try {
    await driver.locked(LOCKS.migration, true, (session) => restoreLocked(driver, session, content, migrations, options));
  } finally {
    await driver.close();
  }
  return content;
}

async function restoreLocked(
  driver: Driver,
  session: Session,
  content: Content,
  migrations: readonly Migration[],
  options: RestoreOptions,
): Promise<void> {
  await mustBeAlone(driver, session);
  await mustBeEmpty(session, content);
  await migrateLocked(driver, session, migrations);
  const jobs = new Jobs(driver, options.log);
  try {
    await jobs.install(options.queues);
    await placeFiles(options, content);
    await driver.transaction((transaction) => load(transaction, content, options.folder));
  } finally {
    await jobs.stop();
  }
  await migrateLocked(driver, session, MIGRATIONS);
}

/** The steps that the saved database had been through: the first ones of ours. */
function migrationsOf({ migrations, yimen }: Content): readonly Migration[] {
  const foreign = migrations.find((id, place) => MIGRATIONS[place]?.id !== id);
  if (foreign !== undefined)
    throw new Error(
      `the backup has the migration "${foreign}", which this version of Yimen does not know there: it was made by ${yimen}; restore with that version`,
    );
  return MIGRATIONS.slice(0, migrations.length);
}

/** The embedded database is held by a lock; on PostgreSQL gateways show by the names of their connections. */
async function mustBeAlone({ engine }: Driver, asked: Asked): Promise<void> {
  if (engine === 'embedded') return;
  const { rows } = await asked.query(
    'select count(*)::int as gateways from pg_stat_activity where datname = current_database() and application_name = $1',
    [GATEWAY],
  );
  const connections = Number(rows[0]?.['gateways']);
  if (connections > 0)
    throw new Error(`a gateway runs on this database (${connections} connections): stop all gateways, then restore; nothing was written`);
}

async function mustBeEmpty(asked: Asked, { migrations }: Content): Promise<void> {
  const database = String((await asked.query('select current_database() as name')).rows[0]?.['name']);
  for (const { name } of await tablesOf(asked)) {
    const rows = Number((await asked.query(`select count(*) as rows from ${name}`)).rows[0]?.['rows']);
    if (rows > 0)
      throw new Error(`the database "${database}" is not empty: ${name} has ${rows} rows; restore into a new one. Nothing was written`);
  }
  const later = (await knownTo(asked)).find((id) => !migrations.includes(id));
  if (later) throw new Error(`the database "${database}" has the migration "${later}", which the backup had not: restore into a new one`);
}

/** Checkpoints that are ahead of the backup say what was lost since: nobody overwrites them, and no gateway signs beside them. */
async function mustBeFree({ checkpoints }: RestoreOptions, { pieces }: Content): Promise<void> {
  const saved = new Map(pieces.map((piece) => [piece.path, piece]));
  for (const name of await filesUnder(checkpoints)) {
    const piece = saved.get(`checkpoints/${name}`);
    const isSame = piece !== undefined && (await isPiece(checkpoints, { ...piece, path: name }));
    if (!isSame)
      throw new Error(
        `${checkpoints} holds checkpoints that the backup does not (${name}): move that folder away and keep it, it says what was lost since. Nothing was written`,
      );
  }
}

const isPiece = (folder: string, piece: Piece): Promise<boolean> =>
  checkPiece(folder, piece).then(
    () => true,
    () => false,
  );

async function placeFiles({ folder, checkpoints, contents }: RestoreOptions, { pieces }: Content): Promise<void> {
  for (const { path } of pieces) {
    const [area = '', ...rest] = path.split('/');
    const target = area === 'checkpoints' ? checkpoints : area === 'files' ? contents : undefined;
    if (target === undefined) continue;
    const name = rest.join('/');
    // Whole or not at all: what a restore that was broken off left is written anew.
    await rm(resolve(target, `${name}.part`), { force: true });
    await writePiece(target, `${name}.part`, createReadStream(resolve(folder, path)));
    await rename(resolve(target, `${name}.part`), resolve(target, name));
  }
}

async function load(session: Session, content: Content, folder: string): Promise<void> {
  await speakPlainly(session);
  await mustBeEmpty(session, content);
  const version = await jobsVersion(session);
  if (content.jobs !== undefined && content.jobs !== version)
    throw new Error(
      `the backup has jobs of version ${content.jobs}, this Yimen keeps them in version ${version}: restore with ${content.yimen}`,
    );
  const known = new Map((await tablesOf(session)).map((table) => [table.name, table]));
  for (const saved of content.tables) {
    const columns = known.get(saved.name)?.columns ?? [];
    if (columns.map(({ name }) => name).join() !== saved.columns.join())
      throw new Error(`the table ${saved.name} of the backup has other columns than this version gives it: restore with ${content.yimen}`);
    await loadTable(session, saved, new Map(columns.map(({ name, type }) => [name, type])), folder);
  }
  await renumberEvents(session);
  for (const { name, columns } of known.values())
    for (const column of columns.filter(({ counts }) => counts)) await countOn(session, name, column.name);
}

async function loadTable(
  session: Session,
  saved: Content['tables'][number],
  types: ReadonlyMap<string, string>,
  folder: string,
): Promise<void> {
  const columns = saved.columns.map(quoted).join(', ');
  const values = saved.columns.map((name) => `(row->>${literal(name)})::${types.get(name)}`).join(', ');
  const insert = `insert into ${saved.name} (${columns}) overriding system value select ${values} from json_array_elements($1::json) as row`;
  let loaded = 0;
  for await (const batch of batches(resolve(folder, saved.path))) {
    await session.query(insert, [`[${batch.join(',')}]`]);
    loaded += batch.length;
  }
  if (loaded !== saved.rows) throw new Error(`${saved.path} has ${loaded} rows, the manifest says ${saved.rows}; nothing was written`);
}

async function* batches(file: string): AsyncGenerator<readonly string[]> {
  let batch: string[] = [];
  let characters = 0;
  const input = createReadStream(file).pipe(createGunzip());
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    batch.push(line);
    characters += line.length;
    if (characters < BATCH_CHARACTERS && batch.length < BATCH_ROWS) continue;
    yield batch;
    batch = [];
    characters = 0;
  }
  if (batch.length > 0) yield batch;
}

/** New places of events begin so far after the saved ones that a place which was given out since and lost is never given again. */
const LOST_EVENTS = 1_000_000_000;

/**
 * Events are read in the order of transactions, and a new database counts its transactions anew: a restored event with its old
 * number would seem to be yet to come. All restored ones are put into the first transaction there is, in the order they had.
 */
async function renumberEvents(asked: Asked): Promise<void> {
  await asked.query('alter table yimen.case_events alter column id set generated by default');
  // In two steps, through places that no event has, so that no two are ever at the same one.
  await asked.query(`
    update yimen.case_events e set xact = '1', id = -o.place
    from (select xact, id, row_number() over (order by xact, id) as place from yimen.case_events) o
    where e.xact = o.xact and e.id = o.id`);
  await asked.query("update yimen.case_events set xact = '3', id = -id where xact = '1'");
  await asked.query('alter table yimen.case_events alter column id set generated always');
}

async function countOn(asked: Asked, table: string, column: string): Promise<void> {
  await asked.query(`select setval(pg_get_serial_sequence($1, $2), (select coalesce(max(${quoted(column)}), 0) from ${table}) + $3)`, [
    table,
    column,
    LOST_EVENTS,
  ]);
}
