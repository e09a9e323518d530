import { sql } from 'drizzle-orm';
import { bigint, boolean, customType, date, integer, jsonb, pgSchema, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { CaseStatus, FactDetail, FactKind, Phase } from './life/index.ts';

/** How a case comes in. */
const CHANNELS = ['WINDOW', 'ONLINE', 'KIOSK', 'TOWN', 'VILLAGE'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Tables of this room, as the migration `0002-cases` makes them. */
export const yimen = pgSchema('yimen');
const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** Bytes: node-postgres gives a Buffer, the embedded database a Uint8Array. */
const bytes = customType<{ data: Buffer; driverData: Uint8Array }>({
  dataType: () => 'bytea',
  fromDriver: (value) => Buffer.from(value),
});
const xid8 = customType<{ data: string }>({ dataType: () => 'xid8', fromDriver: String });

export const cases = yimen.table('cases', {
  id: uuid('id').primaryKey(),
  number: text('number').notNull(),
  theme: text('theme'),
  channel: text('channel').$type<Channel>().notNull(),
  /** Keyed hash of the applicant. */
  subject: text('subject').notNull(),
  openedBy: text('opened_by').notNull(),
  window: text('window'),
  /** Pool of commissioners: one per sector. */
  block: text('block').notNull(),
  commissioner: text('commissioner'),
  sealed: bytes('sealed').notNull(),
  status: text('status').$type<CaseStatus>().notNull(),
  openedAt: instant('opened_at').notNull(),
  submittedAt: instant('submitted_at'),
  changedAt: instant('changed_at').notNull(),
});

export const caseItems = yimen.table('case_items', {
  id: uuid('id').primaryKey(),
  caseId: uuid('case_id').notNull(),
  place: integer('place').notNull(),
  item: text('item').notNull(),
  /** Codes of items of the same case. */
  waitsFor: text('waits_for').array().notNull(),
  /** Id of a connector, or `bureau`. */
  desk: text('desk').notNull(),
  agency: text('agency').notNull(),
  phase: text('phase').$type<Phase>().notNull(),
  reference: text('reference'),
  attempts: integer('attempts').notNull().default(0),
  /** An attempt may have arrived without our knowing. */
  inDoubt: boolean('in_doubt').notNull().default(false),
  leasedUntil: instant('leased_until'),
  /** When the desk is asked next, where it stays silent. */
  askAt: instant('ask_at'),
  receivedAt: instant('received_at'),
  acceptedAt: instant('accepted_at'),
  decidedAt: instant('decided_at'),
  promisedDue: date('promised_due', { mode: 'string' }),
  statutoryDue: date('statutory_due', { mode: 'string' }),
  /** The last warning that went out: `before`, `overdue`. */
  warned: text('warned'),
  officer: text('officer'),
  takenAt: instant('taken_at'),
});

export const caseFacts = yimen.table(
  'case_facts',
  {
    itemId: uuid('item_id').notNull(),
    id: text('id').notNull(),
    kind: text('kind').$type<FactKind>().notNull(),
    at: instant('at').notNull(),
    by: text('by').$type<'applicant' | 'gateway' | 'desk' | 'person'>().notNull(),
    detail: jsonb('detail').$type<FactDetail>().notNull(),
    actor: text('actor').notNull(),
    keptAt: instant('kept_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.itemId, table.id] })],
);

export const caseEvents = yimen.table('case_events', {
  xact: xid8('xact').notNull().default(sql`pg_current_xact_id()`),
  id: bigint('id', { mode: 'number' }).generatedAlwaysAsIdentity(),
  caseId: uuid('case_id').notNull(),
  item: text('item'),
  kind: text('kind').notNull(),
  phase: text('phase').$type<Phase>(),
  status: text('status').$type<CaseStatus>().notNull(),
  at: instant('at').notNull(),
  actor: text('actor').notNull(),
  role: text('role').notNull(),
  window: text('window'),
  why: text('why'),
});

export const caseMaterials = yimen.table(
  'case_materials',
  {
    caseId: uuid('case_id').notNull(),
    material: text('material').notNull(),
    source: text('source').$type<MaterialSource>().notNull(),
    file: text('file'),
    /** Sealed, in base64. */
    number: text('number'),
    followsBy: date('follows_by', { mode: 'string' }),
    remindedOn: date('reminded_on', { mode: 'string' }),
    commitment: jsonb('commitment').$type<Commitment>(),
    addedBy: text('added_by').notNull(),
    addedAt: instant('added_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.caseId, table.material] })],
);

/** How a material got into a case: brought, fetched from an agency, promised by the applicant, or delayed by an agency. */
export type MaterialSource = 'ATTACHED' | 'FETCHED' | 'COMMITTED' | 'SYSTEM_DELAYED';

/** A signed promise that a material follows. 容缺承诺 */
export interface Commitment {
  readonly actor: string;
  readonly textVersion: string;
  /** SHA-256 of the text that was signed. */
  readonly textHash: string;
  readonly signedAt: string;
}

export const submissions = yimen.table('submissions', {
  key: text('key').primaryKey(),
  digest: text('digest').notNull(),
  caseId: uuid('case_id').notNull(),
  at: instant('at').notNull(),
});

export const callbacks = yimen.table(
  'callbacks',
  {
    connector: text('connector').notNull(),
    id: text('id').notNull(),
    itemId: uuid('item_id'),
    at: instant('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.connector, table.id] })],
);

export const quarantine = yimen.table(
  'quarantine',
  {
    connector: text('connector').notNull(),
    id: text('id').notNull(),
    /** Keyed hash of the agency's reference, by which it is found when the receipt is written down. */
    named: text('named'),
    sealed: bytes('sealed').notNull(),
    at: instant('at').notNull(),
    adoptedAt: instant('adopted_at'),
  },
  (table) => [primaryKey({ columns: [table.connector, table.id] })],
);
