import type { Session } from '../database/driver.ts';

export type Asked = Pick<Session, 'query'>;

/** A table of the hall, as the database itself describes it. */
export interface Table {
  /** With its schema: `yimen.cases`. */
  readonly name: string;
  readonly columns: readonly Column[];
  /** Only these rows matter; undefined where all do. */
  readonly only?: string | undefined;
}

export interface Column {
  readonly name: string;
  /** Type in the words of the database. */
  readonly type: string;
  /** Numbers that the database gives by itself. */
  readonly counts: boolean;
}

/** What is noted elsewhere: migrations stand in the manifest. */
const NOT_SAVED = new Set(['yimen.migration']);
const JOBS = 'yimen_jobs.job';
/** Of jobs only those matter that are still to be done. */
const OPEN_JOBS = "state in ('created', 'retry', 'active')";

/** Tables to save, each one after those it refers to. A table that a later migration adds is among them by itself. */
export async function tablesOf(asked: Asked): Promise<readonly Table[]> {
  const { rows } = await asked.query(`
    select format('%I.%I', n.nspname, c.relname) as name,
      (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'counts', a.attidentity <> '')
        order by a.attnum) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
      (select json_agg(f.confrelid::regclass::text) from pg_constraint f
        where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid) as after
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where (n.nspname = 'yimen' and c.relkind = 'r') or (n.nspname || '.' || c.relname = '${JOBS}')
    order by name`);
  const found = rows.map((row) => row as unknown as { name: string; columns: Column[]; after: string[] | null });
  return inOrder(found.filter(({ name }) => !NOT_SAVED.has(name))).map(({ name, columns }) => ({
    name,
    columns,
    only: name === JOBS ? OPEN_JOBS : undefined,
  }));
}

function inOrder<T extends { readonly name: string; readonly after: readonly string[] | null }>(tables: readonly T[]): readonly T[] {
  const left = [...tables];
  const ordered: T[] = [];
  while (left.length > 0) {
    const next = left.findIndex(({ after }) => !left.some(({ name }) => after?.includes(name)));
    if (next < 0) throw new Error(`tables refer to each other in a circle: ${left.map(({ name }) => name).join(', ')}`);
    ordered.push(...left.splice(next, 1));
  }
  return ordered;
}

/** Both ends write and read values in one way, whatever the servers are set to. */
export async function speakPlainly(asked: Asked): Promise<void> {
  await asked.query(
    "set local timezone = 'UTC'; set local datestyle = 'ISO, YMD'; set local intervalstyle = 'iso_8601'; set local bytea_output = 'hex'",
  );
}

/** Version of the tables of jobs; undefined where there are none. */
export async function jobsVersion(asked: Asked): Promise<number | undefined> {
  const there = (await asked.query("select to_regclass('yimen_jobs.version') is not null as there")).rows[0]?.['there'];
  if (!there) return undefined;
  const version = (await asked.query('select version from yimen_jobs.version')).rows[0]?.['version'];
  return version === undefined ? undefined : Number(version);
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
