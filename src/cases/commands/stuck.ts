import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { Unit } from '../../store/index.ts';
import { adopt } from '../callbacks.ts';
import { type Fact, STUCK } from '../life/index.ts';
import { problem, Refused } from '../problem.ts';
import { type HeldCase, record } from '../record.ts';
import { caseItems } from '../tables.ts';
import { ASK_AFTER_MS, type CasesTools, type Who } from '../tools.ts';
import { holdItem, type OfHeld } from './bureau.ts';

/** Sends a stuck item again, by a person's order: they know what the gateway cannot. */
export async function resendItem(
  unit: Unit,
  { item: id, reason }: { readonly item: string; readonly reason: string },
  who: Who,
  tools: CasesTools,
): Promise<HeldCase> {
  const { held, item } = await holdUnknown(unit, id);
  await unit.db.update(caseItems).set({ inDoubt: false, leasedUntil: null }).where(eq(caseItems.id, id));
  Object.assign(item, { inDoubt: false, leasedUntil: null });
  unit.audit.write({
    action: 'case.resend-ordered',
    ...who,
    outcome: 'done',
    case: held.row.number,
    subject: held.row.subject,
    why: reason,
  });
  const at = new Date(tools.clock.now());
  await record(unit, held, item, { kind: 'resend', id: `resend.${item.attempts}`, at, by: 'person' }, who, tools);
  return held;
}

export interface ConfirmInput {
  readonly item: string;
  /** The agency's own number of it. */
  readonly reference: string;
  readonly reason: string;
}

/** A person found a stuck item in the agency's own book: it is there, and must not be sent again. */
export async function confirmReceipt(unit: Unit, input: ConfirmInput, who: Who, tools: CasesTools): Promise<HeldCase> {
  const { held, item } = await holdUnknown(unit, input.item);
  const { reason, reference } = input;
  const now = tools.clock.now();
  const known = { inDoubt: false, leasedUntil: null, reference, askAt: new Date(now + ASK_AFTER_MS) };
  await unit.db.update(caseItems).set(known).where(eq(caseItems.id, item.id));
  Object.assign(item, known);
  const { number, subject } = held.row;
  unit.audit.write({ action: 'case.receipt-confirmed', ...who, outcome: 'done', case: number, subject, why: reason });
  await record(unit, held, item, { kind: 'received', id: 'received', at: new Date(now), by: 'person', reference }, who, tools);
  await adopt(unit, held, item, tools);
  return held;
}

async function holdUnknown(unit: Unit, id: string): Promise<OfHeld> {
  const found = await holdItem(unit, id);
  if (found.item.phase !== 'UNKNOWN') throw new Refused(problem('NOT_STUCK', 'item'));
  return found;
}

/** A person says which of two contradicting decisions holds. */
export async function settleItem(
  unit: Unit,
  { item: id, granted, reason }: { readonly item: string; readonly granted: boolean; readonly reason: string },
  who: Who,
  tools: CasesTools,
): Promise<HeldCase> {
  const { held, item } = await holdItem(unit, id);
  if (!STUCK.has(item.phase) || item.phase === 'UNKNOWN') throw new Refused(problem('NOT_STUCK', 'item'));
  const at = new Date(tools.clock.now());
  const fact: Fact = { kind: 'settled', as: granted ? 'GRANTED' : 'REFUSED', reason, id: `settled.${randomUUID()}`, at, by: 'person' };
  await record(unit, held, item, fact, who, tools);
  return held;
}
