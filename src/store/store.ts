import { type Along, AuditBuffer, type AuditEntry, type AuditWriter, lastNumber, type Proven, proveAlone } from './audit.ts';
import { type Source, snapshotOf } from './backup/write.ts';
import type { Db, Driver, Session } from './database/driver.ts';
import { openEmbedded } from './database/embedded.ts';
import { LOCKS, migrate, pendingMigrations } from './database/migrate.ts';
import { openPostgres } from './database/postgres.ts';
import { hasLostRace } from './database/unavailable.ts';
import { type JobSender, Jobs } from './jobs/jobs.ts';
import type { Job, Queue } from './jobs/queues.ts';
import { MIGRATIONS } from './migrations/index.ts';

const MOST_RACES = 5;

export interface StoreOptions {
  /** `postgres://…`; without it the embedded database in `folder`. */
  readonly url?: string | undefined;
  /** Folder of the embedded database; undefined keeps it in memory, for tests. */
  readonly folder?: string | undefined;
  readonly clock: { now(): number };
  readonly log: { warn(fields: object, message: string): void };
  readonly queues: readonly Queue[];
  /** Connections to PostgreSQL at most. */
  readonly connections?: number;
}

/** All that one transaction may do. */
export interface Unit {
  readonly db: Db;
  readonly jobs: JobSender;
  readonly audit: AuditWriter;
  /** Sends a notice to every process, if the transaction commits. Its text is a name, never data. */
  notify(channel: string, text: string): Promise<void>;
  /** Takes a lock until the transaction ends; false where another process holds it. */
  alone(lock: keyof typeof LOCKS): Promise<boolean>;
}

/** The truth of the hall: one database, written in one way. */
export interface Store {
  readonly engine: 'postgres' | 'embedded';
  /**
   * The only way to write. Everything in it is kept, or nothing; throws {@link StoreUnavailable} where the database is away.
   * `work` may run again when it loses a race for a row, so it changes nothing but the database.
   */
  transaction<T>(work: (unit: Unit) => Promise<T>): Promise<T>;
  /**
   * Writes rows of proof of what changed nothing, in one statement, with at most one more that goes along; gives back what that
   * one returned. Throws {@link StoreUnavailable} where the database is away.
   */
  prove(entries: readonly AuditEntry[], along?: Along): Promise<Proven['along']>;
  /** Reads. */
  readonly db: Pick<Db, 'select' | 'selectDistinct' | 'selectDistinctOn' | 'execute' | '$count' | 'with'>;
  /** Runs the jobs of a queue in this process from now on. */
  work<T extends object>(queue: Queue, run: (job: Job<T>) => Promise<void>): void;
  /** Calls back after every commit of this process that wrote rows of proof; gives back how to stop that. */
  onProof(written: () => void): () => void;
  listen(channel: string, onNotice: (text: string) => void): Promise<() => Promise<void>>;
  /** Runs `work` unless another process does it now. */
  alone<T>(lock: keyof typeof LOCKS, work: () => Promise<T>): Promise<T | undefined>;
  /** Reads everything as it is at one moment. An embedded database does nothing else meanwhile. */
  readonly snapshot: Source['snapshot'];
  /** Steps that the database's shape lacks. */
  pending(): Promise<readonly string[]>;
  /** Waits for running jobs and closes. */
  close(): Promise<void>;
}

/** Opens the database, brings it to this version's shape and lays out the queues. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const driver = await openDriver(options);
  const jobs = new Jobs(driver, options.log);
  try {
    await migrate(driver, MIGRATIONS);
    await driver.locked(LOCKS.migration, true, () => jobs.install(options.queues));
    await jobs.listen();
  } catch (cause) {
    await driver.close();
    throw cause;
  }
  return storeOver(driver, jobs, options);
}

async function openDriver({
  url,
  folder,
  log,
  connections,
}: Pick<StoreOptions, 'url' | 'folder' | 'log' | 'connections'>): Promise<Driver> {
  if (!url) return openEmbedded(folder);
  return openPostgres({ url, log, ...(connections !== undefined && { connections }) });
}

function storeOver(driver: Driver, jobs: Jobs, { clock }: StoreOptions): Store {
  const watchers = new Set<() => void>();
  /** The last number of each writer, as far as this process knows. */
  const numbers = new Map<string, number>();
  const proven = () => {
    for (const written of watchers) written();
  };
  async function prove(entries: readonly AuditEntry[], along?: Along): Promise<Proven['along']> {
    const done = await driver.single(async (session) => {
      const attempt = (last: number) => proveAlone(session, last, entries, new Date(clock.now()), along);
      const known = numbers.get(session.writer);
      return (known === undefined ? undefined : await attempt(known)) ?? attempt(await lastNumber(session));
    });
    if (!done) throw new Error('another process writes rows of proof in the name of this one');
    numbers.set(done.writer, done.last);
    proven();
    return done.along;
  }
  async function once<T>(work: (unit: Unit) => Promise<T>): Promise<T> {
    const sent = new Set<string>();
    const audit = new AuditBuffer(() => new Date(clock.now()));
    const result = await driver.transaction(async (session) => {
      const sender = jobs.sender(session, (queue) => sent.add(queue));
      const done = await work({ db: session.db, jobs: sender, audit, notify: notifier(session), alone: taker(session) });
      await audit.flush(session);
      return done;
    });
    if (sent.size > 0) void jobs.wake(sent);
    if (audit.last) numbers.set(audit.last.writer, audit.last.last);
    if (!audit.isEmpty) proven();
    return result;
  }
  return {
    engine: driver.engine,
    transaction: (work) => again(() => once(work)),
    prove,
    db: driver.db,
    work: (queue, run) => jobs.work(queue, run),
    onProof(written) {
      watchers.add(written);
      return () => watchers.delete(written);
    },
    listen: (channel, onNotice) => driver.listen(channel, onNotice),
    alone: (lock, work) => driver.locked(LOCKS[lock], false, work),
    snapshot: snapshotOf(driver),
    pending: () => pendingMigrations(driver, MIGRATIONS),
    async close() {
      await jobs.stop();
      await driver.close();
    },
  };
}

const notifier = (session: Session) => async (channel: string, text: string) =>
  void (await session.query('select pg_notify($1, $2)', [channel, text]));

const taker = (session: Session) => async (lock: keyof typeof LOCKS) =>
  (await session.query('select pg_try_advisory_xact_lock($1) as held', [LOCKS[lock]])).rows[0]?.['held'] === true;

/** Runs what lost a race for a row again: PostgreSQL rolled it back whole. */
async function again<T>(work: () => Promise<T>, races = 0): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (races >= MOST_RACES || !hasLostRace(cause)) throw cause;
    return again(work, races + 1);
  }
}
