import { and, eq, inArray, isNotNull, lte, ne } from 'drizzle-orm';
import { keepTidings } from '../callbacks.ts';
import type { Phase } from '../life/index.ts';
import { hold, type ItemRow, record } from '../record.ts';
import { caseItems } from '../tables.ts';
import { ASK_AFTER_MS, BUREAU, type CasesTools, DESK_CALL_MS, GATEWAY, QUEUES } from '../tools.ts';
import { askingOf } from './asking.ts';
import { type ItemJob, nameOf } from './dispatch.ts';

const OPEN: readonly Phase[] = ['RECEIVED', 'ACCEPTED', 'CORRECTION', 'SPECIAL', 'UNKNOWN', 'DISPUTED'];
const MOST_AT_ONCE = 200;

/** Asks those desks that have been silent for a while, and sends off anew what has been on its way for as long. */
export async function askSilentDesks({ store, clock }: CasesTools): Promise<void> {
  const now = clock.now();
  await store.transaction(async ({ db, jobs }) => {
    const silent = and(
      inArray(caseItems.phase, ['QUEUED', ...OPEN]),
      ne(caseItems.desk, BUREAU),
      isNotNull(caseItems.askAt),
      lte(caseItems.askAt, new Date(now)),
    );
    const due = await db
      .select()
      .from(caseItems)
      .where(silent)
      .orderBy(caseItems.askAt)
      .limit(MOST_AT_ONCE)
      .for('update', { skipLocked: true });
    for (const { id, caseId, phase } of due) {
      await db
        .update(caseItems)
        .set({ askAt: new Date(now + ASK_AFTER_MS) })
        .where(eq(caseItems.id, id));
      // All attempts of its job may have been used up: whoever holds it still is left alone by the dispatch itself.
      await jobs.send(phase === 'QUEUED' ? QUEUES.dispatch : QUEUES.ask, { caseId, itemId: id });
    }
  });
}

/** Asks one desk what became of an item. What it says is kept as if it had called. */
export async function askDesk({ caseId, itemId }: ItemJob, tools: CasesTools): Promise<void> {
  const [item] = await tools.store.db.select().from(caseItems).where(eq(caseItems.id, itemId));
  const counter = item && tools.engine.desks.of({ slug: tools.catalogue.item(item.item)?.slug ?? '', code: item.item });
  if (!item || !counter?.can.inquire || !OPEN.includes(item.phase)) return;
  const asked = await counter.inquire(nameOf(item as ItemRow, tools), askingOf(tools, DESK_CALL_MS));
  if (asked.kind === 'failed') throw asked.error;
  const standing = asked.value;
  if (!standing) return;
  await tools.store.transaction(async (unit) => {
    const held = await hold(unit, caseId);
    const row = held?.items.find(({ id }) => id === itemId);
    if (!held || !row) return;
    const at = new Date(tools.clock.now());
    if (row.phase === 'UNKNOWN')
      await record(unit, held, row, { kind: 'received', id: 'received', at, by: 'gateway', reference: standing.reference }, GATEWAY, tools);
    for (const tidings of standing.tidings) await keepTidings(unit, held, row, tidings, row.desk, tools);
  });
}
