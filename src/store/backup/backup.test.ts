/** What a backup holds, and what may be restored. */
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { sql } from 'drizzle-orm';
import { afterAll, describe, expect, it } from 'vitest';
import { openStore, type Queue, restoreBackup, type Store, writeBackup } from '../index.ts';
import { noPostgres, openTestDatabase } from '../testing.ts';
import { manifestOf } from './manifest.ts';

const QUEUE: Queue = { name: 'errand', retryLimit: 5, retryDelay: 1, expireInSeconds: 5, concurrency: 4 };
const log = { warn() {} };
const clock = { now: () => Date.now() };
const key = randomBytes(32);
const root = mkdtempSync(join(tmpdir(), 'yimen-backup-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
const fresh = () => join(root, String(++folders));

/** A place for a database, of either engine. */
type Home = AsyncDisposable & { readonly url?: string; readonly folder: string };
const embedded = async (): Promise<Home> => ({ folder: fresh(), async [Symbol.asyncDispose]() {} });
const postgres = async (): Promise<Home> => {
  const database = await openTestDatabase();
  return { url: database.url, folder: fresh(), [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
};

/** Where both are there, the one that is quicker to open. */
const anywhere = noPostgres === undefined ? postgres : embedded;

const open = ({ url, folder }: Home) => openStore({ url, folder, clock, log, queues: [QUEUE] });

const save = (store: Store, home: Home, folder = fresh()) =>
  writeBackup(store, {
    folder,
    checkpoints: join(home.folder, 'checkpoints'),
    contents: join(home.folder, 'files'),
    key,
    version: '0.1.0',
    notHeld: ['the keys'],
    now: () => new Date(),
  }).then((content) => ({ folder, content }));

const restore = (folder: string, { url, folder: data }: Home, given: Buffer = key) =>
  restoreBackup({
    folder,
    key: given,
    url,
    data,
    checkpoints: join(data, 'checkpoints'),
    contents: join(data, 'files'),
    queues: [QUEUE],
    log,
  });

const rows = async (store: Store, text: string) =>
  ((await store.db.execute(sql.raw(text))) as unknown as { rows: Record<string, unknown>[] }).rows;

const NEW_CASE = (id: string, number: string) => sql`
  insert into yimen.cases (id, number, channel, subject, opened_by, block, sealed, status, opened_at, changed_at)
  values (${id}, ${number}, 'counter', 's', 'o', 'b', '\\x00ff10'::bytea, 'DRAFT', '2026-11-01T00:00:00.123456Z', now())`;
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** One case with everything that is hard to carry: bytes, arrays, JSON, microseconds, text that needs escapes. */
async function fill(store: Store): Promise<void> {
  await store.transaction(async ({ db, jobs, audit }) => {
    await db.execute(NEW_CASE(uuid(1), 'N-1'));
    await db.execute(sql`
      insert into yimen.case_items (id, case_id, place, item, waits_for, desk, agency, phase, promised_due)
      values (${uuid(2)}, ${uuid(1)}, 0, '事项"\\\n甲', array['a,b', '"', ''], 'tax', 't', 'WAITING', '2026-12-01')`);
    await db.execute(sql`
      insert into yimen.case_facts (item_id, id, kind, at, by, detail, actor, kept_at)
      values (${uuid(2)}, 'f', 'k', now(), 'b', ${'{"n": 12345678901234567890.5, "t": "𠮷\\n"}'}::jsonb, 'a', now())`);
    for (let i = 0; i < 3; i++)
      await db.execute(sql`
        insert into yimen.case_events (case_id, kind, status, at, actor, role) values (${uuid(1)}, ${`e${i}`}, 'DRAFT', now(), 'a', 'clerk')`);
    audit.write({ action: 'case.opened', actor: 'a', role: 'clerk', outcome: 'done', case: 'N-1' });
    await jobs.send(QUEUE, { n: 1 }, { key: 'once' });
  });
}

const SHOWN = [
  'yimen.cases',
  'yimen.case_items',
  'yimen.case_facts',
  'yimen.audit',
  'yimen.audit_writer',
  '(select kind, case_id, at from yimen.case_events order by xact, id)',
  '(select id, name, data, state, singleton_key, expire_in, start_after from yimen_jobs.job)',
];
/** Rows in the database's own words: both engines must say the same. */
const shown = (store: Store) =>
  store.snapshot(async ({ query }) => {
    const all = [];
    for (const table of SHOWN) all.push((await query(`select shown::text as row from ${table} as shown`)).rows);
    return all;
  });

const paths: readonly {
  readonly name: string;
  readonly skip: boolean;
  readonly from: () => Promise<Home>;
  readonly to: () => Promise<Home>;
}[] = [
  // The two others carry as much; this one is for machines without PostgreSQL.
  { name: 'embedded to embedded', skip: false, from: embedded, to: embedded },
  { name: 'embedded to PostgreSQL', skip: noPostgres !== undefined, from: embedded, to: postgres },
  { name: 'PostgreSQL to embedded', skip: noPostgres !== undefined, from: postgres, to: embedded },
];

for (const { name, skip, from, to } of paths)
  describe.skipIf(skip)(name, () => {
    it('carries every row as it was, files and checkpoints; the job runs once, and what is written next fits on', async () => {
      await using old = await from();
      await using other = await to();
      const store = await open(old);
      await fill(store);
      const place = join(old.folder, 'files/contents/ab');
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, 'abcd'), 'sealed');
      mkdirSync(join(old.folder, 'checkpoints'), { recursive: true });
      writeFileSync(join(old.folder, 'checkpoints/1.jsonl'), '{"a":1}\n{"half');
      const before = await shown(store);
      const { folder, content } = await save(store, old);
      await store.close();
      const all = (await restoreAndOpen(folder, other)).store;
      expect(await shown(all)).toEqual(before);
      expect(readFileSync(join(other.folder, 'files/contents/ab/abcd'), 'utf8')).toBe('sealed');
      expect(readFileSync(join(other.folder, 'checkpoints/1.jsonl'), 'utf8')).toBe('{"a":1}\n');
      expect(content.tables.find((table) => table.name === 'yimen_jobs.job')?.rows).toBe(1);
      await goesOn(all);
      await all.close();
    });
  });

async function restoreAndOpen(folder: string, home: Home) {
  const content = await restore(folder, home);
  return { content, store: await open(home) };
}

async function goesOn(store: Store): Promise<void> {
  const done: unknown[] = [];
  store.work<{ n: number }>(QUEUE, async ({ data }) => void done.push(data.n));
  await store.transaction(async ({ db, jobs }) => {
    await db.execute(
      sql`insert into yimen.case_events (case_id, kind, status, at, actor, role) values (${uuid(1)}, 'new', 'DRAFT', now(), 'a', 'clerk')`,
    );
    await jobs.send(QUEUE, { n: 2 });
  });
  await expect.poll(() => done.toSorted(), { timeout: 5_000 }).toEqual([1, 2]);
  // Whoever follows the events sees those that were restored at once, and the new one after them.
  const seen = await rows(
    store,
    'select kind from yimen.case_events where xact < pg_snapshot_xmin(pg_current_snapshot()) order by xact, id',
  );
  expect(seen.map(({ kind }) => kind)).toEqual(['e0', 'e1', 'e2', 'new']);
}

describe.skipIf(noPostgres !== undefined)('a backup while others write', () => {
  it('is of one moment: no transaction is half in it, and every row of proof has its case', async () => {
    await using home = await postgres();
    const store = await open(home);
    const accounts = ['left', 'right'];
    await store.transaction(async ({ db }) => {
      for (const prefix of accounts) await db.execute(sql`insert into yimen.case_numbers (prefix, last) values (${prefix}, 1000)`);
    });
    const stop = { now: false, written: 0 };
    const writer = async (first: number) => {
      for (let n = first; !stop.now; n += 2) {
        await store.transaction(async ({ db, audit }) => {
          await db.execute(sql`update yimen.case_numbers set last = last - 1 where prefix = 'left'`);
          await db.execute(NEW_CASE(uuid(n), `N-${n}`));
          audit.write({ action: 'case.opened', actor: 'a', role: 'clerk', outcome: 'done', case: `N-${n}` });
          await db.execute(sql`update yimen.case_numbers set last = last + 1 where prefix = 'right'`);
        });
        stop.written++;
      }
    };
    const writers = [writer(1), writer(2)];
    await expect.poll(() => stop.written).toBeGreaterThan(50);
    const counts: number[] = [];
    try {
      for (let i = 0; i < 5; i++) {
        const { folder, content } = await save(store, home);
        const inIt = (table: string) => {
          const path = content.tables.find(({ name }) => name === table)?.path ?? '';
          const text = gunzipSync(readFileSync(join(folder, path))).toString('utf8');
          return text
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line) as Record<string, string>);
        };
        const sum = inIt('yimen.case_numbers').reduce((total, { last }) => total + Number(last), 0);
        const cases = inIt('yimen.cases').map(({ number }) => number);
        const proven = inIt('yimen.audit').map(({ entry }) => (JSON.parse(entry ?? '{}') as { case: string }).case);
        expect(sum).toBe(2_000);
        expect(proven.toSorted()).toEqual(cases.toSorted());
        counts.push(cases.length);
      }
    } finally {
      stop.now = true;
      await Promise.all(writers);
    }
    // Others did write meanwhile.
    expect(counts.at(-1)).toBeGreaterThan(counts[0] ?? 0);
    await store.close();
  });

  it('holds every table of the hall but the note of migrations', async () => {
    await using home = await postgres();
    const store = await open(home);
    const { content } = await save(store, home);
    const all = await rows(
      store,
      "select 'yimen.' || tablename as name from pg_tables where schemaname = 'yimen' and tablename <> 'migration'",
    );
    expect(content.tables.map(({ name }) => name).toSorted()).toEqual([...all.map(({ name }) => name), 'yimen_jobs.job'].toSorted());
    await store.close();
  });
});

