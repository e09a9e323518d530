import type { Migration } from './index.ts';

/**
 * Rows of proof. A row is written in the transaction of what it proves, numbered without a gap per writer (a connection),
 * so that nobody waits for anybody. The sealer links committed rows into one chain afterwards.
 */
export const audit: Migration = {
  id: '0001-audit',
  sql: `
    create table yimen.audit_writer (
      writer text primary key,
      last bigint not null
    );
    create table yimen.audit (
      writer text not null,
      number bigint not null,
      at timestamptz not null,
      action text not null,
      entry jsonb not null,
      digest text not null,
      primary key (writer, number)
    );
    create index audit_by_action on yimen.audit (action, at);
    create index audit_by_case on yimen.audit ((entry->>'case')) where entry ? 'case';
    create index audit_by_subject on yimen.audit ((entry->>'subject')) where entry ? 'subject';
    create table yimen.audit_link (
      sequence bigint primary key,
      writer text not null,
      number bigint not null,
      link text not null,
      unique (writer, number)
    );
    create table yimen.audit_sealed (
      writer text primary key,
      last bigint not null
    );
  `,
};
