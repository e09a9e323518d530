import { type AccessBook, openBook } from './book.ts';
import { type AccessQuery, type AccessRow, accessRows } from './log.ts';
import { openSessions, type Sessions, type SessionTools } from './sessions.ts';

/** What the database keeps of who may look, and who looked. */
export interface AccessRecords {
  readonly sessions: Sessions;
  readonly book: AccessBook;
  rows(query: AccessQuery): Promise<readonly AccessRow[]>;
  close(): Promise<void>;
}

export async function openAccessRecords(tools: SessionTools): Promise<AccessRecords> {
  const sessions = await openSessions(tools);
  return {
    sessions,
    book: openBook(tools.store),
    rows: (query) => accessRows(tools.store, query),
    close: () => sessions.close(),
  };
}