describe('a backup that is not what was written', async () => {
  await using home = await anywhere();
  const store = await open(home);
  await fill(store);
  const { folder: whole, content } = await save(store, home);
  const second = await save(store, home, whole).catch((cause: Error) => cause.message);
  await store.close();

  it('is never written over another one; nobody but its owner may look into it', () => {
    expect(second).toMatch(`the folder ${whole} is not empty`);
    const modes = ['.', 'tables', 'manifest.json', CASES].map((name) => statSync(join(whole, name)).mode & 0o777);
    expect(modes).toEqual([0o700, 0o700, 0o600, 0o600]);
  });

  const CASES = 'tables/yimen.cases.ndjson.gz';
  const edit = (file: string, change: (text: string) => string) => (folder: string) =>
    writeFileSync(join(folder, file), change(readFileSync(join(folder, file), 'utf8')));
  const resealed =
    (change: object, by = key) =>
    (folder: string) =>
      writeFileSync(join(folder, 'manifest.json'), manifestOf({ ...content, ...change }, by));

  it.each<{ what: string; spoil: (folder: string) => void; says: string }>([
    { what: 'a table cut off', spoil: (folder) => truncateSync(join(folder, CASES), 40), says: `${CASES} has 40 bytes instead of` },
    {
      what: 'a byte changed',
      spoil(folder) {
        const bytes = readFileSync(join(folder, CASES));
        bytes[20] = (bytes[20] ?? 0) ^ 1;
        writeFileSync(join(folder, CASES), bytes);
      },
      says: `${CASES} is not what the backup wrote`,
    },
    { what: 'a table taken away', spoil: (folder) => rmSync(join(folder, CASES)), says: `${CASES} is missing` },
    { what: 'no manifest', spoil: (folder) => rmSync(join(folder, 'manifest.json')), says: 'has no manifest.json' },
    { what: 'a manifest cut off', spoil: (folder) => truncateSync(join(folder, 'manifest.json'), 100), says: 'manifest.json is cut off' },
    {
      what: 'a changed manifest',
      spoil: edit('manifest.json', (text) => text.replace('"rows": 1,', '"rows": 2,')),
      says: 'manifest.json is not what',
    },
    {
      what: 'a foreign manifest',
      spoil: (folder) => writeFileSync(join(folder, 'manifest.json'), '{"a":1}'),
      says: 'manifest.json is not one that',
    },
    {
      what: 'a later format',
      spoil: edit('manifest.json', (text) => text.replace('"format": 1', '"format": 2')),
      says: 'manifest.json is of format 2',
    },
    { what: 'another hall', spoil: resealed({}, randomBytes(32)), says: 'manifest.json is sealed with another key' },
    {
      what: 'a name that leads out',
      spoil: resealed({ pieces: [{ path: 'files/../../x', bytes: 0, sha256: '0'.repeat(64) }] }),
      says: 'manifest.json is not one that',
    },
    { what: 'a later version', spoil: resealed({ migrations: [...content.migrations, '9999-later'] }), says: 'the migration "9999-later"' },
  ])('$what: is refused by name', async ({ spoil, says }) => {
    const folder = fresh();
    cpSync(whole, folder, { recursive: true });
    spoil(folder);
    const data = fresh();
    await expect(restore(folder, { folder: data, async [Symbol.asyncDispose]() {} })).rejects.toThrow(says);
    expect(() => statSync(data)).toThrow('ENOENT');
  });

  it('a number of rows that does not fit leaves no row of any table', async () => {
    const folder = fresh();
    cpSync(whole, folder, { recursive: true });
    resealed({ tables: content.tables.map((table) => (table.name === 'yimen_jobs.job' ? { ...table, rows: 7 } : table)) })(folder);
    await using target = await anywhere();
    await expect(restore(folder, target)).rejects.toThrow('tables/yimen_jobs.job.ndjson.gz has 1 rows, the manifest says 7');
    const after = await open(target);
    expect(await rows(after, 'select (select count(*)::int from yimen.cases) + (select count(*)::int from yimen.audit) as rows')).toEqual([
      { rows: 0 },
    ]);
    await after.close();
    // What was in the way is gone: the same place takes the whole backup.
    const again = await restoreAndOpen(whole, target);
    expect(await rows(again.store, 'select number from yimen.cases')).toEqual([{ number: 'N-1' }]);
    await again.store.close();
  });

  it('a database that holds something, and one that a gateway has, are refused by name', async () => {
    const target = await embedded();
    const held = await open(target);
    await expect(restore(whole, target)).rejects.toThrow(`in use by another gateway (process ${process.pid})`);
    await fill(held);
    await held.close();
    await expect(restore(whole, target)).rejects.toThrow(/the database "\w+" is not empty: yimen\.\w+ has \d+ rows/);
  });

  it('a backup of before a later step is restored and brought to this version', async () => {
    const folder = fresh();
    cpSync(whole, folder, { recursive: true });
    const gone = ['yimen.errands', 'yimen.errand_reports', 'yimen.sessions', 'yimen.bulk_use', 'yimen.erased', 'yimen.kept_day'];
    resealed({ migrations: content.migrations.slice(0, 3), tables: content.tables.filter(({ name }) => !gone.includes(name)) })(folder);
    await using target = await anywhere();
    const { store: now } = await restoreAndOpen(folder, target);
    expect([await now.pending(), await rows(now, 'select count(*)::int as rows from yimen.errands')]).toEqual([[], [{ rows: 0 }]]);
    expect(await rows(now, 'select number from yimen.cases')).toEqual([{ number: 'N-1' }]);
    await now.close();
  });

  it('checkpoints that are ahead of it are not written over', async () => {
    const target = await embedded();
    mkdirSync(join(target.folder, 'checkpoints'), { recursive: true });
    writeFileSync(join(target.folder, 'checkpoints/later.jsonl'), '{}\n');
    await expect(restore(whole, target)).rejects.toThrow('holds checkpoints that the backup does not (later.jsonl)');
  });

  it.skipIf(noPostgres !== undefined)('a gateway that runs on PostgreSQL is found', async () => {
    await using target = await postgres();
    const running = await open(target);
    await expect(restore(whole, target)).rejects.toThrow(/a gateway runs on this database \(\d+ connections\)/);
    await running.close();
    await restore(whole, target);
  });
});
