import type { Migration } from './index.ts';

/** A parcel that came back may be followed by another; whoever waits for results too long is seen. */
export const handOver: Migration = {
  id: '0005-hand-over',
  sql: `
    alter table yimen.errands add column overdue_at timestamptz;
    drop index yimen.errands_one_delivery;
    create unique index errands_one_delivery on yimen.errands (case_id) where kind = 'delivery' and state <> 'FAILED';
    create index errands_due on yimen.errands (due) where kind = 'delivery' and done_at is null and overdue_at is null
  `,
};
