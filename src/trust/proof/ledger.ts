import { and, asc, desc, eq, gt, isNull, lte, max, sql } from 'drizzle-orm';
import { type AuditEntry, rowsOf, type Store, type Unit } from '../../store/index.ts';
import { type ChainHash, GENESIS, nextLink, type Place } from './chain.ts';
import { ERASED } from './erasure.ts';
import { auditLinks, auditRows, auditSealed } from './tables.ts';

/** Where the chain ends, or a part of it begins. */
export interface Tail {
  readonly sequence: number;
  readonly link: string;
}

/** Before the first link. */
export const START: Tail = { sequence: 0, link: GENESIS };

/** What a row says beside its digest. */
export interface Said {
  readonly at: string;
  readonly action: string;
  readonly entry: AuditEntry | null;
  readonly salt: string | null;
  readonly erasedAt: string | null;
}

/** A link and the row it stands for. */
export interface Linked extends Tail, Omit<Place, 'digest'> {
  /** Undefined where the row is gone. */
  readonly digest?: string | undefined;
  /** Undefined where only the digest is shown. */
  readonly said?: Said | undefined;
}

/** A row that has no link yet. */
export interface Unsealed extends Place {
  readonly said: Said;
}

/** What is written down about a writer, in four places that must agree. */
export interface WriterState {
  readonly writer: string;
  /** Last number it gave; 0 where its counter is gone. */
  readonly given: number;
  /** Last number that is linked, by the sealer's word. */
  readonly sealed: number;
  /** Least and greatest number among its rows; 0 where there is none. */
  readonly first: number;
  readonly last: number;
}

/** The proof as it is at one moment. Rows that come later belong to the next look. */
export interface ProofState {
  /** What the first link shown follows; beyond 0 only a part of the chain is shown. */
  readonly start: Tail;
  /** Sequence of the last link. */
  readonly end: number;
  /** Undefined where only a part is shown. */
  readonly writers?: readonly WriterState[] | undefined;
}

/** Where a verifier reads: the database, a running gateway, or a file. */
export interface ProofSource {
  state(): Promise<ProofState>;
  /** Links after a sequence up to another one, in order. */
  links(after: number, upTo: number): AsyncIterable<Linked>;
  /** A writer's rows after a number up to another one, in order. */
  rows(writer: string, after: number, upTo: number): AsyncIterable<Unsealed>;
  /** What the hall says to have erased, as it stands there: nothing of it is believed yet. */
  erasures(): AsyncIterable<unknown>;
}

/** The same, page by page, as it goes over a wire. */
export interface ProofPages {
  state(): Promise<ProofState>;
  links(after: number, upTo: number): Promise<readonly Linked[]>;
  rows(writer: string, after: number, upTo: number): Promise<readonly Unsealed[]>;
  /** Those after a place in their order; the empty text is before the first. */
  erasures(after: string): Promise<readonly StatedErasure[]>;
}

/** What a row says to have been erased, and the row's place in their order. */
export interface StatedErasure {
  readonly place: string;
  readonly erasure: unknown;
}

const PAGE = 1_000;

export const sourceOf = (pages: ProofPages): ProofSource => ({
  state: () => pages.state(),
  links: (after, upTo) => paged(after, (from) => pages.links(from, upTo), 'sequence'),
  rows: (writer, after, upTo) => paged(after, (from) => pages.rows(writer, from, upTo), 'number'),
  async *erasures() {
    for await (const { erasure } of paged('', (from) => pages.erasures(from), 'place')) yield erasure;
  },
});

async function* paged<P, K extends string, T extends Readonly<Record<K, P>>>(
  after: P,
  page: (after: P) => Promise<readonly T[]>,
  place: K,
): AsyncGenerator<T> {
  let from = after;
  for (let got = await page(from); got.length > 0; got = await page(from)) {
    yield* got;
    from = got.at(-1)?.[place] ?? from;
  }
}

type Reads = Pick<Store, 'db'>;

