import { sql } from 'drizzle-orm';
import type { Counter } from '../../connect/index.ts';
import { rowsOf } from '../../store/index.ts';
import { FINAL } from '../life/index.ts';
import { type HeldCase, hold, type ItemRow } from '../record.ts';
import { type CasesTools, DESK_CALL_MS } from '../tools.ts';
import { applicationOf } from './application.ts';
import { askingOf } from './asking.ts';
import { nameOf } from './dispatch.ts';

/** Something that goes after an application: what was mended, what followed, or that it is taken back. */
export interface SupplementJob {
  readonly caseId: string;
  readonly itemId: string;
  readonly fields?: readonly string[];
  readonly materials?: readonly string[];
  /** Why it is withdrawn. */
  readonly withdraw?: string;
  /** Its number within the item: the same job sent again has the same. */
  readonly number?: number;
}

/** Hands in what goes after an application. Rejects where the agency should be tried again later. */
export async function supplementDesk(job: SupplementJob & { readonly id: string }, tools: CasesTools): Promise<void> {
  const found = await numbered(job, tools);
  if (!found) return;
  const { held, item, number } = found;
  const counter = tools.engine.desks.of({ slug: tools.catalogue.item(item.item)?.slug ?? '', code: item.item });
  // Not there yet: the application itself is still on its way, and will hold everything.
  if (!counter || item.phase === 'QUEUED' || item.phase === 'WAITING') return;
  const handed = await (job.withdraw === undefined
    ? sent(job, held, item, number, counter, tools)
    : takenBack(job.withdraw, item, counter, tools));
  if (handed?.kind === 'failed' && handed.error.fault !== 'REFUSED') throw handed.error;
}

async function sent(job: SupplementJob, held: HeldCase, item: ItemRow, number: number, counter: Counter, tools: CasesTools) {
  if (!counter.can.supplement) return undefined;
  const { form, materials } = await applicationOf(held, item, tools);
  const fields = new Set(job.fields);
  const named = new Set(job.materials);
  const what = {
    number,
    form: Object.fromEntries(Object.entries(form).filter(([field]) => fields.has(field))),
    materials: materials.filter(({ id }) => named.has(id)),
  };
  return counter.supplement(nameOf(item, tools), what, askingOf(tools, DESK_CALL_MS));
}

async function takenBack(reason: string, item: ItemRow, counter: Counter, tools: CasesTools) {
  if (!counter.can.withdraw) return undefined;
  return counter.withdraw(nameOf(item, tools), reason, askingOf(tools, DESK_CALL_MS));
}

/** Gives the job its number, once: a job that comes again after a killed process finds the one it had. */
function numbered({ id, caseId, itemId }: SupplementJob & { readonly id: string }, { store }: CasesTools) {
  return store.transaction(async (unit) => {
    const held = await hold(unit, caseId);
    const item = held?.items.find((each) => each.id === itemId);
    if (!held || !item || FINAL.has(item.phase)) return undefined;
    const [given] = await rowsOf<{ number: number }>(
      unit.db,
      sql`
      insert into yimen.supplements (job, item_id, number)
      values (${id}, ${itemId}, (select coalesce(max(number), 0) + 1 from yimen.supplements where item_id = ${itemId}))
      on conflict (job) do update set job = excluded.job returning number`,
    );
    return { held, item, number: given?.number ?? 1 };
  });
}
