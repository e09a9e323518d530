import { and, desc, eq } from 'drizzle-orm';
import type { Unit } from '../../store/index.ts';
import type { Contents } from '../contents.ts';
import { errands, handOver } from '../errands/index.ts';
import { problem, Refused } from '../problem.ts';
import type { HeldCase } from '../record.ts';
import type { CasesTools, Who } from '../tools.ts';
import { contentsOf, holdNumber, keepContents } from './editing.ts';

export interface DeliveryInput {
  readonly number: string;
  readonly delivery: Contents['delivery'];
}

/**
 * Says how results are handed over. Before they are it is noted; a parcel that came back, or results that still lie at the
 * hall, are handed over anew. What is on its way, or was handed over, stays so.
 */
export async function setDelivery(unit: Unit, { number, delivery }: DeliveryInput, who: Who, tools: CasesTools): Promise<HeldCase> {
  const held = await holdNumber(unit, number);
  const contents = contentsOf(held, tools);
  const needsAddress = delivery.method === 'COURIER' && !(delivery.address && contents.applicant.phone);
  if (needsAddress) throw new Refused(problem('MISSING_ADDRESS', 'delivery/address'));
  const ofCase = and(eq(errands.caseId, held.row.id), eq(errands.kind, 'delivery'));
  const [last] = await unit.db.select().from(errands).where(ofCase).orderBy(desc(errands.at), desc(errands.id)).limit(1);
  if (last && last.state !== 'FAILED' && last.state !== 'WAITING') throw new Refused(problem('ON_ITS_WAY', 'number'));
  await keepContents(unit, held, { ...contents, delivery }, tools);
  const { subject } = held.row;
  unit.audit.write({ action: 'case.delivery-set', ...who, outcome: 'done', case: number, subject, detail: { method: delivery.method } });
  if (!last) return held;
  const doneAt = new Date(tools.clock.now());
  // What lay at the hall is fetched by nobody any more.
  if (last.state === 'WAITING') await unit.db.update(errands).set({ state: 'FAILED', doneAt }).where(eq(errands.id, last.id));
  // The day by which the law wants it stays, and so does that it is over.
  await handOver(unit, held, tools, last);
  return held;
}
