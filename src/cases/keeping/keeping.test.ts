import { randomBytes, randomUUID } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { openFiles } from '../../files/index.ts';
import { eicar, pdf, piecesOf, testFolder } from '../../files/testing.ts';
import { openStore, rowsOf, Vault } from '../../store/index.ts';
import { noPostgres, openTestDatabase } from '../../store/testing.ts';
import { errandReports, errands } from '../errands/tables.ts';
import { callbacks, caseEvents, caseFacts, caseItems, caseMaterials, cases, quarantine, submissions } from '../tables.ts';
import { eraseCases, keepingOf } from './index.ts';

const DAY = 86_400_000;
const NOW = new Date('2026-11-28T12:00:00Z');
const before = (days: number) => new Date(NOW.getTime() - days * DAY);
const NOTHING = Buffer.alloc(0);
const CLERK = { actor: 'li', role: 'clerk' };

const engines = [
  { name: 'embedded', skip: false, open: async (): Promise<AsyncDisposable & { url?: string }> => ({ async [Symbol.asyncDispose]() {} }) },
  { name: 'PostgreSQL', skip: noPostgres !== undefined, open: openTestDatabase },
];

/** Every table that a case reaches. */
const TABLES = [
  'cases',
  'case_items',
  'case_facts',
  'case_events',
  'case_materials',
  'submissions',
  'supplements',
  'callbacks',
  'errands',
  'errand_reports',
] as const;

async function bench(url: string | undefined) {
  const clock = { now: () => NOW.getTime() };
  const store = await openStore({ url, clock, log: { warn() {} }, queues: [] });
  const place = await testFolder();
  const key = randomBytes(32);
  const files = openFiles({ store, place: place.place, folder: place.folder, clock, key, vault: new Vault(key), reserve: 0 });
  const counts = async () => {
    const all = sql.join(
      TABLES.map((name) => sql`select ${name} as name, count(*)::int as rows from yimen.${sql.identifier(name)}`),
      sql` union all `,
    );
    const found = await rowsOf<{ name: string; rows: number }>(store.db, all);
    return Object.fromEntries(found.map(({ name, rows }) => [name, rows]));
  };
  return {
    store,
    files,
    place,
    keeping: keepingOf({ store, files }),
    counts,
    numbers: async () => (await store.db.select({ number: cases.number }).from(cases).orderBy(cases.number)).map(({ number }) => number),
    proof: () =>
      rowsOf(
        store.db,
        sql`select entry->>'case' as number, entry->>'why' as why from yimen.audit where action = 'case.removed' order by 1`,
      ),
    /** A case with a row in every table and a file, last changed so many days ago. */
    async addCase(
      number: string,
      status: 'DRAFT' | 'IN_PROGRESS' | 'GRANTED',
      days: number,
      delivery: 'DELIVERED' | 'WAITING' = 'DELIVERED',
    ) {
      const [caseId, itemId, errandId] = [randomUUID(), randomUUID(), randomUUID()];
      const at = before(days);
      await store.transaction(async ({ db }) => {
        const row = {
          id: caseId,
          number,
          channel: 'WINDOW',
          subject: 'hash',
          openedBy: 'li',
          block: 'b',
          sealed: NOTHING,
          status,
        } as const;
        await db.insert(cases).values({ ...row, openedAt: at, changedAt: at });
        const item = {
          id: itemId,
          caseId,
          place: 0,
          item: 'x',
          waitsFor: [] as string[],
          desk: 'bureau',
          agency: 'a',
          phase: 'GRANTED',
        } as const;
        await db.insert(caseItems).values({ ...item, decidedAt: status === 'GRANTED' ? at : null });
        await db
          .insert(caseFacts)
          .values({ itemId, id: 'f', kind: 'accepted', at, by: 'desk', detail: { kind: 'accepted' }, actor: 'a', keptAt: at });
        await db.insert(caseEvents).values({ caseId, kind: 'accepted', status, at, ...CLERK });
        await db.insert(caseMaterials).values({ caseId, material: 'm', source: 'ATTACHED', addedBy: 'li', addedAt: at });
        await db.insert(submissions).values({ key: number, digest: 'd', caseId, at });
        await db.insert(callbacks).values({ connector: 'tax', id: number, itemId, at });
        await db.execute(sql`insert into yimen.supplements (job, item_id, number) values (${number}, ${itemId}, 1)`);
        const errand = { id: errandId, caseId, carrier: 'pickup', kind: 'delivery', state: delivery, sealed: NOTHING, at } as const;
        await db.insert(errands).values(errand);
        await db.insert(errandReports).values({ errandId, id: 'r', kind: 'delivered', at });
      });
      const { id } = await files.put(piecesOf(pdf(number)), {}, CLERK);
      await store.transaction((unit) => files.claim(unit, id, caseId, CLERK));
      return { caseId, file: id };
    },
    async [Symbol.asyncDispose]() {
      await files.close();
      await store.close();
      await place[Symbol.asyncDispose]();
    },
  };
}

