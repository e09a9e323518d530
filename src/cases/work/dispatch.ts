import { and, eq, isNull, lt, or } from 'drizzle-orm';
import type { Counter, Handed, Named, Receipt, Standing } from '../../connect/index.ts';
import type { Unit } from '../../store/index.ts';
import { adopt, keepTidings } from '../callbacks.ts';
import type { Fact } from '../life/index.ts';
import { type HeldCase, hold, type ItemRow, record } from '../record.ts';
import { caseItems } from '../tables.ts';
import { ASK_AFTER_MS, BUREAU, type CasesTools, DESK_CALL_MS, GATEWAY } from '../tools.ts';
import { applicationOf } from './application.ts';
import { askingOf } from './asking.ts';

export interface ItemJob {
  readonly caseId: string;
  readonly itemId: string;
}

/** How long an item belongs to the worker that took it: a little longer than its call to the agency may last. */
const LEASE_MS = DESK_CALL_MS + 2_000;

/** The job has nothing to do any more, or somebody else does it. */
type Taken = { readonly item: ItemRow; readonly held: HeldCase; readonly inDoubt: boolean; readonly until: number } | undefined;

/**
 * Hands one item to its desk: exactly once where the agency keeps keys, and otherwise never again without having asked.
 * Every step survives the death of this process; rejects where the agency should be tried again later.
 */
export async function dispatch({ caseId, itemId }: ItemJob, tools: CasesTools): Promise<void> {
  const taken = await take(caseId, itemId, tools);
  if (!taken) return;
  tools.at?.('P4');
  const { item, held, inDoubt, until } = taken;
  const counter = tools.engine.desks.of({ slug: slugOf(item, tools), code: item.item });
  // The connector was switched off since: the bureau's desk takes what nobody else does.
  if (!counter) return received(caseId, itemId, { reference: null }, tools);
  const known = inDoubt ? await alreadyThere(item, counter, tools) : 'send';
  if (known === 'nobody-knows') return lostSight(caseId, itemId, tools);
  if (known !== 'send') return received(caseId, itemId, known, tools, known.tidings);
  const application = await applicationOf(held, item, tools);
  const handed = await counter.submit(application, askingOf(tools, leftUntil(until)));
  tools.at?.('P5');
  await settled(handed, caseId, itemId, counter, tools);
}

const slugOf = ({ item }: ItemRow, { catalogue }: CasesTools): string => catalogue.item(item)?.slug ?? item;

/** Takes the item for this worker. What an earlier worker may have sent is in doubt. */
function take(caseId: string, itemId: string, tools: CasesTools): Promise<Taken> {
  return tools.store.transaction(async (unit) => {
    const held = await hold(unit, caseId);
    const item = held?.items.find(({ id }) => id === itemId);
    if (!held || !item || item.phase !== 'QUEUED') return undefined;
    const now = new Date(Date.now());
    const free = and(eq(caseItems.id, itemId), or(isNull(caseItems.leasedUntil), lt(caseItems.leasedUntil, now)));
    const lease = { leasedUntil: new Date(now.getTime() + LEASE_MS), attempts: item.attempts + 1, inDoubt: true };
    const leased = await unit.db.update(caseItems).set(lease).where(free).returning({ id: caseItems.id });
    if (leased.length === 0) throw new Busy();
    return { item, held, inDoubt: item.inDoubt, until: now.getTime() + DESK_CALL_MS };
  });
}

/**
 * Milliseconds in which the call to the agency must be over. A process that stood still since it took the item may find that
 * somebody else has it by now: it sends nothing.
 */
function leftUntil(until: number): number {
  const left = until - Date.now();
  if (left <= 0) throw new Busy();
  return left;
}

/** Another worker has the item and may be sending it now. The job comes again when that one's lease has ended. */
class Busy extends Error {
  override readonly name = 'Busy';
}

type AlreadyThere = 'send' | 'nobody-knows' | (Receipt & { readonly tidings: Standing['tidings'] });

