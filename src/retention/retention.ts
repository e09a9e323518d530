import { sql } from 'drizzle-orm';
import { civilDateOf } from '../calendar/index.ts';
import type { Clock } from '../clock/index.ts';
import { type Queue, rowsOf, type Store } from '../store/index.ts';
import type { Term, Terms } from './terms.ts';

/** The durable job of each day. */
export const RETENTION: Queue = { name: 'retention', retryLimit: 5, retryDelay: 30, expireInSeconds: 300, concurrency: 1 };

const DAY_MS = 86_400_000;
/** By the clock of the hall, when nobody is served. */
const FROM_HOUR = 3;
const TICK_MS = 1_000;
/** What a job does before it hands over to the next: well under its expiry. */
const SPELL_MS = 60_000;
const OLD_DAYS = 30;

/** Removes some of what is older than a moment and says how much; 0 where nothing is left. */
export type Remover = (before: Date) => Promise<number>;

export interface RetentionTools {
  readonly store: Pick<Store, 'transaction' | 'work' | 'db'>;
  readonly clock: Clock;
  readonly log: { warn(fields: object, message: string): void };
  readonly terms: Terms;
  readonly removers: Readonly<Partial<Record<Term, Remover>>>;
}

interface DayJob {
  readonly day: string;
}

/**
 * Removes once a day what is past its time. Of all replicas the first one that sees the day begin sends its job, in the
 * transaction that notes the day; whichever fetches it does the work. Gives back what stops looking at the clock.
 */
export function openRetention(tools: RetentionTools): () => Promise<void> {
  const { store, clock, log } = tools;
  store.work<DayJob>(RETENTION, ({ data }) => work(data, tools));
  let seen = '';
  let looking: Promise<unknown> = Promise.resolve();

  async function look(): Promise<void> {
    const day = civilDateOf(clock.now() - FROM_HOUR * 3_600_000);
    if (day === seen) return;
    await begin(day, store);
    seen = day;
  }

  const timer = setInterval(() => {
    looking = looking.then(look).catch((error: unknown) => log.warn({ err: error }, 'what is past its time could not be looked for'));
  }, TICK_MS).unref();
  return async () => {
    clearInterval(timer);
    await looking;
  };
}

const begin = (day: string, store: RetentionTools['store']): Promise<void> =>
  store.transaction(async ({ db, jobs }) => {
    const fresh = await rowsOf(db, sql`insert into yimen.kept_day (day) values (${day}) on conflict do nothing returning day`);
    if (fresh.length > 0) await jobs.send(RETENTION, { day } satisfies DayJob);
  });

/** One spell of a day's work. What one remover cannot do holds up none of the others, and the job comes again. */
async function work({ day }: DayJob, tools: RetentionTools): Promise<void> {
  const until = Date.now() + SPELL_MS;
  const removed: Partial<Record<Term, number>> = {};
  const failures: unknown[] = [];
  for (const [term, remove] of Object.entries(tools.removers) as [Term, Remover][])
    await drained(remove, new Date(tools.clock.now() - tools.terms[term] * DAY_MS), until, (count) => {
      removed[term] = (removed[term] ?? 0) + count;
    }).catch((cause: unknown) => failures.push(cause));
  await tools.store.transaction(async ({ db, jobs, audit }) => {
    if (Object.keys(removed).length > 0)
      audit.write({ action: 'retention.done', actor: 'gateway', role: 'gateway', outcome: 'done', detail: { day, removed } });
    if (Date.now() >= until) await jobs.send(RETENTION, { day } satisfies DayJob);
    await db.execute(sql`delete from yimen.kept_day where day < ${day}::date - ${OLD_DAYS}::int`);
  });
  if (failures.length > 0) throw failures[0];
}

async function drained(remove: Remover, before: Date, until: number, counted: (count: number) => void): Promise<void> {
  while (Date.now() < until) {
    const count = await remove(before);
    if (count === 0) return;
    counted(count);
  }
}
