/** Timestamps of exchange databases: Beijing time, in whole seconds, where a column has no zone. */
import type { Dialect } from './tables.ts';

const BEIJING_MS = 8 * 3_600_000;

/** An instant as it is written. PostgreSQL drops the zone where the column has none; MySQL's session has it. */
export function writtenTime(ms: number, dialect: Dialect): string {
  const wall = new Date(ms + BEIJING_MS).toISOString().slice(0, 19).replace('T', ' ');
  return dialect === 'postgres' ? `${wall}+08` : wall;
}

/** What a column gave back. Throws on what is no time. */
export function readTime(value: unknown): Date {
  const [, day, time, zone] = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)([+-]\d\d(?::?\d\d)?|Z)?$/.exec(String(value)) ?? [];
  if (!day || !time) throw new TypeError('the exchange database gave a time that cannot be read: createdAt must be a timestamp');
  const withZone = zone === undefined ? '+08:00' : zone.length === 3 ? `${zone}:00` : zone;
  return new Date(`${day}T${time}${withZone}`);
}
