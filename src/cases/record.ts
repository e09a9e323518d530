import { and, eq, type SQL, sql } from 'drizzle-orm';
import { maskCitizenIds } from '../codes/index.ts';
import { type AuditEntry, rowsOf, type Unit } from '../store/index.ts';
import { duesOf } from './dues.ts';
import { handOver, tellApplicant } from './errands/index.ts';
import { factDigest } from './evidence.ts';
import { type Fact, type FactDetail, FINAL, type Standing, standingOf, statusOf } from './life/index.ts';
import { caseFacts, caseItems, cases } from './tables.ts';
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
export const hold = (unit: Unit, id: string): Promise<HeldCase | undefined> => holdWhere(unit, eq(cases.id, id));

/** The same by the number of the case. */
export const holdNumbered = (unit: Unit, number: string): Promise<HeldCase | undefined> => holdWhere(unit, eq(cases.number, number));

async function holdWhere({ db }: Unit, which: SQL): Promise<HeldCase | undefined> {
  const [row] = await db.select().from(cases).where(which).for('update');
  if (!row) return undefined;
  const items = await db.select().from(caseItems).where(eq(caseItems.caseId, row.id)).orderBy(caseItems.place);
  return { row, items };
}

/**
 * Keeps a fact and all that follows from it, in the caller's transaction: the item's phase and dates, the event that
 * subscribers see, the row of proof, the release of items that waited. The one way in which anything happens to a case.
 */
export async function record(unit: Unit, held: HeldCase, item: ItemRow, told: Fact, who: Who, tools: CasesTools): Promise<Recorded> {
  const fact = withoutNumbers(told);
  const now = new Date(tools.clock.now());
  const { isNew, facts } = await keep(unit, item.id, fact, who, now);
  const standing = standingOf(facts);
  if (!isNew) return { outcome: 'known', standing };
  const ignored = standing.ignored.includes(fact.id);
  unit.audit.write(proof(held, item, fact, who, ignored));
  if (ignored) return { outcome: 'ignored', standing };
  const before = item.phase;
  project(held, item, standing, now, tools);
  await write(unit, held, item, fact, who);
  await tellApplicant(unit, held, item, fact, tools);
  if (before !== item.phase) await follow(unit, held, item, tools);
  return { outcome: 'kept', standing };
}

/** Facts stay readable for ever: an identity number that somebody wrote into a reason is masked in them. */
function withoutNumbers(fact: Fact): Fact {
  if (fact.kind === 'correction') return { ...fact, points: fact.points.map((point) => ({ ...point, what: maskCitizenIds(point.what) })) };
  return 'reason' in fact ? { ...fact, reason: maskCitizenIds(fact.reason) } : fact;
}

interface Kept {
  /** Whether the fact was not there yet. */
  readonly isNew: boolean;
  /** All facts of the item, this one included. */
  readonly facts: readonly Fact[];
}

interface KeptRow {
  readonly kept: boolean;
  readonly id: string | null;
  readonly at: string | Date;
  readonly by: Fact['by'];
  readonly detail: FactDetail;
}

/** Keeps a fact, if it is new, and reads all there are: in one statement, for every case is written by way of this. */
async function keep({ db }: Unit, itemId: string, fact: Fact, { actor }: Who, now: Date): Promise<Kept> {
  const { id, kind, at, by, ...detail } = fact;
  const rows = await rowsOf<KeptRow>(
    db,
    sql`with kept as (
        insert into yimen.case_facts (item_id, id, kind, at, by, detail, actor, kept_at)
        values (${itemId}, ${id}, ${kind}, ${at.toISOString()}, ${by}, ${JSON.stringify({ kind, ...detail })}::jsonb, ${actor}, ${now.toISOString()})
        on conflict do nothing returning id)
      select exists (select from kept) as kept, known.id, known.at, known.by, known.detail
      from (select 1) as one left join yimen.case_facts known on known.item_id = ${itemId}
      order by known.kept_at, known.id`,
  );
  const isNew = rows[0]?.kept ?? false;
  // The statement reads what was there before it wrote.
  const known = rows.flatMap((row) => (row.id === null ? [] : [{ ...row.detail, id: row.id, at: new Date(row.at), by: row.by } as Fact]));
  return { isNew, facts: isNew ? [...known, fact] : known };
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

/** What the facts make of an item and its case. */
function project(held: HeldCase, item: ItemRow, standing: Standing, now: Date, tools: CasesTools): void {
  const { phase, reference, receivedAt, acceptedAt, decidedAt } = standing;
  Object.assign(item, {
    phase,
    reference: reference ?? item.reference,
    receivedAt,
    acceptedAt,
    decidedAt,
    // Whoever tells something has the application: what was in doubt is so no more.
    inDoubt: item.inDoubt && (phase === 'QUEUED' || phase === 'UNKNOWN'),
    ...duesOf(item.item, standing, tools),
  });
  Object.assign(held.row, { status: statusOf(held.items.map((each) => each.phase)), changedAt: now });
}

const instant = (date: Date | null): SQL => sql`${date?.toISOString() ?? null}::timestamptz`;

/** Writes down the item, its case and the event that subscribers see, and tells them: one statement. The event holds no personal data. */
async function write({ db }: Unit, { row }: HeldCase, item: ItemRow, fact: Fact, { actor, role, window = undefined }: Who): Promise<void> {
  const why = 'reason' in fact ? fact.reason : null;
  await db.execute(sql`
    with item as (
      update yimen.case_items set phase = ${item.phase}, reference = ${item.reference}, received_at = ${instant(item.receivedAt)},
        accepted_at = ${instant(item.acceptedAt)}, decided_at = ${instant(item.decidedAt)}, in_doubt = ${item.inDoubt},
        promised_due = ${item.promisedDue}::date, statutory_due = ${item.statutoryDue}::date
      where id = ${item.id}),
    whole as (
      update yimen.cases set status = ${row.status}, submitted_at = ${instant(row.submittedAt)}, changed_at = ${instant(row.changedAt)}
      where id = ${row.id}),
    event as (
      insert into yimen.case_events (case_id, item, kind, phase, status, at, actor, role, "window", why)
      values (${row.id}, ${item.item}, ${fact.kind}, ${item.phase}, ${row.status}, ${instant(row.changedAt)}, ${actor}, ${role}, ${window ?? null}, ${why}))
    select pg_notify(${caseChannel}, ${row.id})`);
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
