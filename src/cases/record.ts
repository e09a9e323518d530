import { and, eq } from 'drizzle-orm';
import type { AuditEntry, Unit } from '../store/index.ts';
import { duesOf } from './dues.ts';
import { handOver, tellApplicant } from './errands/index.ts';
import { factDigest } from './evidence.ts';
import { type Fact, FINAL, type Standing, standingOf, statusOf } from './life/index.ts';
import { caseEvents, caseFacts, caseItems, cases } from './tables.ts';
import { ASK_AFTER_MS, BUREAU, type CasesTools, caseChannel, GATEWAY, QUEUES, type Who } from './tools.ts';

export type CaseRow = typeof cases.$inferSelect;
export type ItemRow = typeof caseItems.$inferSelect;

/** A case whose row is held until the transaction ends: what happens to one case happens one after another. */
export interface HeldCase {
  readonly row: CaseRow;
  readonly items: ItemRow[];
}

/** What changed, by one fact. */
export interface Recorded {
  /** `known`: the same fact was kept before. `ignored`: it fits nowhere and changed nothing. */
  readonly outcome: 'kept' | 'known' | 'ignored';
  readonly standing: Standing;
}

/** Holds a case for this transaction; undefined when there is none of this id. */
export async function hold({ db }: Unit, id: string): Promise<HeldCase | undefined> {
  const [row] = await db.select().from(cases).where(eq(cases.id, id)).for('update');
  if (!row) return undefined;
  const items = await db.select().from(caseItems).where(eq(caseItems.caseId, id)).orderBy(caseItems.place);
  return { row, items };
}

/**
 * Keeps a fact and all that follows from it, in the caller's transaction: the item's phase and dates, the event that
 * subscribers see, the row of proof, the release of items that waited. The one way in which anything happens to a case.
 */
export async function record(unit: Unit, held: HeldCase, item: ItemRow, fact: Fact, who: Who, tools: CasesTools): Promise<Recorded> {
  const { id, kind, at, by, ...detail } = fact;
  const now = new Date(tools.clock.now());
  const kept = await unit.db
    .insert(caseFacts)
    .values({ itemId: item.id, id, kind, at, by, detail: { kind, ...detail } as Fact, actor: who.actor, keptAt: now })
    .onConflictDoNothing()
    .returning({ id: caseFacts.id });
  const standing = standingOf(await factsOf(unit, item.id));
  if (kept.length === 0) return { outcome: 'known', standing };
  const ignored = standing.ignored.includes(id);
  unit.audit.write(proof(held, item, fact, who, ignored));
  if (ignored) return { outcome: 'ignored', standing };
  const before = item.phase;
  await project(unit, held, item, standing, now, tools);
  await tell(unit, held, item, fact, who, now);
  await tellApplicant(unit, held, item, fact, tools);
  if (before !== item.phase) await follow(unit, held, item, tools);
  return { outcome: 'kept', standing };
}

export async function factsOf({ db }: Pick<Unit, 'db'>, itemId: string): Promise<readonly Fact[]> {
  const rows = await db.select().from(caseFacts).where(eq(caseFacts.itemId, itemId)).orderBy(caseFacts.keptAt, caseFacts.id);
  return rows.map(({ id, at, by, detail }) => ({ ...detail, id, at, by }));
}

function proof({ row }: HeldCase, { item }: ItemRow, fact: Fact, who: Who, ignored: boolean): AuditEntry {
  const { id, kind, by } = fact;
  const why = 'reason' in fact ? fact.reason : undefined;
  return {
    action: `case.${kind}`,
    ...who,
    outcome: ignored ? 'refused' : 'done',
    case: row.number,
    subject: row.subject,
    why,
    detail: { item, by, fact: id, digest: factDigest(item, fact), ...(ignored && { ignored: true }) },
  };
}