/** Reads the proof in a store. */
export function pagesOf(store: Reads): ProofPages {
  return {
    state: () => stateOf(store),
    async links(after, upTo) {
      const found = await store.db
        .select({ link: auditLinks, row: auditRows })
        .from(auditLinks)
        .leftJoin(auditRows, and(eq(auditRows.writer, auditLinks.writer), eq(auditRows.number, auditLinks.number)))
        .where(and(gt(auditLinks.sequence, after), lte(auditLinks.sequence, upTo)))
        .orderBy(asc(auditLinks.sequence))
        .limit(PAGE);
      return found.map(({ link, row }) => ({ ...link, ...(row && { digest: row.digest, said: saidBy(row) }) }));
    },
    async rows(writer, after, upTo) {
      const found = await store.db
        .select()
        .from(auditRows)
        .where(and(eq(auditRows.writer, writer), gt(auditRows.number, after), lte(auditRows.number, upTo)))
        .orderBy(asc(auditRows.number))
        .limit(PAGE);
      return found.map((row) => ({ writer, number: row.number, digest: row.digest, said: saidBy(row) }));
    },
    async erasures(after) {
      const [writer = '', number = '0'] = after.split('|');
      const found = await store.db
        .select({ writer: auditRows.writer, number: auditRows.number, entry: auditRows.entry })
        .from(auditRows)
        .where(
          and(
            eq(auditRows.action, ERASED),
            isNull(auditRows.erasedAt),
            sql`(${auditRows.writer}, ${auditRows.number}) > (${writer}, ${number}::bigint)`,
          ),
        )
        .orderBy(asc(auditRows.writer), asc(auditRows.number))
        .limit(PAGE);
      return found.map((row) => ({ place: `${row.writer}|${row.number}`, erasure: row.entry?.detail?.['erasure'] }));
    },
  };
}

const saidBy = ({ at, action, entry, salt, erasedAt }: typeof auditRows.$inferSelect): Said => ({
  at: at.toISOString(),
  action,
  entry,
  salt,
  erasedAt: erasedAt?.toISOString() ?? null,
});

/** In one statement: counters and rows are compared as they were at one moment. */
async function stateOf(store: Reads): Promise<ProofState> {
  const found = await rowsOf<Record<string, unknown>>(
    store.db,
    sql`
      select ended.at as ended, writer, w.last as given, s.last as sealed, r.first, r.last
      from (select coalesce(max(sequence), 0) as at from yimen.audit_link) ended
      left join (yimen.audit_writer w full join yimen.audit_sealed s using (writer) full join
        (select writer, min(number) as first, max(number) as last from yimen.audit group by writer) r using (writer)) on true
      order by writer`,
  );
  const writers = found.filter(({ writer }) => writer !== null);
  return {
    start: START,
    end: Number(found[0]?.['ended'] ?? 0),
    writers: writers.map(({ writer, given, sealed, first, last }) => ({
      writer: String(writer),
      given: Number(given ?? 0),
      sealed: Number(sealed ?? 0),
      first: Number(first ?? 0),
      last: Number(last ?? 0),
    })),
  };
}

/** The last link, or what comes before the first. */
export async function tailOf({ db }: Reads | Pick<Unit, 'db'>): Promise<Tail> {
  const [last] = await db
    .select({ sequence: auditLinks.sequence, link: auditLinks.link })
    .from(auditLinks)
    .orderBy(desc(auditLinks.sequence))
    .limit(1);
  return last ?? START;
}

/** The link at a sequence. */
export async function linkAt({ db }: Reads, sequence: number): Promise<string | undefined> {
  const [found] = await db.select({ link: auditLinks.link }).from(auditLinks).where(eq(auditLinks.sequence, sequence));
  return found?.link;
}

/** Last linked numbers of the writers that wrote in a part of the chain. */
export async function numbersIn({ db }: Reads, after: number, upTo: number): Promise<Readonly<Record<string, number>>> {
  const found = await db
    .select({ writer: auditLinks.writer, last: max(auditLinks.number) })
    .from(auditLinks)
    .where(and(gt(auditLinks.sequence, after), lte(auditLinks.sequence, upTo)))
    .groupBy(auditLinks.writer);
  return Object.fromEntries(found.map(({ writer, last }) => [writer, Number(last)]));
}

