import type { Migration } from './index.ts';

/**
 * Cases. Personal data (applicant, form) lies sealed in `sealed`; everything else is safe to list. `phase`, `status` and the
 * dates of a case item are computed from its facts and kept beside them for lists.
 */
export const cases: Migration = {
  id: '0002-cases',
  sql: `
    create table yimen.cases (
      id uuid primary key,
      number text not null unique,
      theme text,
      channel text not null,
      subject text not null,
      opened_by text not null,
      "window" text,
      block text not null,
      commissioner text,
      sealed bytea not null,
      status text not null,
      opened_at timestamptz not null,
      submitted_at timestamptz,
      changed_at timestamptz not null
    );
    create index cases_changed on yimen.cases (changed_at, id);
    create index cases_of_subject on yimen.cases (subject, opened_at);
    create index cases_of_commissioner on yimen.cases (commissioner) where commissioner is not null;
    create table yimen.case_items (
      id uuid primary key,
      case_id uuid not null references yimen.cases (id),
      place int not null,
      item text not null,
      waits_for text[] not null,
      desk text not null,
      agency text not null,
      phase text not null,
      reference text,
      attempts int not null default 0,
      in_doubt boolean not null default false,
      leased_until timestamptz,
      ask_at timestamptz,
      received_at timestamptz,
      accepted_at timestamptz,
      decided_at timestamptz,
      promised_due date,
      statutory_due date,
      warned text,
      officer text,
      taken_at timestamptz,
      unique (case_id, item)
    );
    create index case_items_by_phase on yimen.case_items (phase, ask_at);
    create index case_items_by_reference on yimen.case_items (desk, reference);
    create index case_items_by_due on yimen.case_items (promised_due) where decided_at is null;
    create table yimen.case_facts (
      item_id uuid not null references yimen.case_items (id),
      id text not null,
      kind text not null,
      at timestamptz not null,
      by text not null,
      detail jsonb not null,
      actor text not null,
      kept_at timestamptz not null,
      primary key (item_id, id)
    );
    create table yimen.case_events (
      xact xid8 not null default pg_current_xact_id(),
      id bigint generated always as identity,
      case_id uuid not null references yimen.cases (id),
      item text,
      kind text not null,
      phase text,
      status text not null,
      at timestamptz not null,
      actor text not null,
      role text not null,
      "window" text,
      why text,
      primary key (xact, id)
    );
    create index case_events_of_case on yimen.case_events (case_id, xact, id);
    create table yimen.case_materials (
      case_id uuid not null references yimen.cases (id),
      material text not null,
      source text not null,
      file text,
      number text,
      follows_by date,
      reminded_on date,
      commitment jsonb,
      added_by text not null,
      added_at timestamptz not null,
      primary key (case_id, material)
    );
    create index case_materials_following on yimen.case_materials (follows_by) where follows_by is not null;
    create table yimen.submissions (
      key text primary key,
      digest text not null,
      case_id uuid not null references yimen.cases (id),
      at timestamptz not null
    );
    create table yimen.case_numbers (
      prefix text primary key,
      last int not null
    );
    create table yimen.supplements (
      job text primary key,
      item_id uuid not null references yimen.case_items (id),
      number int not null,
      unique (item_id, number)
    );
    create table yimen.callbacks (
      connector text not null,
      id text not null,
      item_id uuid,
      at timestamptz not null,
      primary key (connector, id)
    );
    create table yimen.quarantine (
      connector text not null,
      id text not null,
      named text,
      sealed bytea not null,
      at timestamptz not null,
      adopted_at timestamptz,
      primary key (connector, id)
    );
    create index quarantine_by_name on yimen.quarantine (connector, named) where adopted_at is null
  `,
};
