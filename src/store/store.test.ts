import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { auditDigest, canonical, openStore, type Queue, type Store } from './index.ts';
import { noPostgres, openTestDatabase } from './testing.ts';

const QUEUE: Queue = { name: 'errand', retryLimit: 5, retryDelay: 1, expireInSeconds: 5, concurrency: 4 };
const log = { warn() {} };
const clock = { now: () => Date.now() };

const rowsOf = async (store: Store, text: string): Promise<Record<string, unknown>[]> =>
  ((await store.db.execute(sql.raw(text))) as unknown as { rows: Record<string, unknown>[] }).rows;

const engines: readonly {
  readonly name: string;
  readonly skip: boolean;
  open(): Promise<AsyncDisposable & { readonly url?: string }>;
}[] = [
  { name: 'embedded', skip: false, open: async () => ({ async [Symbol.asyncDispose]() {} }) },
  { name: 'PostgreSQL', skip: noPostgres !== undefined, open: () => openTestDatabase() },
];

for (const { name, skip, open } of engines)
  describe.skipIf(skip)(`a store on ${name}`, () => {
    it('keeps rows, jobs and proof of one transaction together, and runs the job', async () => {
      await using database = await open();
      const store = await openStore({ url: database.url, clock, log, queues: [QUEUE] });
      const done: unknown[] = [];
      store.work<{ n: number }>(QUEUE, async ({ data }) => void done.push(data.n));
      await store.transaction(async ({ jobs, audit }) => {
        await jobs.send(QUEUE, { n: 1 });
        audit.write({ action: 'errand.sent', actor: 'test', role: 'clerk', outcome: 'done' });
      });
      await expect.poll(() => done).toEqual([1]);
      expect(await rowsOf(store, 'select action, number::int as number from yimen.audit')).toEqual([{ action: 'errand.sent', number: 1 }]);
      await store.close();
    });

    it('a transaction that is rolled back leaves no row, no job, no proof and no gap', async () => {
      await using database = await open();
      const store = await openStore({ url: database.url, clock, log, queues: [QUEUE] });
      const done: unknown[] = [];
      const proof = { action: 'errand.sent', actor: 'test', role: 'clerk', outcome: 'done' } as const;
      const broken = store.transaction(async ({ jobs, audit }) => {
        await jobs.send(QUEUE, { n: 1 });
        audit.write(proof);
        throw new Error('changed my mind');
      });
      await expect(broken).rejects.toThrow('changed my mind');
      store.work<{ n: number }>(QUEUE, async ({ data }) => void done.push(data.n));
      await store.transaction(async ({ jobs, audit }) => {
        audit.write(proof);
        await jobs.send(QUEUE, { n: 2 });
      });
      await expect.poll(() => done).toEqual([2]);
      expect(await rowsOf(store, 'select number::int as number from yimen.audit')).toEqual([{ number: 1 }]);
      expect(await rowsOf(store, `select count(*)::int as jobs from yimen_jobs.job where name = 'errand'`)).toEqual([{ jobs: 1 }]);
      await store.close();
    });

    it('a job that fails comes again', async () => {
      await using database = await open();
      const store = await openStore({ url: database.url, clock, log, queues: [QUEUE] });
      const tries: number[] = [];
      store.work(QUEUE, async ({ repeated }) => {
        tries.push(repeated);
        if (repeated === 0) throw new Error('the agency is away');
      });
      await store.transaction(({ jobs }) => jobs.send(QUEUE, {}));
      await expect.poll(() => tries, { timeout: 10_000 }).toEqual([0, 1]);
      await store.close();
    });

    it('what a row of proof says is what its digest was made of', async () => {
      await using database = await open();
      const store = await openStore({ url: database.url, clock, log, queues: [] });
      await store.transaction(async ({ audit }) =>
        audit.write({ action: 'x', actor: '甲', role: 'clerk', outcome: 'done', detail: { b: [1, null], a: { z: '𠮷', y: undefined } } }),
      );
      const [row] = await rowsOf(store, 'select writer, number::int as number, at, entry, salt, digest from yimen.audit');
      const { at, digest, ...said } = row as { writer: string; number: number; at: Date; entry: never; salt: string; digest: string };
      expect(auditDigest({ ...said, at: new Date(at).toISOString() })).toBe(digest);
      await store.close();
    });
  });

