import type { SQL } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';

/** Typed queries over one database or one transaction. */
export type Db = PgDatabase<PgQueryResultHKT>;

/** Rows of a statement, with names as the database gives them. */
export interface Rows {
  // What a statement answers is known to whoever wrote it; both engines give plain objects.
  readonly rows: Record<string, unknown>[];
}

/** Rows of a statement that the query builder cannot say. What they hold is known to whoever wrote it; both engines give plain objects. */
export async function rowsOf<Row extends object>(db: Pick<Db, 'execute'>, statement: SQL): Promise<readonly Row[]> {
  return ((await db.execute(statement)) as unknown as { readonly rows: readonly Row[] }).rows;
}

/** One connection for a while: what is asked of it happens in order. */
export interface Session {
  readonly db: Db;
  /** A `name` stands for one text: the server reads that once. */
  query(text: string, values?: readonly unknown[], name?: string): Promise<Rows>;
  /** Names this connection among all that ever wrote: it has one transaction at a time. */
  readonly writer: string;
}

/** One database, PostgreSQL or embedded: the same SQL. */
export interface Driver {
  readonly engine: 'postgres' | 'embedded';
  /** Queries that need no transaction. */
  readonly db: Db;
  query(text: string, values?: readonly unknown[]): Promise<Rows>;
  /** Commits when `work` resolves, rolls back when it rejects. */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Runs `work` on one connection; every statement of it is kept by itself. */
  single<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Runs `work` while no other process holds the lock of this number; undefined where another holds it and `wait` is false. */
  locked<T>(lock: number, wait: boolean, work: (session: Session) => Promise<T>): Promise<T | undefined>;
  /** Told of every notice on a channel, and with an empty text whenever notices may have been missed. */
  listen(channel: string, onNotice: (text: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}
