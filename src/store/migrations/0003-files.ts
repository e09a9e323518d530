import type { Migration } from './index.ts';

/** Files that were sent in. Contents lie outside the database, named by a keyed hash of `sha256`; `sealed` holds the name. */
export const files: Migration = {
  id: '0003-files',
  sql: `
    create table yimen.files (
      id uuid primary key,
      state text not null,
      sha256 text not null,
      type text,
      size bigint not null,
      sealed bytea,
      case_id uuid references yimen.cases (id),
      uploaded_by text not null,
      uploaded_at timestamptz not null
    );
    create index files_by_content on yimen.files (sha256);
    create index files_of_case on yimen.files (case_id) where case_id is not null;
    create index files_unclaimed on yimen.files (uploaded_at) where case_id is null and state <> 'QUARANTINED'
  `,
};
