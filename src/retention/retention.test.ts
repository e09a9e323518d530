import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { openStore, rowsOf, type Store } from '../store/index.ts';
import { noPostgres, openTestDatabase } from '../store/testing.ts';
import { keepShape, openRetention, RETENTION, termsOf } from './index.ts';

const DAY = 86_400_000;
const log = { warn() {} };

const engines = [
  {
    name: 'embedded',
    skip: false,
    replicas: 1,
    open: async (): Promise<AsyncDisposable & { url?: string }> => ({ async [Symbol.asyncDispose]() {} }),
  },
  { name: 'PostgreSQL', skip: noPostgres !== undefined, replicas: 3, open: openTestDatabase },
];

/** Processes of one hall with one clock, which stands at an hour of Asia/Shanghai. */
async function hall(url: string | undefined, count: number, hour: string) {
  const clock = { at: Date.parse(`2026-11-28T${hour}+08:00`), now: () => clock.at };
  const removed: { term: string; before: string }[] = [];
  const left = { turns: 0 };
  const opened: Store[] = [];
  const stops: (() => Promise<void>)[] = [];
  const removers = {
    drafts: async () => Promise.reject(new Error('the disk is full')),
    bulk: async (before: Date) => {
      removed.push({ term: 'bulk', before: before.toISOString() });
      return left.turns-- > 0 ? 10 : 0;
    },
  };
  for (let n = 0; n < count; n++) {
    const store = await openStore({ url, clock, log, queues: [{ ...RETENTION, retryLimit: 0 }] });
    opened.push(store);
    stops.push(openRetention({ store, clock, log, terms: termsOf({ bulk: 10 }), removers }));
  }
  const [store] = opened as [Store];
  return {
    clock,
    removed,
    /** How often something is left to be removed. */
    leave(turns: number) {
      left.turns = turns;
    },
    days: () => rowsOf(store.db, sql`select day::text from yimen.kept_day order by day`),
    proof: () => rowsOf(store.db, sql`select entry->'detail' as detail from yimen.audit where action = 'retention.done'`),
    async [Symbol.asyncDispose]() {
      for (const stop of stops) await stop();
      for (const each of opened) await each.close();
    },
  };
}

for (const { name, skip, replicas, open } of engines)
  describe.skipIf(skip)(`the daily job on ${name}`, () => {
    it('runs once a day for all replicas, from three in the morning; one remover that fails holds up no other', async () => {
      await using database = await open();
      await using at = await hall(database.url, replicas, '02:59');
      at.leave(2);
      await expect.poll(() => at.days(), { timeout: 10_000 }).toEqual([{ day: '2026-11-27' }]);
      await expect.poll(() => at.proof(), { timeout: 10_000 }).toEqual([{ detail: { day: '2026-11-27', removed: { bulk: 20 } } }]);
      expect(at.removed).toEqual(Array(3).fill({ term: 'bulk', before: new Date(at.clock.at - 10 * DAY).toISOString() }));
      at.clock.at += 60_000;
      at.leave(1);
      await expect.poll(() => at.days(), { timeout: 10_000 }).toEqual([{ day: '2026-11-27' }, { day: '2026-11-28' }]);
      await expect.poll(() => at.proof(), { timeout: 10_000 }).toHaveLength(2);
      // All replicas have looked at the clock by now.
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      expect(at.removed).toHaveLength(5);
      at.clock.at += 40 * DAY;
      await expect.poll(() => at.days(), { timeout: 10_000 }).toEqual([{ day: '2027-01-07' }]);
    }, 60_000);
  });

describe('terms', () => {
  it.each<[object, RegExp]>([
    [{ looks: 183 }, /looks.*kept for 184 days at least/],
    [{ cases: 30 }, /cases.*184 days at least/],
    [{ contest: 60 }, /contest.*184 days at least/],
    [{ drafts: 0 }, /drafts.*1 days at least/],
    [{ looks: 1.5 }, /looks/],
    [{ look: 400 }, /Unrecognized key: \\?"look\\?"/],
    [{ proof: 400 }, /proof.*at least as long as (looks|cases)/],
    [{ proof: 400, looks: 200, cases: 401 }, /at least as long as cases: 401 days/],
  ])('%j are refused', (given, sentence) => {
    const { error } = keepShape.safeParse(given);
    expect(error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n')).toMatch(sentence);
  });

  it('without settings are those of the documents', () => {
    expect(keepShape.parse({})).toEqual({});
    expect(termsOf()).toMatchObject({ looks: 1_096, proof: 3_653, cases: 3_653, drafts: 184, messages: 184, sessions: 184, bulk: 184 });
    expect(termsOf(keepShape.parse({ proof: 400, looks: 200, cases: 400 }))).toMatchObject({ proof: 400, looks: 200, cases: 400 });
  });
});
