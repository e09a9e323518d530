import { and, eq, exists, gt, isNull, lt, ne, not, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { civilDateOf } from '../../calendar/index.ts';
import { caseEvents, cases } from '../tables.ts';
import { type CasesTools, caseChannel, GATEWAY } from '../tools.ts';
import { errands } from './tables.ts';

const MOST_AT_ONCE = 200;

/** Results that should have been handed over by now and were not: the commissioner is told, once. */
export async function warnOfHandOver(tools: CasesTools): Promise<void> {
  const { db } = tools.store;
  const today = civilDateOf(tools.clock.now());
  const later = alias(errands, 'later');
  const followed = db
    .select({ one: sql`1` })
    .from(later)
    .where(and(eq(later.caseId, errands.caseId), eq(later.kind, 'delivery'), gt(later.at, errands.at)));
  const late = and(eq(errands.kind, 'delivery'), ne(errands.state, 'DELIVERED'), lt(errands.due, today), isNull(errands.overdueAt));
  const due = await db
    .select({ id: errands.id, caseId: errands.caseId })
    .from(errands)
    .where(and(late, not(exists(followed))))
    .limit(MOST_AT_ONCE);
  for (const { id, caseId } of due) await warnOne(id, caseId, tools);
}

function warnOne(id: string, caseId: string, tools: CasesTools): Promise<void> {
  return tools.store.transaction(async (unit) => {
    const at = new Date(tools.clock.now());
    const mine = and(eq(errands.id, id), isNull(errands.overdueAt), ne(errands.state, 'DELIVERED'));
    const marked = await unit.db.update(errands).set({ overdueAt: at }).where(mine).returning({ id: errands.id });
    const [row] = await unit.db.select().from(cases).where(eq(cases.id, caseId)).for('update');
    if (marked.length === 0 || !row) return;
    const { number, subject, status, commissioner } = row;
    const why = commissioner ? `escalated to ${commissioner}` : null;
    await unit.db.update(cases).set({ changedAt: at }).where(eq(cases.id, caseId));
    await unit.db.insert(caseEvents).values({ caseId, kind: 'hand-over-overdue', status, at, ...GATEWAY, why });
    unit.audit.write({ action: 'errand.overdue', ...GATEWAY, outcome: 'done', case: number, subject, detail: { errand: id } });
    await unit.notify(caseChannel, caseId);
  });
}