/** What an attempt whose outcome nobody saw came to. */
async function alreadyThere(item: ItemRow, counter: Counter, tools: CasesTools): Promise<AlreadyThere> {
  if (counter.traits.idempotent) return 'send';
  if (!counter.can.inquire) return 'nobody-knows';
  const asked = await counter.inquire(nameOf(item, tools), askingOf(tools, DESK_CALL_MS));
  if (asked.kind === 'failed') throw asked.error;
  return asked.value ?? 'send';
}

export const nameOf = (item: ItemRow, tools: CasesTools): Named => ({
  key: item.id,
  reference: item.reference,
  item: { code: item.item, slug: slugOf(item, tools) },
});

async function settled(handed: Handed<Receipt>, caseId: string, itemId: string, counter: Counter, tools: CasesTools): Promise<void> {
  if (handed.kind === 'done') return received(caseId, itemId, handed.value, tools);
  const { error, mayHaveArrived } = handed;
  if (error.fault === 'REFUSED' && !mayHaveArrived) return refused(caseId, itemId, tools);
  if (mayHaveArrived && !counter.traits.idempotent && !counter.can.inquire) return lostSight(caseId, itemId, tools);
  await release(itemId, mayHaveArrived, tools);
  throw error;
}

/** Gives the item back for the next attempt. */
async function release(itemId: string, inDoubt: boolean, { store }: CasesTools): Promise<void> {
  await store.transaction(({ db }) => db.update(caseItems).set({ leasedUntil: null, inDoubt }).where(eq(caseItems.id, itemId)));
}

async function received(
  caseId: string,
  itemId: string,
  { reference }: { readonly reference: string | null },
  tools: CasesTools,
  tidings: Standing['tidings'] = [],
): Promise<void> {
  await keep(caseId, itemId, tools, async (unit, held, item) => {
    const askAt = item.desk === BUREAU ? null : new Date(tools.clock.now() + ASK_AFTER_MS);
    await unit.db.update(caseItems).set({ leasedUntil: null, inDoubt: false, askAt, reference }).where(eq(caseItems.id, itemId));
    Object.assign(item, { leasedUntil: null, inDoubt: false, askAt, reference });
    await record(unit, held, item, ours(tools, { kind: 'received', reference }, 'received'), GATEWAY, tools);
    await adopt(unit, held, item, tools);
    for (const each of tidings) await keepTidings(unit, held, item, each, item.desk, tools);
    tools.at?.('P6');
  });
  tools.at?.('P7');
}

const lostSight = (caseId: string, itemId: string, tools: CasesTools): Promise<void> =>
  keep(caseId, itemId, tools, async (unit, held, item) => {
    await unit.db.update(caseItems).set({ leasedUntil: null }).where(eq(caseItems.id, itemId));
    await record(unit, held, item, ours(tools, { kind: 'lost-sight' }, `lost-sight.${item.attempts}`), GATEWAY, tools);
  });

/** The agency's word that it takes no such application: a person looks at it, it is not sent again. */
const refused = (caseId: string, itemId: string, tools: CasesTools): Promise<void> =>
  keep(caseId, itemId, tools, async (unit, held, item) => {
    const fact = ours(tools, { kind: 'not-accepted', reason: '部门系统拒绝接收该申请，请核对后重新申报' }, 'refused-on-arrival');
    await record(unit, held, item, fact, GATEWAY, tools);
  });

function keep(
  caseId: string,
  itemId: string,
  { store }: CasesTools,
  work: (unit: Unit, held: HeldCase, item: ItemRow) => Promise<void>,
): Promise<void> {
  return store.transaction(async (unit) => {
    const held = await hold(unit, caseId);
    const item = held?.items.find(({ id }) => id === itemId);
    if (held && item) await work(unit, held, item);
  });
}

/** Something this gateway knows itself. */
function ours(tools: CasesTools, detail: object, id: string): Fact {
  return { ...detail, id, at: new Date(tools.clock.now()), by: 'gateway' } as Fact;
}
