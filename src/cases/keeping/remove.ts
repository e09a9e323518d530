import { and, eq, inArray, isNull, lt, sql } from 'drizzle-orm';
import type { Files } from '../../files/index.ts';
import { rowsOf, type Unit } from '../../store/index.ts';
import { errands } from '../errands/tables.ts';
import type { CaseStatus } from '../life/index.ts';
import { type CaseRow, hold } from '../record.ts';
import { cases } from '../tables.ts';
import { type CasesTools, GATEWAY } from '../tools.ts';

/** Statuses that nothing leads out of by itself. */
export const ENDED: readonly CaseStatus[] = ['GRANTED', 'PARTLY_GRANTED', 'REFUSED', 'WITHDRAWN'];
/** One turn removes so many; whoever calls comes again until nothing is left. */
const AT_ONCE = 100;
const ROWS_AT_ONCE = 1_000;

/** What went with a case. */
export interface Removed {
  readonly files: number;
  /** Texts, and parcels with results. */
  readonly messages: number;
}

/** Removes a held case with all that hangs on it. Its rows of proof stay, and one more says that it is gone, and why. */
export async function removeCase(
  { db, audit }: Unit,
  { id, number }: CaseRow,
  why: string,
  files: Pick<Files, 'release'>,
): Promise<Removed> {
  const items = sql`(select id from yimen.case_items where case_id = ${id})`;
  await db.execute(sql`delete from yimen.errand_reports where errand_id in (select id from yimen.errands where case_id = ${id})`);
  const messages = await db.delete(errands).where(eq(errands.caseId, id)).returning({ id: errands.id });
  await db.execute(sql`delete from yimen.callbacks where item_id in ${items}`);
  await db.execute(sql`delete from yimen.supplements where item_id in ${items}`);
  await db.execute(sql`delete from yimen.case_facts where item_id in ${items}`);
  for (const table of ['case_items', 'case_events', 'case_materials', 'submissions'])
    await db.execute(sql`delete from yimen.${sql.identifier(table)} where case_id = ${id}`);
  const released = await files.release({ db }, id);
  await db.delete(cases).where(eq(cases.id, id));
  audit.write({ action: 'case.removed', ...GATEWAY, outcome: 'done', case: number, why });
  return { files: released, messages: messages.length };
}

/** What this room keeps only for a time: each removes some of what is older than a moment, and says how much. */
export type Keeping = Readonly<Record<'cases' | 'drafts' | 'messages' | 'callbacks' | 'quarantine', (before: Date) => Promise<number>>>;

export function keepingOf({ store, files }: Pick<CasesTools, 'store' | 'files'>): Keeping {
  async function removeCases(statuses: readonly CaseStatus[], before: Date, why: string): Promise<number> {
    const isOver = and(inArray(cases.status, [...statuses]), lt(cases.changedAt, before));
    const found = await store.db.select({ id: cases.id }).from(cases).where(isOver).limit(AT_ONCE);
    for (const { id } of found)
      await store.transaction(async (unit) => {
        const held = await hold(unit, id);
        // Somebody may have gone on with it meanwhile.
        if (held && statuses.includes(held.row.status) && held.row.changedAt < before) await removeCase(unit, held.row, why, files);
      });
    return found.length;
  }

  async function removeMessages(before: Date): Promise<number> {
    // Parcels are how a result was handed over: they go with their case.
    const isOver = and(lt(errands.at, before), isNull(errands.askAt), sql`${errands.kind} <> 'delivery'`);
    return store.transaction(async ({ db }) => {
      const found = await db.select({ id: errands.id }).from(errands).where(isOver).limit(ROWS_AT_ONCE);
      const ids = found.map(({ id }) => id);
      if (ids.length === 0) return 0;
      await db.execute(
        sql`delete from yimen.errand_reports where errand_id in (select id from yimen.errands where ${inArray(errands.id, ids)})`,
      );
      await db.delete(errands).where(inArray(errands.id, ids));
      return ids.length;
    });
  }

  /** Replays of call-backs, and call-backs of applications that nobody knows. */
  const removeOld = (table: 'callbacks' | 'quarantine') => (before: Date) =>
    store.transaction(async ({ db }) => {
      const name = sql.identifier(table);
      const gone = await rowsOf(
        db,
        sql`delete from yimen.${name} where (connector, id) in
          (select connector, id from yimen.${name} where at < ${before.toISOString()} limit ${ROWS_AT_ONCE}::int) returning 1 as one`,
      );
      return gone.length;
    });

  return {
    cases: (before) => removeCases(ENDED, before, 'its time is over'),
    drafts: (before) => removeCases(['DRAFT'], before, 'it was never handed in'),
    messages: removeMessages,
    callbacks: removeOld('callbacks'),
    quarantine: async (before) => (await removeOld('quarantine')(before)) + (await files.dropQuarantined(before)),
  };
}
