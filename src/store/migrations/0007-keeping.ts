import type { Migration } from './index.ts';

/**
 * What is kept for how long. Rows of proof that were erased leave the index, so those whose time is over are found in one step;
 * `kept_day` has a row for each day on which all replicas together looked for what is over. `erased` says, sealed, whose remembered answers gateways must forget.
 */
export const keeping: Migration = {
  id: '0007-keeping',
  sql: `
    drop index yimen.audit_by_action;
    create index audit_by_action on yimen.audit (action, at) where erased_at is null;
    create table yimen.kept_day (
      day date primary key,
      at timestamptz not null default now()
    );
    create table yimen.erased (
      id uuid primary key,
      sealed bytea not null,
      at timestamptz not null
    );
    create index cases_by_status on yimen.cases (status, changed_at);
    create index sessions_by_end on yimen.sessions (ends_at);
    create index sessions_of_subject on yimen.sessions (subject);
    create index errands_quiet on yimen.errands (at) where ask_at is null and kind <> 'delivery';
    create index quarantine_by_time on yimen.quarantine (at);
    create index callbacks_by_time on yimen.callbacks (at);
    create index callbacks_of_item on yimen.callbacks (item_id) where item_id is not null
  `,
};