describe.skipIf(noPostgres !== undefined)('several processes on one PostgreSQL', () => {
  it('start at the same moment on an empty database and share the jobs', async () => {
    await using database = await openTestDatabase();
    const stores = await Promise.all([1, 2, 3].map(() => openStore({ url: database.url, clock, log, queues: [QUEUE] })));
    const done: number[] = [];
    for (const store of stores) store.work<{ n: number }>(QUEUE, async ({ data }) => void done.push(data.n));
    await stores[0]?.transaction(async ({ jobs }) => {
      for (let n = 0; n < 40; n++) await jobs.send(QUEUE, { n });
    });
    await expect.poll(() => done.length, { timeout: 10_000 }).toBe(40);
    expect(new Set(done).size).toBe(40);
    await Promise.all(stores.map((store) => store.close()));
  });

  it('a line that breaks while nothing is asked over it ends no process', async () => {
    await using database = await openTestDatabase();
    const store = await openStore({ url: database.url, clock, log, queues: [] });
    await store.alone('sweep', async () => {
      const other = new Client({ connectionString: database.url });
      await other.connect();
      await other.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
      await other.end();
      // The line that is held has broken by now, too.
      await expect.poll(() => rowsOf(store, 'select 1 as one').catch(() => []), { timeout: 5_000 }).toEqual([{ one: 1 }]);
    });
    expect(await rowsOf(store, 'select 1 as one')).toEqual([{ one: 1 }]);
    await store.close();
  });

  it('a database that stays away is knocked at now and then, not more and more often', async () => {
    await using database = await openTestDatabase();
    const real = new URL(database.url);
    const door = { isOpen: true, knocks: 0 };
    const open = new Set<Socket>();
    const relay = createServer((client) => {
      if (!door.isOpen) {
        door.knocks++;
        client.destroy();
        return;
      }
      const server = connect(Number(real.port || 5432), real.hostname);
      for (const [one, other] of [[client, server] as const, [server, client] as const]) {
        open.add(one);
        one.on('error', () => {}).pipe(other);
      }
    });
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
    const url = new URL(database.url);
    url.host = `127.0.0.1:${(relay.address() as AddressInfo).port}`;
    const store = await openStore({ url: url.href, clock, log, queues: [] });
    const heard: string[] = [];
    const stop = await store.listen('knock', (text) => heard.push(text));
    door.isOpen = false;
    for (const each of open) each.destroy();
    const since = performance.now();
    await expect.poll(() => performance.now() - since, { timeout: 6_000 }).toBeGreaterThan(4_000);
    // Two lines listen, each tries twice a second; durable jobs are looked after every two seconds.
    expect(door.knocks).toBeLessThan(30);
    expect(door.knocks).toBeGreaterThan(4);
    door.isOpen = true;
    const before = heard.length;
    // Whoever listens is told that something may have been missed.
    await expect.poll(() => heard.slice(before), { timeout: 3_000 }).toContain('');
    await stop();
    await store.close();
    relay.close();
  });

  it('a database that a later version used is refused, by name', async () => {
    await using database = await openTestDatabase();
    const store = await openStore({ url: database.url, clock, log, queues: [] });
    await store.transaction(({ db }) => db.execute(sql`insert into yimen.migration (id) values ('9999-from-the-future')`));
    await store.close();
    await expect(openStore({ url: database.url, clock, log, queues: [] })).rejects.toThrow('"9999-from-the-future"');
  });
});

describe('the folder of the embedded database', () => {
  it('is refused to a second process, and taken over from a killed one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'yimen-store-'));
    const holder = spawn(process.execPath, ['--import', 'tsx', '-e', HOLD, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    const open = () => openStore({ folder, clock, log, queues: [] });
    await expect(open()).rejects.toThrow(`process ${holder.pid}`);
    holder.kill('SIGKILL');
    await new Promise((resolve) => holder.once('exit', resolve));
    const store = await open();
    expect(await store.pending()).toEqual([]);
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }, 30_000);
});

/** Holds a folder's lock as a gateway does, and says when it has it. */
const HOLD = `
  import { lockFolder } from ${JSON.stringify(new URL('./database/folder-lock.ts', import.meta.url).href)};
  lockFolder(process.argv[1]);
  console.log('held');
  setInterval(() => {}, 1000);
`;

describe('canonical JSON', () => {
  it('does not depend on the order of names and leaves out what is undefined', () => {
    expect(canonical({ b: 1, a: [undefined, { d: undefined, c: 'x' }] })).toBe('{"a":[null,{"c":"x"}],"b":1}');
  });
});
