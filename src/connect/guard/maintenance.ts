import { AgencyError } from '../errors.ts';
import type { Maintenance, Waiting } from '../types.ts';
import { DAY_MS, SHANGHAI_MS, shanghaiDay } from './shanghai.ts';

/** The end of the window that holds the instant; undefined when it does not hold it. */
type Window = (now: number) => number | undefined;

/** Windows that follow each other without a gap count as one; a calendar without any gap is followed this far. */
const MAX_JOINED = 60;

/** The maintenance calendar of one agency. */
export class MaintenanceCalendar {
  readonly #windows: readonly Window[];

  /** Throws a `TypeError` that names the entry when one is wrong. */
  constructor(entries: readonly Maintenance[]) {
    this.#windows = entries.map((entry, i) => ('days' in entry ? weekly(entry, `maintenance[${i}]`) : once(entry, `maintenance[${i}]`)));
  }

  /** When the maintenance that runs now ends; undefined when none runs. */
  until(now: number): Date | undefined {
    let end = now;
    for (let i = 0; i < MAX_JOINED; i++) {
      const at = end;
      end = Math.max(at, ...this.#windows.map((window) => window(at) ?? at));
      if (end === at) break;
    }
    return end > now ? new Date(end) : undefined;
  }

  /** Throws `MAINTENANCE` with its end while maintenance runs. */
  check(call: Waiting, now: number): void {
    if (this.#windows.length === 0) return;
    const until = this.until(now);
    if (until) throw new AgencyError(call, 'MAINTENANCE', { until, retryAfterMs: until.getTime() - now, private: { until } });
  }
}

function once(entry: { readonly from: string; readonly until: string }, where: string): Window {
  const from = instant(entry.from, `${where}.from`);
  const until = instant(entry.until, `${where}.until`);
  if (until <= from) throw new TypeError(`${where}.until must be after from, got ${entry.from} to ${entry.until}`);
  return (now) => (now >= from && now < until ? until : undefined);
}

function weekly(entry: Extract<Maintenance, { days: unknown }>, where: string): Window {
  if (entry.days.length === 0 || !entry.days.every((day) => Number.isInteger(day) && day >= 0 && day <= 6))
    throw new TypeError(`${where}.days must list days from 0 (Sunday) to 6, got ${JSON.stringify(entry.days)}`);
  const days = new Set(entry.days);
  const from = timeOfDay(entry.from, `${where}.from`);
  const until = timeOfDay(entry.until, `${where}.until`);
  const length = until > from ? until - from : until - from + DAY_MS;
  return (now) => {
    const today = shanghaiDay(now);
    // The window that began yesterday may still run.
    for (const day of [today, today - 1]) {
      const start = day * DAY_MS + from - SHANGHAI_MS;
      if (days.has(weekday(day)) && now >= start && now < start + length) return start + length;
    }
    return undefined;
  };
}

/** 1970-01-01 was a Thursday. */
const weekday = (day: number): number => (day + 4) % 7;

function instant(text: string, where: string): number {
  const ms = Date.parse(text);
  // Without its zone the instant would be another one on every machine.
  if (Number.isNaN(ms) || !/(?:Z|[+-]\d\d:\d\d)$/.test(text))
    throw new TypeError(`${where} must be an instant with its zone (like 2026-11-11T00:00:00+08:00), got ${JSON.stringify(text)}`);
  return ms;
}

function timeOfDay(text: string, where: string): number {
  const match = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/.exec(text);
  if (!match) throw new TypeError(`${where} must be a time of day (like 02:30), got ${JSON.stringify(text)}`);
  return match[1] === undefined ? DAY_MS : (Number(match[1]) * 60 + Number(match[2])) * 60_000;
}
