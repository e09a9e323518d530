import { bigint, jsonb, pgSchema, text, timestamp } from 'drizzle-orm/pg-core';
import type { AuditEntry } from '../../store/index.ts';

/** Tables of proof, as the migration `0001-audit` makes them. */
const yimen = pgSchema('yimen');
const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
const number = (name: string) => bigint(name, { mode: 'number' });

export const auditRows = yimen.table('audit', {
  writer: text('writer').notNull(),
  number: number('number').notNull(),
  at: instant('at').notNull(),
  action: text('action').notNull(),
  entry: jsonb('entry').$type<AuditEntry>(),
  salt: text('salt'),
  digest: text('digest').notNull(),
  erasedAt: instant('erased_at'),
});

export const auditLinks = yimen.table('audit_link', {
  sequence: number('sequence').primaryKey(),
  writer: text('writer').notNull(),
  number: number('number').notNull(),
  link: text('link').notNull(),
});

/** Last number of each writer that is linked. */
export const auditSealed = yimen.table('audit_sealed', {
  writer: text('writer').primaryKey(),
  last: number('last').notNull(),
});
