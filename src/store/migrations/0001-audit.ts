import type { Migration } from './index.ts';

/**
 * Rows of proof. A row is written in the transaction of what it proves, numbered without a gap per writer (a connection),
 * so that nobody waits for anybody. The sealer links committed rows into one chain afterwards. Erasing a row takes its entry
 * and salt and leaves the digest, so that the chain still holds.
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
      entry jsonb,
      salt text,
      digest text not null,
      erased_at timestamptz,
      primary key (writer, number),
      check ((entry is null) = (erased_at is not null) and (salt is null) = (erased_at is not null))
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
