import { type SQL, sql } from 'drizzle-orm';
import { type AuditEntry, rowsOf, type Store } from '../../store/index.ts';

/** One look at somebody's data, as auditors and the person read it. 查阅记录 */
export interface AccessRow {
  readonly id: string;
  readonly at: Date;
  readonly action: string;
  readonly actor: string;
  readonly role: string;
  readonly window: string | null;
  readonly session: string | null;
  readonly purpose: string | null;
  readonly caseNumber: string | null;
  /** Keyed hash of the subject. */
  readonly subject: string | null;
  readonly outcome: 'done' | 'refused';
  /** Paths that were seen. */
  readonly fields: readonly string[];
  /** Paths that were refused. */
  readonly refused: readonly string[];
  readonly agencies: readonly string[];
  readonly reason: string | null;
}

export interface AccessQuery {
  /** Keyed hash. */
  readonly subject?: string | undefined;
  readonly clerk?: string | undefined;
  readonly caseNumber?: string | undefined;
  readonly from: Date;
  readonly to: Date;
  readonly first: number;
  /** Id of the last row of the page before. */
  readonly after?: string | undefined;
}

/** Actions that are looks at a subject's data. */
const LOOKS = ['subject.read', 'subject.unmasked', 'session.opened', 'session.ended', 'search.read'] as const;

/** Whether rows of an action are kept as looks are. */
export const isLook = (action: string): boolean => action === 'file.read' || LOOKS.some((each) => each === action);

interface Row {
  readonly writer: string;
  readonly number: string | number;
  readonly at: string | Date;
  readonly entry: AuditEntry;
}

/** Looks at data in a period, newest first. */
export async function accessRows({ db }: Pick<Store, 'db'>, query: AccessQuery): Promise<readonly AccessRow[]> {
  const conditions: SQL[] = [
    sql`action in (${sql.join(
      LOOKS.map((each) => sql`${each}`),
      sql`, `,
    )})`,
    sql`at >= ${query.from.toISOString()}`,
    sql`at < ${query.to.toISOString()}`,
    ...(query.subject === undefined ? [] : [sql`entry->>'subject' = ${query.subject}`]),
    ...(query.clerk === undefined ? [] : [sql`entry->>'actor' = ${query.clerk}`]),
    ...(query.caseNumber === undefined ? [] : [sql`entry->>'case' = ${query.caseNumber}`]),
    ...(query.after === undefined ? [] : [before(query.after)]),
  ];
  const rows = await rowsOf<Row>(
    db,
    sql`select writer, number, at, entry from yimen.audit where erased_at is null and ${sql.join(conditions, sql` and `)}
      order by at desc, writer desc, number desc limit ${query.first}`,
  );
  return rows.map(rowOf);
}

const before = (id: string): SQL => {
  const [at = '', writer = '', number = '0'] = id.split('|');
  return sql`(at, writer, number) < (${at}::timestamptz, ${writer}, ${number}::bigint)`;
};

/** Whether a text is the id of a row. */
export const isAccessId = (id: string): boolean => /^\d{4}-\d\d-\d\dT[\d:.]+Z\|[\w.-]+\|\d+$/.test(id);

function rowOf({ writer, number, at, entry }: Row): AccessRow {
  const { fields = [], refused = [], agencies = [] } = (entry.detail ?? {}) as Partial<Record<string, readonly string[]>>;
  const { action, actor, role, window = null, session = null, subject = null, outcome } = entry;
  const when = new Date(at);
  const isLook = action === 'subject.unmasked';
  return {
    id: `${when.toISOString()}|${writer}|${number}`,
    at: when,
    action,
    actor,
    role,
    window: window ?? null,
    session: session ?? null,
    purpose: isLook ? null : (entry.why ?? null),
    caseNumber: entry.case ?? null,
    subject: subject ?? null,
    outcome,
    fields,
    refused,
    agencies,
    reason: isLook ? (entry.why ?? null) : null,
  };
}
