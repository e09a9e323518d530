import { and, eq } from 'drizzle-orm';
import type { Unit } from '../../store/index.ts';
import { errands } from '../errands/index.ts';
import { problem, Refused } from '../problem.ts';
import type { HeldCase } from '../record.ts';
import { caseEvents, cases } from '../tables.ts';
import { type CasesTools, caseChannel, type Who } from '../tools.ts';
import { holdNumber } from './editing.ts';

/** Somebody fetched the results at the hall: a clerk says so, and the name of the clerk is kept. */
export async function confirmPickup(unit: Unit, { number }: { readonly number: string }, who: Who, tools: CasesTools): Promise<HeldCase> {
  const held = await holdNumber(unit, number);
  const { id, subject, status } = held.row;
  const at = new Date(tools.clock.now());
  const waiting = and(eq(errands.caseId, id), eq(errands.kind, 'delivery'), eq(errands.state, 'WAITING'));
  const done = await unit.db.update(errands).set({ state: 'DELIVERED', doneAt: at }).where(waiting).returning({ id: errands.id });
  if (done.length === 0) throw new Refused(problem('NOTHING_TO_FETCH', 'number'));
  unit.audit.write({ action: 'errand.fetched', ...who, outcome: 'done', case: number, subject, detail: { errand: done[0]?.id } });
  await unit.db
    .insert(caseEvents)
    .values({ caseId: id, kind: 'delivery-delivered', status, at, actor: who.actor, role: who.role, window: who.window ?? null });
  await unit.db.update(cases).set({ changedAt: at }).where(eq(cases.id, id));
  await unit.notify(caseChannel, id);
  return held;
}
