import type { ReplyTable, RequestTable } from './options.ts';
import { raw, sql } from './sql.ts';
import { type Dialect, quotedTables } from './tables.ts';

/** What columns are made of. Ids are compared byte by byte, so that a beginning of one is found by an index. */
const TYPES = {
  postgres: {
    id: 'varchar(64) COLLATE "C"',
    word: 'varchar(200)',
    time: 'timestamptz',
    mark: 'char(1)',
    text: 'text',
    bytes: 'bytea',
    end: '',
  },
  mysql: {
    id: 'varchar(64) CHARACTER SET ascii COLLATE ascii_bin',
    word: 'varchar(200)',
    time: 'datetime',
    mark: 'char(1)',
    text: 'longtext',
    bytes: 'longblob',
    end: ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4',
  },
} as const;

export interface ProposedTables {
  readonly request: RequestTable;
  readonly reply: ReplyTable;
  /** Whether payloads are bytes in a charset of their own. Default text. */
  readonly payload?: 'text' | 'bytes';
}

/** The tables as SQL, for an agency that has none yet, and for sandboxes: statements in their order. */
export function proposedTables({ request, reply, payload = 'text' }: ProposedTables, dialect: Dialect): readonly string[] {
  const tables = quotedTables(request, reply, dialect);
  const type = TYPES[dialect];
  const unread = tables.marks.unread === null ? 'DEFAULT NULL' : `NOT NULL DEFAULT '${tables.marks.unread.replaceAll("'", "''")}'`;
  const { request: q, reply: r } = tables;
  const requestColumns = [
    sql`${q.id} ${raw(type.id)} NOT NULL PRIMARY KEY`,
    sql`${q.service} ${raw(type.word)} NOT NULL`,
    sql`${q.payload} ${raw(type[payload])} NOT NULL`,
    sql`${q.createdAt} ${raw(type.time)} NOT NULL`,
    ...tables.fixed.map(({ column }) => sql`${column} ${raw(type.word)} NOT NULL`),
    ...(q.signature ? [sql`${q.signature} ${raw(type.word)}`] : []),
  ];
  const replyColumns = [
    sql`${r.id} ${raw(type.id)} NOT NULL`,
    sql`${r.payload} ${raw(type[payload])}`,
    sql`${r.read} ${raw(type.mark)} ${raw(unread)}`,
    ...(r.code ? [sql`${r.code} ${raw(type.word)}`] : []),
    ...(r.signature ? [sql`${r.signature} ${raw(type.word)}`] : []),
  ];
  const list = (columns: readonly { readonly text: string }[]) => raw(columns.map(({ text }) => `\n  ${text}`).join(','));
  return [
    sql`CREATE TABLE ${q.table} (${list(requestColumns)}\n)${raw(type.end)}`,
    sql`CREATE TABLE ${r.table} (${list(replyColumns)}\n)${raw(type.end)}`,
    sql`CREATE INDEX ${raw(indexName(r.table.text, dialect))} ON ${r.table} (${r.id})`,
  ].map(({ text }) => text);
}

/** Named after its table; an index is in its table's schema anyway. */
const indexName = (table: string, dialect: Dialect): string => {
  const quote = dialect === 'postgres' ? '"' : '`';
  return `${quote}${table.split(quote).at(-2)?.slice(0, 40)}_id${quote}`;
};
