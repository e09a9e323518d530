import PgBoss from 'pg-boss';
import type { Driver, Session } from '../database/driver.ts';
import { Pump } from './pump.ts';
import type { Job, Queue } from './queues.ts';

const SCHEMA = 'yimen_jobs';
const CHANNEL = 'yimen_jobs';
/** How often jobs of dead processes are looked for. */
const MAINTENANCE_SECONDS = 2;

/** Sends jobs within the transaction of whoever sends them: no commit, no job. */
export interface JobSender {
  /** `key` names the job: while one of this name waits, a second one is not made. `startAfter` in seconds. */
  send(queue: Queue, data: object, options?: { readonly key?: string; readonly startAfter?: number }): Promise<void>;
}

type Log = { warn(fields: object, message: string): void };

/** Durable jobs in the same database as everything else. */
export class Jobs {
  readonly #driver: Driver;
  readonly #boss: PgBoss;
  readonly #pumps = new Map<string, Pump>();
  readonly #log: Log;
  #stopListening: (() => Promise<void>) | undefined;

  constructor(driver: Driver, log: Log) {
    this.#driver = driver;
    this.#log = log;
    this.#boss = new PgBoss({
      db: executor(driver),
      schema: SCHEMA,
      schedule: false,
      maintenanceIntervalSeconds: MAINTENANCE_SECONDS,
      monitorStateIntervalSeconds: 60,
      archiveCompletedAfterSeconds: 3_600,
      deleteAfterDays: 7,
    });
    this.#boss.on('error', (error) => log.warn({ err: error }, 'durable jobs: the database did not answer'));
  }

  /** Lays out the queues. Of several processes that start at once the caller lets one in at a time. */
  async install(queues: readonly Queue[]): Promise<void> {
    await this.#boss.start();
    for (const { name, concurrency: _, ...options } of queues) await this.#boss.createQueue(name, { name, ...options, retryBackoff: true });
  }

  sender(session: Session, onSent: (queue: string) => void): JobSender {
    return {
      send: async ({ name }, data, { key, startAfter } = {}) => {
        const options = { db: executor(session), ...(key && { singletonKey: key }), ...(startAfter && { startAfter }) };
        await this.#boss.send(name, data, options);
        onSent(name);
      },
    };
  }

  /** Tells all processes that a queue has work; called after the commit. */
  async wake(queues: Iterable<string>): Promise<void> {
    for (const queue of queues) {
      this.#pumps.get(queue)?.wake();
      await this.#driver.query('select pg_notify($1, $2)', [CHANNEL, queue]).catch(() => {});
    }
  }

  /** Runs the jobs of a queue in this process. What `run` rejects with makes the job wait and come again. */
  work<T extends object>(queue: Queue, run: (job: Job<T>) => Promise<void>): void {
    const pump = new Pump({
      places: queue.concurrency,
      fetch: async (most) => {
        const jobs = await this.#boss.fetch<T>(queue.name, { batchSize: most, includeMetadata: true });
        return jobs.map(({ id, data, retryCount }) => ({ id, data, repeated: retryCount }));
      },
      run: (job) => this.#settled(queue.name, job as Job<T>, run),
      onError: (error) => this.#log.warn({ err: error, queue: queue.name }, 'jobs could not be fetched'),
    });
    this.#pumps.set(queue.name, pump);
    pump.start();
  }

  async listen(): Promise<void> {
    this.#stopListening = await this.#driver.listen(CHANNEL, (queue) => {
      const woken = queue ? [this.#pumps.get(queue)] : [...this.#pumps.values()];
      for (const pump of woken) pump?.wake();
    });
  }

  /** Stops fetching, waits for what runs, and leaves. */
  async stop(): Promise<void> {
    await Promise.all([...this.#pumps.values()].map((pump) => pump.stop()));
    await this.#stopListening?.();
    await this.#boss.stop({ graceful: false, close: false, wait: false });
  }

  async #settled<T extends object>(queue: string, job: Job<T>, run: (job: Job<T>) => Promise<void>): Promise<void> {
    try {
      await run(job);
      await this.#boss.complete(queue, job.id);
    } catch (cause) {
      this.#log.warn({ err: cause, queue }, 'a job failed and will come again');
      await this.#boss.fail(queue, job.id, { reason: cause instanceof Error ? cause.name : 'unknown' });
    }
  }
}

/** pg-boss sends several statements at once where it gives no values. */
const executor = (asked: Pick<Session, 'query'>): PgBoss.Db => ({ executeSql: (text, values) => asked.query(text, values ?? []) });
