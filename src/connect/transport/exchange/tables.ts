import type { DatabaseTarget, Statement } from './database.ts';
import type { ReplyTable, RequestTable } from './options.ts';
import { raw } from './sql.ts';

export type Dialect = DatabaseTarget['dialect'];

/** Letters of any script: agencies name columns in Chinese, too. */
const NAME = /^[\p{L}_][\p{L}\p{N}_$]*$/u;
/** PostgreSQL's limit is 63 bytes, MySQL's 64 characters. */
const MOST_BYTES = 63;
const QUOTE = { postgres: '"', mysql: '`' } as const;
const MARKS = { unread: '0', read: '1' };

/** A name as it stands in SQL. Throws a `TypeError` on one that could be more than a name. */
function quotedName(name: string, dialect: Dialect, where: string): string {
  if (!NAME.test(name) || Buffer.byteLength(name) > MOST_BYTES)
    throw new TypeError(`${where} must be a name of letters, digits, _ and $ (like "qqb" or "flow_id"), got ${JSON.stringify(name)}`);
  return `${QUOTE[dialect]}${name}${QUOTE[dialect]}`;
}

/** `table` or `schema.table`. */
function quotedTable(table: string, dialect: Dialect, where: string): string {
  const parts = table.split('.');
  if (parts.length > 2) throw new TypeError(`${where} must be a table or schema.table, got ${JSON.stringify(table)}`);
  return parts.map((part) => quotedName(part, dialect, where)).join('.');
}

/** Both tables, every name checked and quoted: fragments of SQL. */
export interface QuotedTables {
  readonly request: Quoted<Omit<RequestTable, 'fixed'>>;
  readonly reply: Quoted<Omit<ReplyTable, 'marks'>>;
  readonly fixed: readonly { readonly column: Statement; readonly value: string | number }[];
  readonly marks: { readonly unread: string | null; readonly read: string };
}

type Quoted<T> = { readonly [Name in keyof T]: Statement };

export function quotedTables(request: RequestTable, reply: ReplyTable, dialect: Dialect): QuotedTables {
  const { fixed = {}, ...columns } = request;
  const { marks = MARKS, ...replyColumns } = reply;
  if (marks.unread === marks.read) throw new TypeError('reply.marks must differ: nobody could tell what was read');
  return {
    request: quoted(columns, dialect, 'request'),
    reply: quoted(replyColumns, dialect, 'reply'),
    fixed: Object.entries(fixed).map(([name, value]) => ({ column: raw(quotedName(name, dialect, 'request.fixed')), value })),
    marks,
  };
}

function quoted<T extends object>(names: T, dialect: Dialect, where: string): Quoted<T> {
  const entries = Object.entries(names).map(([key, name]) => {
    const quote = key === 'table' ? quotedTable : quotedName;
    return [key, raw(quote(String(name), dialect, `${where}.${key}`))];
  });
  return Object.fromEntries(entries) as Quoted<T>;
}
