import type { Migration } from './index.ts';

/** Texts and parcels for applicants. Whom they go to and what they say lies sealed in `sealed`. */
export const errands: Migration = {
  id: '0004-errands',
  sql: `
    create table yimen.errands (
      id uuid primary key,
      case_id uuid not null references yimen.cases (id),
      item text,
      carrier text not null,
      kind text not null,
      state text not null,
      reference text,
      due date,
      note bytea,
      sealed bytea not null,
      attempts int not null default 0,
      ask_at timestamptz,
      at timestamptz not null,
      done_at timestamptz
    );
    create index errands_of_case on yimen.errands (case_id, at);
    create index errands_open on yimen.errands (ask_at) where ask_at is not null;
    create unique index errands_one_delivery on yimen.errands (case_id) where kind = 'delivery';
    create table yimen.errand_reports (
      errand_id uuid not null references yimen.errands (id),
      id text not null,
      kind text not null,
      at timestamptz not null,
      primary key (errand_id, id)
    )
  `,
};