for (const { name, skip, open } of engines)
  describe.skipIf(skip)(`what of cases is kept for a time, on ${name}`, () => {
    it('an ended case goes with every row and file, a running one never, however old', async () => {
      await using database = await open();
      await using at = await bench(database.url);
      await at.addCase('A-old', 'GRANTED', 400);
      await at.addCase('B-young', 'GRANTED', 10);
      await at.addCase('C-runs', 'IN_PROGRESS', 4_000);
      await at.addCase('D-draft', 'DRAFT', 400);
      expect(await at.counts()).toEqual(Object.fromEntries(TABLES.map((table) => [table, 4])));
      expect([await at.keeping.cases(before(365)), await at.keeping.cases(before(365))]).toEqual([1, 0]);
      expect(await at.numbers()).toEqual(['B-young', 'C-runs', 'D-draft']);
      expect([await at.keeping.drafts(before(365)), await at.keeping.drafts(before(365))]).toEqual([1, 0]);
      expect(await at.numbers()).toEqual(['B-young', 'C-runs']);
      expect(await at.counts()).toEqual(Object.fromEntries(TABLES.map((table) => [table, 2])));
      expect(at.place.contents().size).toBe(4);
      expect([await at.files.sweep(), await at.files.sweep()]).toEqual([2, 0]);
      expect(at.place.contents().size).toBe(2);
      expect(await at.proof()).toEqual([
        { number: 'A-old', why: 'its time is over' },
        { number: 'D-draft', why: 'it was never handed in' },
      ]);
    });

    it('a content that another case has too stays', async () => {
      await using database = await open();
      await using at = await bench(database.url);
      await at.addCase('A', 'GRANTED', 400);
      const { caseId } = await at.addCase('B', 'GRANTED', 1);
      const { id } = await at.files.put(piecesOf(pdf('A')), {}, CLERK);
      await at.store.transaction((unit) => at.files.claim(unit, id, caseId, CLERK));
      await at.keeping.cases(before(365));
      await at.files.sweep();
      expect(await at.files.find(id)).toBeDefined();
      expect(at.place.contents().size).toBe(2);
    });

    it('texts, replays and what was set apart go by their own terms; parcels and what is on its way stay', async () => {
      await using database = await open();
      await using at = await bench(database.url);
      const { caseId } = await at.addCase('A', 'IN_PROGRESS', 400);
      const text = (days: number, askAt: Date | null) =>
        ({
          id: randomUUID(),
          caseId,
          carrier: 'messenger',
          kind: 'granted',
          state: askAt ? 'SENT' : 'DELIVERED',
          sealed: NOTHING,
          at: before(days),
          askAt,
        }) as const;
      await at.store.transaction(async ({ db }) => {
        await db.insert(errands).values([text(200, null), text(3, null), text(200, NOW)]);
        for (const days of [1, 100])
          await db.insert(quarantine).values({ connector: 'tax', id: `q${days}`, sealed: NOTHING, at: before(days) });
      });
      await expect(at.files.put(piecesOf(eicar()), {}, CLERK)).rejects.toMatchObject({ code: 'FILE_INFECTED' });
      await at.store.transaction(({ db }) =>
        db.execute(sql`update yimen.files set uploaded_at = ${before(100).toISOString()} where state = 'QUARANTINED'`),
      );
      expect([await at.keeping.messages(before(184)), await at.keeping.messages(before(184))]).toEqual([1, 0]);
      expect([await at.keeping.callbacks(before(90)), await at.keeping.callbacks(before(90))]).toEqual([1, 0]);
      expect([await at.keeping.quarantine(before(90)), await at.keeping.quarantine(before(90))]).toEqual([2, 0]);
      expect(await at.counts()).toMatchObject({ errands: 3, callbacks: 0, cases: 1 });
      expect(await at.store.db.select({ id: quarantine.id }).from(quarantine)).toEqual([{ id: 'q1' }]);
      expect(await rowsOf(at.store.db, sql`select id from yimen.files where state = 'QUARANTINED'`)).toEqual([]);
    });

    it('erasing takes all of an applicant or nothing', async () => {
      await using database = await open();
      await using at = await bench(database.url);
      await at.addCase('A', 'GRANTED', 400);
      await at.addCase('B', 'GRANTED', 400, 'WAITING');
      await at.addCase('C', 'GRANTED', 100);
      await at.addCase('D', 'DRAFT', 1);
      const erased = (contestableMs = 184 * DAY) =>
        at.store.transaction((unit) => eraseCases(unit, { subject: 'hash', now: NOW, contestableMs }, at.files));
      expect(await erased()).toEqual({
        cases: [],
        files: 0,
        messages: 0,
        standing: [
          { case: 'B', why: 'RUNNING' },
          { case: 'C', why: 'CONTESTABLE', until: new Date(NOW.getTime() + 84 * DAY) },
        ],
      });
      expect(await at.numbers()).toEqual(['A', 'B', 'C', 'D']);
      await at.store.transaction(({ db }) => db.update(errands).set({ state: 'DELIVERED' }).where(eq(errands.state, 'WAITING')));
      expect(await erased(99 * DAY)).toMatchObject({ files: 4, messages: 4, standing: [] });
      expect(await at.counts()).toEqual(Object.fromEntries(TABLES.map((table) => [table, 0])));
    });
  });
