import { and, eq, inArray, isNotNull, isNull, lt, lte, or } from 'drizzle-orm';
import { civilDateOf } from '../../calendar/index.ts';
import { openContents, sealNumber } from '../contents.ts';
import { reminderText, sendText } from '../errands/index.ts';
import { fetcherOf } from '../fetching.ts';
import { FINAL, PHASES } from '../life/index.ts';
import { hold, record } from '../record.ts';
import { caseEvents, caseItems, caseMaterials, cases } from '../tables.ts';
import { type CasesTools, caseChannel, GATEWAY, QUEUES } from '../tools.ts';

const RUNNING = PHASES.filter((phase) => !FINAL.has(phase) && phase !== 'DRAFT');
const MOST_AT_ONCE = 500;

/** Warns before the promised day and after it: events for the commissioner, and a message where it is the applicant's turn. */
export async function warn(tools: CasesTools): Promise<void> {
  const today = civilDateOf(tools.clock.now());
  const tomorrow = tools.calendar.nextWorkingDay(today);
  const { db } = tools.store;
  const near = and(lte(caseItems.promisedDue, tomorrow), isNull(caseItems.warned));
  const over = and(lt(caseItems.promisedDue, today), or(isNull(caseItems.warned), eq(caseItems.warned, 'before')));
  const due = await db
    .select({ id: caseItems.id, caseId: caseItems.caseId, promisedDue: caseItems.promisedDue })
    .from(caseItems)
    .where(and(inArray(caseItems.phase, RUNNING), isNotNull(caseItems.promisedDue), or(near, over)))
    .limit(MOST_AT_ONCE);
  for (const { id, caseId, promisedDue } of due) await warnOne(id, caseId, (promisedDue ?? today) < today ? 'overdue' : 'before', tools);
}

function warnOne(itemId: string, caseId: string, warning: 'before' | 'overdue', tools: CasesTools): Promise<void> {
  return tools.store.transaction(async (unit) => {
    const held = await hold(unit, caseId);
    const item = held?.items.find(({ id }) => id === itemId);
    if (!held || !item || item.warned === warning || FINAL.has(item.phase)) return;
    await unit.db.update(caseItems).set({ warned: warning }).where(eq(caseItems.id, itemId));
    const { number, subject, status, commissioner } = held.row;
    const kind = warning === 'overdue' ? 'overdue' : 'due-soon';
    const at = new Date(tools.clock.now());
    const why = commissioner ? `escalated to ${commissioner}` : null;
    await unit.db.insert(caseEvents).values({ caseId, item: item.item, kind, phase: item.phase, status, at, ...GATEWAY, why });
    unit.audit.write({ action: `case.${kind}`, ...GATEWAY, outcome: 'done', case: number, subject, detail: { item: item.item } });
    await unit.notify(caseChannel, caseId);
  });
}

/** What was promised to follow and has not come: a reminder on the last two days, the consequence afterwards. */
export async function followUp(tools: CasesTools): Promise<void> {
  const today = civilDateOf(tools.clock.now());
  const remindFrom = tools.calendar.addWorkingDays(today, 2);
  const promised = await tools.store.db
    .select()
    .from(caseMaterials)
    .where(and(eq(caseMaterials.source, 'COMMITTED'), isNotNull(caseMaterials.followsBy), lte(caseMaterials.followsBy, remindFrom)))
    .limit(MOST_AT_ONCE);
  for (const { caseId, material, followsBy } of promised) {
    if (followsBy !== null && followsBy < today) await lapse(caseId, material, tools);
    else await remind({ caseId, material, followsBy: followsBy ?? today }, today, tools);
  }
}

interface Promised {
  readonly caseId: string;
  readonly material: string;
  readonly followsBy: string;
}

/** One reminder a day for each material, as an event that the counter and the commissioner see. */
function remind({ caseId, material, followsBy }: Promised, today: string, tools: CasesTools): Promise<void> {
  return tools.store.transaction(async (unit) => {
    const held = await hold(unit, caseId);
    if (!held) return;
    const notYet = or(isNull(caseMaterials.remindedOn), lt(caseMaterials.remindedOn, today));
    const mine = and(eq(caseMaterials.caseId, caseId), eq(caseMaterials.material, material), notYet);
    const reminded = await unit.db
      .update(caseMaterials)
      .set({ remindedOn: today })
      .where(mine)
      .returning({ material: caseMaterials.material });
    if (reminded.length === 0) return;
    const at = new Date(tools.clock.now());
    await unit.db.insert(caseEvents).values({ caseId, kind: 'reminder', status: held.row.status, at, ...GATEWAY, why: material });
    const nameZh = tools.catalogue.material(material)?.nameZh ?? material;
    await sendText(unit, held, { kind: 'reminder', text: reminderText(held.row.number, nameZh, followsBy), item: null }, tools);
    await unit.notify(caseChannel, caseId);
  });
}

