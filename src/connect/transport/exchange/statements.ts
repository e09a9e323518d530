import type { Statement } from './database.ts';
import { joined, raw, sql } from './sql.ts';
import type { Dialect, QuotedTables } from './tables.ts';
import { writtenTime } from './times.ts';

/** The longest list that is shown. */
const LISTED = raw('200');
/** Most requests whose replies are put aside in one go. */
const SWEPT = raw('500');
/** Ids made here begin so; what a caller names itself is never given up. */
export const QUESTION_PREFIX = 'q-';

/** A request as it is inserted. */
export interface NewRequest {
  readonly id: string;
  readonly service: string;
  readonly payload: string | Buffer;
  readonly signature?: string | undefined;
  readonly at: number;
}

/** Every statement the hall ever sends: it reads both tables, inserts requests and sets read marks; nothing else. */
export class Statements {
  readonly #tables: QuotedTables;
  readonly #dialect: Dialect;
  readonly #maxBytes: Statement;

  constructor(tables: QuotedTables, dialect: Dialect, maxBytes: number) {
    this.#tables = tables;
    this.#dialect = dialect;
    this.#maxBytes = raw(String(Math.floor(maxBytes)));
  }

  /** The newest request whose id begins so: whether it is young, has a reply, and whether that was read. */
  latest(beginning: string, since: number): Statement {
    const { id, createdAt } = this.#tables.request;
    const isYoung = sql`CASE WHEN q.${createdAt} > ${this.#time(since)} THEN 1 ELSE 0 END`;
    return sql`SELECT q.${id} AS id, ${isYoung} AS young, ${this.#hasReply('read')} AS done, ${this.#hasReply()} AS replied FROM ${this.#own()} AND q.${id} LIKE ${`${beginning}%`} ORDER BY q.${createdAt} DESC, q.${id} DESC LIMIT 1`;
  }

  insert({ id, service, payload, signature, at }: NewRequest): Statement {
    const { request, fixed } = this.#tables;
    const cells: (readonly [Statement, Statement])[] = [
      [request.id, sql`${id}`],
      [request.service, sql`${service}`],
      [request.payload, sql`${payload}`],
      [request.createdAt, sql`${this.#time(at)}`],
      ...fixed.map(({ column, value }) => [column, sql`${value}`] as const),
    ];
    if (request.signature) cells.push([request.signature, sql`${signature ?? null}`]);
    const columns = cells.map(([column]) => column);
    const values = cells.map(([, value]) => value);
    return sql`INSERT INTO ${request.table} (${joined(columns, ', ')}) VALUES (${joined(values, ', ')})`;
  }

  /** All replies to some requests, read or not. A payload above the limit stays where it is. */
  replies(ids: readonly string[]): Statement {
    const { table, id, payload, code, signature, read } = this.#tables.reply;
    const columns = [
      sql`r.${id} AS id`,
      sql`CASE WHEN OCTET_LENGTH(r.${payload}) > ${this.#maxBytes} THEN NULL ELSE r.${payload} END AS payload`,
      sql`OCTET_LENGTH(r.${payload}) AS size`,
      sql`CASE WHEN ${this.#is(read, 'unread')} THEN 1 ELSE 0 END AS unread`,
      ...(code ? [sql`r.${code} AS code`] : []),
      ...(signature ? [sql`r.${signature} AS signature`] : []),
    ];
    const wanted = ids.map((one) => sql`${one}`);
    return sql`SELECT ${joined(columns, ', ')} FROM ${table} r WHERE r.${id} IN (${joined(wanted, ', ')})`;
  }

  /** Sets the read mark on the unread replies to a request. Of many who try at the same time, one touches rows. */
  markRead(requestId: string): Statement {
    const { reply, marks } = this.#tables;
    const isUnread = marks.unread === null ? sql`${reply.read} IS NULL` : sql`${reply.read} = ${marks.unread}`;
    return sql`UPDATE ${reply.table} SET ${reply.read} = ${marks.read} WHERE ${reply.id} = ${requestId} AND ${isUnread}`;
  }

  /** Requests with replies that nobody will read any more: a second one, or one to a question that was given up. */
  leftOver(since: number): Statement {
    const { id, createdAt } = this.#tables.request;
    const isGivenUp = sql`q.${createdAt} <= ${this.#time(since)} AND q.${id} LIKE ${`${QUESTION_PREFIX}%`}`;
    return sql`SELECT q.${id} AS id, ${this.#hasReply('read')} AS done FROM ${this.#own()} AND ${this.#hasReply('unread')} AND (${this.#hasReply('read')} OR (${isGivenUp})) LIMIT ${SWEPT}`;
  }

  /** The open requests, the oldest first. */
  open(): Statement {
    const { id, service, createdAt } = this.#tables.request;
    return sql`SELECT q.${id} AS id, q.${service} AS service, q.${createdAt} AS since, ${this.#hasReply()} AS replied FROM ${this.#own()} AND NOT ${this.#hasReply('read')} ORDER BY q.${createdAt}, q.${id} LIMIT ${LISTED}`;
  }

  openCount(): Statement {
    return sql`SELECT COUNT(*) AS count FROM ${this.#own()} AND NOT ${this.#hasReply('read')}`;
  }

  /** The rows of this hall. */
  #own(): Statement {
    const { request, fixed } = this.#tables;
    const conditions = fixed.map(({ column, value }) => sql`q.${column} = ${value}`);
    return sql`${request.table} q WHERE ${conditions.length > 0 ? joined(conditions, ' AND ') : raw('1 = 1')}`;
  }

  #hasReply(mark?: 'read' | 'unread'): Statement {
    const { request, reply } = this.#tables;
    const marked = mark ? sql` AND ${this.#is(reply.read, mark)}` : raw('');
    return sql`EXISTS (SELECT 1 FROM ${reply.table} r WHERE r.${reply.id} = q.${request.id}${marked})`;
  }

  #is(column: Statement, mark: 'read' | 'unread'): Statement {
    const value = this.#tables.marks[mark];
    return value === null ? sql`r.${column} IS NULL` : sql`r.${column} = ${value}`;
  }

  #time(ms: number): string {
    return writtenTime(ms, this.#dialect);
  }
}
