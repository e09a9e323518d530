/** Rows of our own statements, whichever driver read them. */
import type { Row } from './database.ts';

/** One row of the reply table. */
export interface ReplyRow {
  readonly id: string;
  readonly payload: string | Buffer | null;
  readonly size: number;
  readonly isUnread: boolean;
  readonly code: string;
  readonly signature: string;
}

/** Columns of fixed width fill up with blanks. */
export const textIn = (row: Row, column: string): string => String(row[column] ?? '').trimEnd();

/** PostgreSQL says `t`, MySQL 1. */
export const flagIn = (row: Row, column: string): boolean => /^(?:t|true|1)$/.test(String(row[column]));

export const numberIn = (row: Row, column: string): number => Number(row[column] ?? 0);

export function replyIn(row: Row): ReplyRow {
  const { payload } = row;
  return {
    id: textIn(row, 'id'),
    payload: Buffer.isBuffer(payload) ? payload : typeof payload === 'string' ? payload : null,
    size: numberIn(row, 'size'),
    isUnread: flagIn(row, 'unread'),
    code: textIn(row, 'code'),
    signature: textIn(row, 'signature'),
  };
}

/** Whether the replies to one request say the same. */
export function agree(replies: readonly ReplyRow[]): boolean {
  const said = replies.map(({ payload, code }) =>
    JSON.stringify([code, payload === null ? null : Buffer.from(payload).toString('base64')]),
  );
  return new Set(said).size <= 1;
}
