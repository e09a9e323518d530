import { customType, date, integer, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { ReportKind } from '../../connect/index.ts';
import { yimen } from '../tables.ts';

/** Who carries it: a message gateway, a courier, or the applicant who fetches it. */
export type CarrierKind = 'messenger' | 'courier' | 'pickup';

/** What a text is about; `delivery` is the parcel with the results. */
export type ErrandKind = 'correction' | 'reminder' | 'granted' | 'refused' | 'not-accepted' | 'delivery';

/** Where it stands. `NO_ADDRESS`: the applicant left no number. `WAITING`: to be fetched at the hall. */
export type ErrandState = 'QUEUED' | 'SENT' | 'COLLECTED' | 'IN_TRANSIT' | 'WAITING' | 'DELIVERED' | 'FAILED' | 'NO_ADDRESS';

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
const bytes = customType<{ data: Buffer; driverData: Uint8Array }>({
  dataType: () => 'bytea',
  fromDriver: (value) => Buffer.from(value),
});

/** Tables as the migration `0004-errands` makes them. */
export const errands = yimen.table('errands', {
  id: uuid('id').primaryKey(),
  caseId: uuid('case_id').notNull(),
  item: text('item'),
  carrier: text('carrier').$type<CarrierKind>().notNull(),
  kind: text('kind').$type<ErrandKind>().notNull(),
  state: text('state').$type<ErrandState>().notNull(),
  /** The carrier's own number: of a parcel the waybill. */
  reference: text('reference'),
  /** Day by which a result must have been handed over. */
  due: date('due', { mode: 'string' }),
  /** The carrier's word, sealed. */
  note: bytes('note'),
  sealed: bytes('sealed').notNull(),
  attempts: integer('attempts').notNull().default(0),
  /** When it is looked at next; null once it has ended. */
  askAt: instant('ask_at'),
  at: instant('at').notNull(),
  doneAt: instant('done_at'),
  /** Since when a result is handed over too late. */
  overdueAt: instant('overdue_at'),
});
export type ErrandRow = typeof errands.$inferSelect;

export const errandReports = yimen.table(
  'errand_reports',
  {
    errandId: uuid('errand_id').notNull(),
    id: text('id').notNull(),
    kind: text('kind').$type<ReportKind>().notNull(),
    at: instant('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.errandId, table.id] })],
);
