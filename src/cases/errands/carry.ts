import { and, eq, isNotNull, lte } from 'drizzle-orm';
import type { CarrierCounter, Handed, Parcel, Report, ReportKind, TextMessage } from '../../connect/index.ts';
import { caseEvents, cases } from '../tables.ts';
import { ASK_AFTER_MS, type CasesTools, caseChannel, DESK_CALL_MS, GATEWAY, QUEUES } from '../tools.ts';
import { askingOf } from '../work/asking.ts';
import { type Sealed, sealedNote, sealName } from './errands.ts';
import { type ErrandRow, type ErrandState, errandReports, errands } from './tables.ts';

export interface ErrandJob {
  readonly errandId: string;
}

const MOST_AT_ONCE = 200;
/** A weekend and a day: whoever could not be told by then is telephoned. */
const LONGEST_TRY_MS = 3 * 86_400_000;

/** How far along a state is: reports may arrive in any order, and what has ended stays as it ended. */
const RANK: Readonly<Record<ErrandState, number>> = {
  QUEUED: 0,
  SENT: 1,
  COLLECTED: 2,
  IN_TRANSIT: 3,
  WAITING: 0,
  DELIVERED: 4,
  FAILED: 4,
  NO_ADDRESS: 4,
};
const STATES: Readonly<Record<ReportKind, ErrandState>> = {
  collected: 'COLLECTED',
  'in-transit': 'IN_TRANSIT',
  delivered: 'DELIVERED',
  failed: 'FAILED',
};

type AnyCarrier = Pick<CarrierCounter<never>, 'connector' | 'traits' | 'canInquire' | 'inquire'>;

/** Sends an errand, or asks what became of it. Every step survives the death of this process. */
export async function carry({ errandId }: ErrandJob, tools: CasesTools): Promise<void> {
  const [errand] = await tools.store.db.select().from(errands).where(eq(errands.id, errandId));
  const carrier = errand && carrierOf(errand, tools);
  if (!errand || RANK[errand.state] === RANK.DELIVERED) return;
  const now = new Date(tools.clock.now());
  if (errand.state === 'QUEUED' && now.getTime() - errand.at.getTime() > LONGEST_TRY_MS) return ended(errand, carrier, tools);
  if (!carrier) return;
  const isInDoubt = errand.state === 'QUEUED' && errand.attempts > 0 && !carrier.traits.idempotent;
  if ((errand.state !== 'QUEUED' || isInDoubt) && carrier.canInquire) {
    if (await asked(errand, carrier, tools)) return;
    if (errand.state !== 'QUEUED') return;
  }
  if (isInDoubt && !carrier.canInquire) return moved(errandId, 'FAILED', now, '是否送达不明，请人工联系', tools);
  await tools.store.transaction(({ db }) =>
    db
      .update(errands)
      .set({ attempts: errand.attempts + 1 })
      .where(eq(errands.id, errandId)),
  );
  await sent(errand, await send(errand, tools), tools);
}

/**
 * Whoever was tried for days is tried no more, also where no connector carries it any longer. A reply may have been lost on
 * the way: the carrier is asked once more before somebody hands it over a second time.
 */
async function ended(errand: ErrandRow, carrier: AnyCarrier | undefined, tools: CasesTools): Promise<void> {
  const mayBeThere = errand.attempts > 0;
  if (mayBeThere && carrier?.canInquire && (await asked(errand, carrier, tools).catch(() => false))) return;
  const note = mayBeThere ? '多日联系不上承运方，是否已收不明，请先向承运方核实' : '多日未能送达承运方，请人工联系';
  await moved(errand.id, 'FAILED', new Date(tools.clock.now()), note, tools);
}

/** What is fetched at the hall nobody carries. */
const carrierOf = ({ carrier }: ErrandRow, { engine: { carriers } }: CasesTools): AnyCarrier | undefined =>
  carrier === 'pickup' ? undefined : carriers[carrier];

/** Whether the carrier has it. */
async function asked({ id }: ErrandRow, carrier: AnyCarrier, tools: CasesTools): Promise<boolean> {
  const handed = await carrier.inquire(id, askingOf(tools, DESK_CALL_MS));
  if (handed.kind === 'failed') throw handed.error;
  if (!handed.value) return false;
  await taken(id, handed.value.reference, tools);
  for (const report of handed.value.reports) await keepReport(carrier.connector, report, tools);
  return true;
}