/** Whether a row waits for its link. */
export async function hasUnsealed(store: Reads): Promise<boolean> {
  const found = await rowsOf(
    store.db,
    sql`select 1 as one from yimen.audit_writer w left join yimen.audit_sealed s using (writer) where w.last > coalesce(s.last, 0) limit 1`,
  );
  return found.length > 0;
}

/** What one turn of sealing came to. */
export interface Sealed {
  /** False where another process seals at this moment. */
  readonly mine: boolean;
  readonly count: number;
  /** Writers of which the next row is missing although a later number was given: nothing of theirs is linked past that. */
  readonly gaps: readonly string[];
}

/** Links committed rows, up to so many, in one transaction: a sealer that dies leaves nothing half-linked. */
export function sealSome(store: Pick<Store, 'transaction'>, hash: ChainHash, most: number): Promise<Sealed> {
  return store.transaction(async (unit) => {
    if (!(await unit.alone('sealer'))) return { mine: false, count: 0, gaps: [] };
    // PostgreSQL would compile this query anew each time, for twenty times as long as it runs.
    await unit.db.execute(sql`set local jit = off`);
    const waiting = await waitingRows(unit, most);
    const places = waiting.flatMap(({ writer, number, digest }) =>
      number === null || digest === null ? [] : [{ writer, number: Number(number), digest }],
    );
    if (places.length > 0) await link(unit, chained(await tailOf(unit), places, hash));
    return { mine: true, count: places.length, gaps: places.length < most ? gapsIn(waiting) : [] };
  });
}

interface Waiting {
  readonly writer: string;
  /** Last number the writer gave. */
  readonly given: string | number;
  readonly number: string | number | null;
  readonly digest: string | null;
}

/**
 * Each writer's next rows without a gap. In one statement a counter and its rows are seen as one commit left them, so a number
 * that is missing is a row that was deleted; what a running transaction wrote is not seen at all. `lateral` keeps the planner
 * on the index of the rows.
 */
function waitingRows(unit: Unit, most: number): Promise<readonly Waiting[]> {
  return rowsOf<Waiting>(
    unit.db,
    sql`
      select w.writer, w.last as given, fresh.number, fresh.digest
      from yimen.audit_writer w
      left join yimen.audit_sealed s using (writer)
      left join lateral (
        select number, digest from (
          select a.number, a.digest, a.number - coalesce(s.last, 0) as place, row_number() over (order by a.number) as counted
          from yimen.audit a where a.writer = w.writer and a.number > coalesce(s.last, 0) order by a.number limit ${most}::int
        ) next where place = counted
      ) fresh on true
      where w.last > coalesce(s.last, 0)
      order by w.writer, fresh.number
      limit ${most}::int`,
  );
}

/** Writers of which rows are missing before the last number they gave. */
function gapsIn(waiting: readonly Waiting[]): readonly string[] {
  const last = new Map(waiting.map(({ writer, given, number }) => [writer, Number(number) === Number(given)]));
  return [...last].filter(([, isWhole]) => !isWhole).map(([writer]) => writer);
}

function chained(tail: Tail, places: readonly Place[], hash: ChainHash): readonly (Tail & Place)[] {
  let { sequence, link } = tail;
  return places.map((place) => {
    link = nextLink(hash, link, place);
    sequence++;
    return { sequence, link, ...place };
  });
}

async function link(unit: Unit, links: readonly (Tail & Place)[]): Promise<void> {
  const rows = links.map(({ sequence, writer, number, link }) => ({ sequence, writer, number, link }));
  await unit.db.execute(sql`
    insert into yimen.audit_link (sequence, writer, number, link)
    select sequence, writer, number, link
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as row(sequence bigint, writer text, number bigint, link text)`);
  const last = new Map(links.map(({ writer, number }) => [writer, number]));
  await unit.db
    .insert(auditSealed)
    .values([...last].map(([writer, number]) => ({ writer, last: number })))
    .onConflictDoUpdate({ target: auditSealed.writer, set: { last: sql`excluded.last` } });
}
