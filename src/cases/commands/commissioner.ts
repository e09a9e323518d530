import { and, count, eq, inArray, ne } from 'drizzle-orm';
import type { Unit } from '../../store/index.ts';
import { problem, Refused } from '../problem.ts';
import type { HeldCase } from '../record.ts';
import { caseEvents, cases } from '../tables.ts';
import { type CasesTools, caseChannel, type Who } from '../tools.ts';
import { holdNumber } from './editing.ts';

export interface AssignInput {
  readonly number: string;
  /** Left out: the least busy of the block's pool. */
  readonly commissioner?: string | undefined;
}

/** Gives a case one commissioner for its whole way. */
export async function assignCommissioner(unit: Unit, input: AssignInput, who: Who, tools: CasesTools): Promise<HeldCase> {
  const held = await holdNumber(unit, input.number);
  const commissioner = input.commissioner ?? (await leastBusy(unit, tools.pools?.[held.row.block] ?? []));
  if (commissioner === undefined) throw new Refused(problem('NO_COMMISSIONER', 'commissioner'));
  const { id, number, subject, status } = held.row;
  const at = new Date(tools.clock.now());
  await unit.db.update(cases).set({ commissioner, changedAt: at }).where(eq(cases.id, id));
  held.row.commissioner = commissioner;
  await unit.db.insert(caseEvents).values({
    caseId: id,
    kind: 'commissioner',
    status,
    at,
    actor: who.actor,
    role: who.role,
    window: who.window ?? null,
    why: commissioner,
  });
  unit.audit.write({ action: 'case.commissioner', ...who, outcome: 'done', case: number, subject, detail: { commissioner } });
  await unit.notify(caseChannel, id);
  return held;
}

/** Counted by open cases; of equals the first of the pool. */
async function leastBusy({ db }: Unit, pool: readonly string[]): Promise<string | undefined> {
  if (pool.length === 0) return undefined;
  const open = and(
    inArray(cases.commissioner, [...pool]),
    ne(cases.status, 'GRANTED'),
    ne(cases.status, 'REFUSED'),
    ne(cases.status, 'WITHDRAWN'),
  );
  const rows = await db.select({ who: cases.commissioner, load: count() }).from(cases).where(open).groupBy(cases.commissioner);
  const loadOf = (name: string) => rows.find(({ who }) => who === name)?.load ?? 0;
  return pool.toSorted((a, b) => loadOf(a) - loadOf(b))[0];
}