function send(errand: ErrandRow, tools: CasesTools): Promise<Handed<{ readonly reference: string }>> {
  const opened = tools.vault.open(sealName(errand.id), errand.sealed);
  if (!opened) throw new Error('an errand cannot be unsealed: the key of the hall is not the one it was sealed with (keys.ids)');
  const { to, text, nameZh, address } = JSON.parse(opened.toString('utf8')) as Sealed;
  const { messenger, courier } = tools.engine.carriers;
  const asking = askingOf(tools, DESK_CALL_MS);
  const parcel: Parcel = { key: errand.id, to: { nameZh, phone: to, address: address ?? '' }, contents: text };
  const message: TextMessage = { key: errand.id, to, text };
  if (errand.carrier === 'courier' && courier) return courier.send(parcel, asking);
  if (errand.carrier === 'messenger' && messenger) return messenger.send(message, asking);
  throw new Error(`no connector carries by ${errand.carrier} any more`);
}

async function sent(errand: ErrandRow, handed: Handed<{ readonly reference: string }>, tools: CasesTools): Promise<void> {
  if (handed.kind === 'done') return taken(errand.id, handed.value.reference, tools);
  if (handed.error.fault !== 'REFUSED' || handed.mayHaveArrived) throw handed.error;
  await moved(errand.id, 'FAILED', new Date(tools.clock.now()), '渠道拒绝接收', tools);
}

/** The carrier has it: what it says further is awaited, and asked for when it stays silent. */
async function taken(id: string, reference: string, tools: CasesTools): Promise<void> {
  await tools.store.transaction(({ db }) => db.update(errands).set({ reference }).where(eq(errands.id, id)));
  await moved(id, 'SENT', new Date(tools.clock.now()), null, tools);
}

/** Keeps what a carrier says, once. Reports of errands that nobody knows, or of another carrier's, are not heard. */
export async function keepReport(connector: string, { id, kind, at, key, note }: Report, tools: CasesTools): Promise<'kept' | 'foreign'> {
  const [errand] = /^[0-9a-f-]{36}$/.test(key) ? await tools.store.db.select().from(errands).where(eq(errands.id, key)) : [];
  if (!errand || carrierOf(errand, tools)?.connector !== connector) return foreign(connector, tools);
  await tools.store.transaction(({ db }) => db.insert(errandReports).values({ errandId: key, id, kind, at }).onConflictDoNothing());
  await moved(key, STATES[kind], at, note, tools);
  return 'kept';
}

async function foreign(connector: string, { store }: CasesTools): Promise<'foreign'> {
  await store.transaction(async ({ audit }) =>
    audit.write({ action: 'callback.foreign', actor: connector, role: 'agency', outcome: 'refused' }),
  );
  return 'foreign';
}

/** Brings an errand further, never back, with its row of proof. */
function moved(id: string, state: ErrandState, at: Date, note: string | null, tools: CasesTools): Promise<void> {
  return tools.store.transaction(async (unit) => {
    const [errand] = await unit.db.select().from(errands).where(eq(errands.id, id)).for('update');
    if (!errand || RANK[state] <= RANK[errand.state]) return;
    const isDone = RANK[state] === RANK.DELIVERED;
    const askAt = isDone ? null : new Date(tools.clock.now() + ASK_AFTER_MS);
    await unit.db
      .update(errands)
      .set({ state, note: note === null ? null : sealedNote(tools, id, note), askAt, doneAt: isDone ? at : null })
      .where(eq(errands.id, id));
    const [row] = await unit.db.select().from(cases).where(eq(cases.id, errand.caseId));
    if (!row) return;
    const { number, subject, status } = row;
    const detail = { errand: id, carrier: errand.carrier, kind: errand.kind, state };
    unit.audit.write({ action: 'errand.moved', ...GATEWAY, outcome: 'done', case: number, subject, detail });
    const now = new Date(tools.clock.now());
    await unit.db.update(cases).set({ changedAt: now }).where(eq(cases.id, errand.caseId));
    if (errand.kind !== 'delivery') return;
    const kind = `delivery-${state.toLowerCase().replace('_', '-')}`;
    await unit.db.insert(caseEvents).values({ caseId: errand.caseId, kind, status, at: now, ...GATEWAY });
    await unit.notify(caseChannel, errand.caseId);
  });
}

/** Looks at errands from which nothing was heard for a while. */
export async function askCarriers({ store, clock }: CasesTools): Promise<void> {
  const now = clock.now();
  await store.transaction(async ({ db, jobs }) => {
    const due = await db
      .select({ id: errands.id })
      .from(errands)
      .where(and(isNotNull(errands.askAt), lte(errands.askAt, new Date(now))))
      .limit(MOST_AT_ONCE)
      .for('update', { skipLocked: true });
    for (const { id } of due) {
      await db
        .update(errands)
        .set({ askAt: new Date(now + ASK_AFTER_MS) })
        .where(eq(errands.id, id));
      await jobs.send(QUEUES.carry, { errandId: id });
    }
  });
}