/** Writes down what the facts make of an item. */
async function project(unit: Unit, held: HeldCase, item: ItemRow, standing: Standing, now: Date, tools: CasesTools): Promise<void> {
  const { phase, reference, receivedAt, acceptedAt, decidedAt } = standing;
  const projected = {
    phase,
    reference: reference ?? item.reference,
    receivedAt,
    acceptedAt,
    decidedAt,
    // Whoever tells something has the application: what was in doubt is so no more.
    inDoubt: item.inDoubt && (phase === 'QUEUED' || phase === 'UNKNOWN'),
    ...duesOf(item.item, standing, tools),
  };
  Object.assign(item, projected);
  await unit.db.update(caseItems).set(projected).where(eq(caseItems.id, item.id));
  const status = statusOf(held.items.map((each) => each.phase));
  Object.assign(held.row, { status, changedAt: now });
  await unit.db.update(cases).set({ status, changedAt: now }).where(eq(cases.id, held.row.id));
}

/** The event that subscribers see. It holds no personal data. */
async function tell(unit: Unit, { row }: HeldCase, item: ItemRow, fact: Fact, who: Who, at: Date): Promise<void> {
  await unit.db.insert(caseEvents).values({
    caseId: row.id,
    item: item.item,
    kind: fact.kind,
    phase: item.phase,
    status: row.status,
    at,
    actor: who.actor,
    role: who.role,
    window: who.window ?? null,
    why: 'reason' in fact ? fact.reason : null,
  });
  await unit.notify(caseChannel, row.id);
}

/** What a phase sets going. */
async function follow(unit: Unit, held: HeldCase, item: ItemRow, tools: CasesTools): Promise<void> {
  if (item.phase === 'QUEUED') await sendOff(unit, held, item, tools);
  if (FINAL.has(item.phase) || item.phase === 'WAITING') await releaseWaiting(unit, held, tools);
  if (FINAL.has(item.phase)) await handOver(unit, held, tools);
}

/** To the agency's desk by a durable job; to the bureau's own there is no way to go. */
async function sendOff(unit: Unit, held: HeldCase, item: ItemRow, tools: CasesTools): Promise<void> {
  const at = new Date(tools.clock.now());
  if (item.desk !== BUREAU) {
    item.askAt = new Date(at.getTime() + ASK_AFTER_MS);
    await unit.db.update(caseItems).set({ askAt: item.askAt }).where(eq(caseItems.id, item.id));
    return unit.jobs.send(QUEUES.dispatch, { caseId: held.row.id, itemId: item.id });
  }
  await record(unit, held, item, { kind: 'received', id: 'received', at, by: 'gateway', reference: held.row.number }, GATEWAY, tools);
}

/** Starts what has all it waited for, and drops what waits for something that will never come. */
export async function releaseWaiting(unit: Unit, held: HeldCase, tools: CasesTools): Promise<void> {
  const at = new Date(tools.clock.now());
  const byCode = new Map(held.items.map((item) => [item.item, item]));
  for (const item of held.items.filter(({ phase }) => phase === 'WAITING')) {
    const before = item.waitsFor.flatMap((code) => byCode.get(code) ?? []);
    if (before.every(({ phase }) => phase === 'GRANTED'))
      await record(unit, held, item, { kind: 'released', id: 'released', at, by: 'gateway' }, GATEWAY, tools);
    else if (before.some(({ phase }) => phase !== 'GRANTED' && FINAL.has(phase)))
      await record(unit, held, item, { kind: 'dropped', id: 'dropped', at, by: 'gateway', reason: '前置事项未通过' }, GATEWAY, tools);
  }
}

/** The item that an agency means, by the hall's key or by the agency's own reference. */
export async function itemNamed(
  { db }: Pick<Unit, 'db'>,
  connector: string,
  named: { readonly key: string | null; readonly reference: string | null },
): Promise<ItemRow | undefined> {
  if (named.key !== null && /^[0-9a-f-]{36}$/.test(named.key)) {
    const [byKey] = await db.select().from(caseItems).where(eq(caseItems.id, named.key));
    if (byKey) return byKey;
  }
  if (named.reference === null) return undefined;
  const sameReference = and(eq(caseItems.desk, connector), eq(caseItems.reference, named.reference));
  const [byReference] = await db.select().from(caseItems).where(sameReference).limit(1);
  return byReference;
}
