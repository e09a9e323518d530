import { and, asc, desc, eq, exists, gte, inArray, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import { civilDateOf } from '../calendar/index.ts';
import type { CorrectionPoint } from '../connect/index.ts';
import { type Contents, openContents, openNumber } from './contents.ts';
import { type ErrandRow, errands, openedNote } from './errands/index.ts';
import { type Fact, FINAL, type ItemResult, PHASES, type Phase, STUCK, type Standing, standingOf } from './life/index.ts';
import type { CaseRow, ItemRow } from './record.ts';
import { caseEvents, caseFacts, caseItems, caseMaterials, cases } from './tables.ts';
import { BUREAU, type CasesTools } from './tools.ts';

/** A case as it is shown. Its contents are opened only where they are asked for. */
export interface CaseView {
  readonly row: CaseRow;
  readonly items: readonly CaseItemView[];
  contents(): Contents;
}

export interface CaseItemView {
  readonly row: ItemRow;
  readonly standing: Standing;
  /** The decision's paper, where it was granted. */
  readonly result: ItemResult | null;
  readonly correction: readonly CorrectionPoint[];
  readonly overdue: boolean;
}

/** A text or a parcel, with what its carrier said of it. */
export type ErrandView = Omit<ErrandRow, 'note'> & { readonly note: string | null };

export type CaseMaterialView = typeof caseMaterials.$inferSelect;

/** Something that happened, with the place in the stream of events after which a subscriber goes on. */
export interface CaseEventView {
  readonly eventId: string;
  readonly caseId: string;
  readonly caseNumber: string;
  readonly row: Omit<typeof caseEvents.$inferSelect, 'xact' | 'id'>;
}

export interface CaseQuery {
  readonly number?: string | undefined;
  readonly status?: CaseRow['status'] | undefined;
  readonly updatedSince?: Date | undefined;
  /** Keyed hash of the applicant. */
  readonly subject?: string | undefined;
  readonly theme?: string | undefined;
  readonly commissioner?: string | undefined;
  readonly overdue?: boolean | undefined;
  /** Only what this actor opened. */
  readonly openedBy?: string | undefined;
  readonly first: number;
  /** Where the page before ended. */
  readonly after?: { readonly changedAt: Date; readonly id: string } | undefined;
}

export interface TaskQuery {
  readonly free?: boolean | undefined;
  readonly officer?: string | undefined;
  /** Codes of items. */
  readonly items?: readonly string[] | undefined;
  readonly overdue?: boolean | undefined;
}

export interface Views {
  cases(query: CaseQuery): Promise<readonly CaseView[]>;
  case(number: string): Promise<CaseView | undefined>;
  /** The number of a case, by the id that rows name it by. */
  numberOf(id: string): Promise<string | undefined>;
  tasks(query: TaskQuery): Promise<readonly { readonly view: CaseView; readonly item: CaseItemView }[]>;
  stuck(): Promise<readonly { readonly view: CaseView; readonly item: CaseItemView }[]>;
  materials(caseId: string): Promise<readonly CaseMaterialView[]>;
  /** Texts to the applicant, and how the results are handed over. */
  errands(caseId: string): Promise<readonly ErrandView[]>;
  history(caseId: string): Promise<readonly CaseEventView[]>;
}

const MOST_LISTED = 500;
const OPEN: readonly Phase[] = PHASES.filter((phase) => !FINAL.has(phase) && phase !== 'DRAFT' && phase !== 'WAITING');

export function viewsOf(tools: CasesTools): Views {
  const { db } = tools.store;
  const today = () => civilDateOf(tools.clock.now());

  async function seen(rows: readonly CaseRow[]): Promise<readonly CaseView[]> {
    if (rows.length === 0) return [];
    const ids = rows.map(({ id }) => id);
    const items = await db.select().from(caseItems).where(inArray(caseItems.caseId, ids)).orderBy(asc(caseItems.place));
    const facts = await factsByItem(items.map(({ id }) => id));
    return rows.map((row) => ({
      row,
      items: items.filter(({ caseId }) => caseId === row.id).map((item) => itemView(item, facts.get(item.id) ?? [], today())),
      contents: () => openContents(tools.vault, row.id, row.sealed),
    }));
  }

  async function factsByItem(ids: readonly string[]): Promise<ReadonlyMap<string, readonly Fact[]>> {
    const byItem = new Map<string, Fact[]>();
    const rows =
      ids.length === 0
        ? []
        : await db
            .select()
            .from(caseFacts)
            .where(inArray(caseFacts.itemId, [...ids]));
    for (const { itemId, id, at, by, detail } of rows) byItem.set(itemId, [...(byItem.get(itemId) ?? []), { ...detail, id, at, by }]);
    return byItem;
  }

  async function itemsWhere(where: SQL | undefined) {
    const rows = await db.select().from(caseItems).where(where).orderBy(asc(caseItems.promisedDue), asc(caseItems.id)).limit(MOST_LISTED);
    const caseIds = [...new Set(rows.map(({ caseId }) => caseId))];
    const views = await seen(caseIds.length === 0 ? [] : await db.select().from(cases).where(inArray(cases.id, caseIds)));
    return rows.flatMap(({ id }) =>
      views.flatMap((view) => view.items.filter((item) => item.row.id === id).map((item) => ({ view, item }))),
    );
  }

  const overdueItem = () => and(inArray(caseItems.phase, [...OPEN]), lt(caseItems.promisedDue, today()));

  return {
    async cases(query) {
      const rows = await db
        .select()
        .from(cases)
        .where(conditionOf(query))
        .orderBy(desc(cases.changedAt), desc(cases.id))
        .limit(query.first);
      return seen(rows);
      function conditionOf({ after, overdue, ...wanted }: CaseQuery): SQL | undefined {
        const late = () =>
          exists(
            db
              .select({ one: sql`1` })
              .from(caseItems)
              .where(and(eq(caseItems.caseId, cases.id), overdueItem())),
          );
        return and(
          wanted.number === undefined ? undefined : eq(cases.number, wanted.number),
          wanted.status && eq(cases.status, wanted.status),
          wanted.updatedSince && gte(cases.changedAt, wanted.updatedSince),
          wanted.subject === undefined ? undefined : eq(cases.subject, wanted.subject),
          wanted.theme === undefined ? undefined : eq(cases.theme, wanted.theme),
          wanted.openedBy === undefined ? undefined : eq(cases.openedBy, wanted.openedBy),
          wanted.commissioner === undefined ? undefined : eq(cases.commissioner, wanted.commissioner),
          overdue ? late() : undefined,
          after && or(lt(cases.changedAt, after.changedAt), and(eq(cases.changedAt, after.changedAt), lt(cases.id, after.id))),
        );
      }
    },
    async case(number) {
      const [view] = await seen(await db.select().from(cases).where(eq(cases.number, number)));
      return view;
    },
    async numberOf(id) {
      const [row] = await db.select({ number: cases.number }).from(cases).where(eq(cases.id, id));
      return row?.number;
    },
    tasks: ({ free, officer, items, overdue }) =>
      itemsWhere(
        and(
          eq(caseItems.desk, BUREAU),
          inArray(caseItems.phase, [...OPEN]),
          free ? isNull(caseItems.officer) : undefined,
          officer === undefined ? undefined : eq(caseItems.officer, officer),
          items && inArray(caseItems.item, [...items]),
          overdue ? overdueItem() : undefined,
        ),
      ),
    stuck: () => itemsWhere(inArray(caseItems.phase, [...STUCK])),
    async materials(caseId) {
      const rows = await db.select().from(caseMaterials).where(eq(caseMaterials.caseId, caseId)).orderBy(asc(caseMaterials.material));
      return rows.map((row) => ({ ...row, number: openNumber(tools.vault, row) }));
    },
    async errands(caseId) {
      const rows = await db.select().from(errands).where(eq(errands.caseId, caseId)).orderBy(asc(errands.at), asc(errands.id));
      return rows.map((row) => ({ ...row, note: openedNote(tools, row) }));
    },
    async history(caseId) {
      const rows = await db
        .select({ event: caseEvents, number: cases.number })
        .from(caseEvents)
        .innerJoin(cases, eq(cases.id, caseEvents.caseId))
        .where(eq(caseEvents.caseId, caseId))
        .orderBy(asc(caseEvents.xact), asc(caseEvents.id));
      return rows.map(({ event, number }) => eventView(event, number));
    },
  };
}

export const eventView = ({ xact, id, ...row }: typeof caseEvents.$inferSelect, caseNumber: string): CaseEventView => ({
  eventId: `${xact}.${id}`,
  caseId: row.caseId,
  caseNumber,
  row,
});

function itemView(row: ItemRow, facts: readonly Fact[], today: string): CaseItemView {
  const standing = standingOf(facts);
  const granted = facts.find(({ id }) => id === standing.grantedBy);
  return {
    row,
    standing,
    result: granted?.kind === 'granted' && standing.phase === 'GRANTED' ? granted.result : null,
    correction: standing.correction,
    overdue: row.promisedDue !== null && OPEN.includes(row.phase) && row.promisedDue < today,
  };
}
