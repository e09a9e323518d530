import { bigint, customType, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { FileType } from './types.ts';

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
const bytes = customType<{ data: Buffer; driverData: Uint8Array }>({
  dataType: () => 'bytea',
  fromDriver: (value) => Buffer.from(value),
});

/** `RECEIVING` until the place has the content: what a killed process leaves so is never served, and swept. */
export type FileState = 'RECEIVING' | 'KEPT' | 'QUARANTINED';

/** The table of this room, as the migration `0003-files` makes it. */
export const files = pgSchema('yimen').table('files', {
  id: uuid('id').primaryKey(),
  state: text('state').$type<FileState>().notNull(),
  sha256: text('sha256').notNull(),
  /** A quarantined file may be of no type we keep. */
  type: text('type').$type<FileType>(),
  size: bigint('size', { mode: 'number' }).notNull(),
  /** The sender's own name for it. */
  sealed: bytes('sealed'),
  caseId: uuid('case_id'),
  uploadedBy: text('uploaded_by').notNull(),
  uploadedAt: instant('uploaded_at').notNull(),
});
export type FileRow = typeof files.$inferSelect;
