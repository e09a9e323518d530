import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Files } from '../../files/index.ts';
import type { Unit } from '../../store/index.ts';
import { errands } from '../errands/tables.ts';
import { type CaseRow, hold } from '../record.ts';
import { caseItems, cases } from '../tables.ts';
import { ENDED, type Removed, removeCase } from './remove.ts';

/** A case that stands against erasing an applicant's data. */
export interface Standing {
  readonly case: string;
  /** It is not over, or its decision may still be contested. */
  readonly why: 'RUNNING' | 'CONTESTABLE';
  /** Until when it may be. */
  readonly until?: Date | undefined;
}

/** What erasing an applicant's cases came to. Where anything stands against it nothing was removed. */
export interface ErasedCases extends Removed {
  readonly cases: readonly string[];
  readonly standing: readonly Standing[];
}

export interface EraseCases {
  /** Keyed hash of the applicant. */
  readonly subject: string;
  readonly now: Date;
  /** How long after its last decision a case may be contested, in milliseconds. */
  readonly contestableMs: number;
}

/** Removes an applicant's cases that are over, and drafts, in the caller's transaction: all of them, or none. */
export async function eraseCases(
  unit: Unit,
  { subject, now, contestableMs }: EraseCases,
  files: Pick<Files, 'release'>,
): Promise<ErasedCases> {
  const found = await unit.db.select({ id: cases.id }).from(cases).where(eq(cases.subject, subject)).orderBy(cases.openedAt);
  const rows: CaseRow[] = [];
  const standing: Standing[] = [];
  for (const { id } of found) {
    const held = await hold(unit, id);
    if (!held) continue;
    rows.push(held.row);
    const against = await standsAgainst(unit, held.row, { now, contestableMs });
    if (against) standing.push(against);
  }
  if (standing.length > 0) return { cases: [], files: 0, messages: 0, standing };
  let [gone, messages] = [0, 0];
  for (const row of rows) {
    const removed = await removeCase(unit, row, 'erased on request', files);
    gone += removed.files;
    messages += removed.messages;
  }
  return { cases: rows.map(({ number }) => number), files: gone, messages, standing: [] };
}

async function standsAgainst(
  { db }: Unit,
  { id, number, status }: CaseRow,
  { now, contestableMs }: Pick<EraseCases, 'now' | 'contestableMs'>,
): Promise<Standing | undefined> {
  if (status === 'DRAFT') return undefined;
  if (!ENDED.includes(status) || (await isHandedOver(db, id)) === false) return { case: number, why: 'RUNNING' };
  const [decided] = await db
    .select({ last: sql<string | Date | null>`max(${caseItems.decidedAt})` })
    .from(caseItems)
    .where(eq(caseItems.caseId, id));
  const last = decided?.last ? new Date(decided.last) : undefined;
  const until = last && new Date(last.getTime() + contestableMs);
  return until && now < until ? { case: number, why: 'CONTESTABLE', until } : undefined;
}

/** Whether nothing is on its way to the applicant, and nothing waits for them at the hall. */
async function isHandedOver(db: Unit['db'], caseId: string): Promise<boolean> {
  const open = await db.$count(
    errands,
    and(
      eq(errands.caseId, caseId),
      inArray(errands.state, ['QUEUED', 'SENT', 'COLLECTED', 'IN_TRANSIT', 'WAITING']),
      eq(errands.kind, 'delivery'),
    ),
  );
  return open === 0;
}
