import type { Migration } from './index.ts';

/** Service sessions, what machines have read today, and a way to find who saw whom. */
export const sessions: Migration = {
  id: '0006-sessions',
  sql: `
    create table yimen.sessions (
      id uuid primary key,
      actor text not null,
      role text not null,
      "window" text,
      purpose text not null,
      subject text not null,
      evidence text not null,
      sealed bytea not null,
      opened_at timestamptz not null,
      ends_at timestamptz not null,
      ended_at timestamptz
    );
    create table yimen.bulk_use (
      day date not null,
      actor text not null,
      used int not null,
      primary key (day, actor)
    );
    create index audit_by_actor on yimen.audit ((entry->>'actor'), at)
  `,
};