/** The signed consequence: items that insist on the material and are still open end, those granted are revoked. */
function lapse(caseId: string, material: string, tools: CasesTools): Promise<void> {
  return tools.store.transaction(async (unit) => {
    const held = await hold(unit, caseId);
    if (!held) return;
    const at = new Date(tools.clock.now());
    const reason = '容缺材料逾期未补交，按承诺终止办理';
    for (const item of held.items) {
      const insists = tools.catalogue.item(item.item)?.materials.some(({ materialId, required }) => materialId === material && required);
      if (!insists || (FINAL.has(item.phase) && item.phase !== 'GRANTED')) continue;
      const kind = item.phase === 'GRANTED' ? 'revoked' : 'refused';
      await record(unit, held, item, { kind, reason, id: `lapsed.${material}`, at, by: 'gateway' }, GATEWAY, tools);
    }
    // No longer waited for: the sweep must not find it again.
    const gone = and(eq(caseMaterials.caseId, caseId), eq(caseMaterials.material, material));
    await unit.db.update(caseMaterials).set({ followsBy: null }).where(gone);
  });
}

/** Fetches what an agency could not be asked for when the case was handed in: the gateway's debt, never the applicant's. */
export async function fetchDelayed(tools: CasesTools): Promise<void> {
  const rows = await tools.store.db
    .select({ caseId: caseMaterials.caseId, material: caseMaterials.material, number: cases.number, sealed: cases.sealed })
    .from(caseMaterials)
    .innerJoin(cases, eq(cases.id, caseMaterials.caseId))
    .where(eq(caseMaterials.source, 'SYSTEM_DELAYED'))
    .limit(MOST_AT_ONCE);
  for (const { caseId, material, number, sealed } of rows) {
    const { applicant } = openContents(tools.vault, caseId, sealed);
    const fetcher = fetcherOf({ number, applicant, who: GATEWAY }, tools);
    const found = await fetcher.material(material);
    await fetcher.keep();
    if (found.kind === 'found') await arrived(caseId, material, found.number, tools);
    if (found.kind === 'none') await notHeld(caseId, material, tools);
  }
}

/** The agency answers again and holds no such document: it waits for it no more, and whoever decides the items is told. */
function notHeld(caseId: string, material: string, tools: CasesTools): Promise<void> {
  return tools.store.transaction(async (unit) => {
    const held = await hold(unit, caseId);
    if (!held) return;
    const row = and(eq(caseMaterials.caseId, caseId), eq(caseMaterials.material, material), eq(caseMaterials.source, 'SYSTEM_DELAYED'));
    const gone = await unit.db.delete(caseMaterials).where(row).returning({ material: caseMaterials.material });
    if (gone.length === 0) return;
    const { number, subject, status } = held.row;
    const at = new Date(tools.clock.now());
    await unit.db.insert(caseEvents).values({ caseId, kind: 'material-not-held', status, at, ...GATEWAY, why: material });
    unit.audit.write({ action: 'case.material-not-held', ...GATEWAY, outcome: 'done', case: number, subject, detail: { material } });
    await unit.notify(caseChannel, caseId);
  });
}

function arrived(caseId: string, material: string, number: string, tools: CasesTools): Promise<void> {
  return tools.store.transaction(async (unit) => {
    const held = await hold(unit, caseId);
    if (!held) return;
    const row = and(eq(caseMaterials.caseId, caseId), eq(caseMaterials.material, material));
    await unit.db
      .update(caseMaterials)
      .set({ source: 'FETCHED', number: sealNumber(tools.vault, { caseId, material }, number), addedAt: new Date(tools.clock.now()) })
      .where(row);
    const { number: caseNumber, subject } = held.row;
    unit.audit.write({ action: 'case.material-fetched', ...GATEWAY, outcome: 'done', case: caseNumber, subject, detail: { material } });
    for (const item of held.items.filter(({ phase }) => !FINAL.has(phase) && phase !== 'WAITING' && phase !== 'DRAFT'))
      if (tools.catalogue.item(item.item)?.materials.some(({ materialId }) => materialId === material))
        await unit.jobs.send(QUEUES.supplement, { caseId, itemId: item.id, materials: [material] });
  });
}
