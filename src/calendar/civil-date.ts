import type { CivilDate, Moment } from './types.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Shanghai is eight hours ahead of UTC all year: the last summer time was in 1991. */
const SHANGHAI_MS = 8 * 60 * MINUTE_MS;
const LAST_DAY = Date.UTC(9999, 11, 31) / DAY_MS;
const FIRST_DAY = Date.UTC(1000, 0, 1) / DAY_MS;

/** Days since 1970-01-01. Inside the room all counting is done in these. */
export type DayNumber = number;

/** The number of a civil date, or undefined when there is no such day. */
export function parseDate(date: string): DayNumber | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  if (!match) return undefined;
  const at = new Date(Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])));
  const exists = at.getUTCMonth() + 1 === Number(match[2]) && at.getUTCFullYear() === Number(match[1]);
  return exists ? at.getTime() / DAY_MS : undefined;
}

/** The number of a civil date. Throws when there is no such day. */
export function dayNumber(date: CivilDate): DayNumber {
  const day = parseDate(date);
  if (day !== undefined) return day;
  // Anything else may be anything, an identity number included, and is not repeated.
  const got = /^\d{4}-\d{2}-\d{2}$/.test(date) ? `"${date}"` : 'something else';
  throw new RangeError(`a civil date is a day of the calendar as YYYY-MM-DD (like "2026-02-14"), got ${got}`);
}

/** The civil date of a number. */
export function dateOf(day: DayNumber): CivilDate {
  if (!(day >= FIRST_DAY && day <= LAST_DAY))
    throw new RangeError('the calendar runs from 1000-01-01 to 9999-12-31, this day lies outside');
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** 0 is Sunday. */
export function weekday(day: DayNumber): number {
  // 1970-01-01 was a Thursday; days before it have negative numbers.
  return (((day + 4) % 7) + 7) % 7;
}

/** Monday to Friday. */
export function isWeekday(day: DayNumber): boolean {
  const at = weekday(day);
  return at >= 1 && at <= 5;
}

/** The day in Asia/Shanghai on which a moment falls. */
export function civilDateOf(moment: Moment): CivilDate {
  return dateOf(dayOf(moment));
}

/** The number of the day on which a moment falls. */
export function dayOf(moment: Moment): DayNumber {
  return typeof moment === 'string' ? dayNumber(moment) : Math.floor(shanghai(moment) / DAY_MS);
}

/** The minutes of the day at an instant; undefined for a civil date, which has none. */
export function minuteOf(moment: Moment): number | undefined {
  if (typeof moment === 'string') return undefined;
  const at = shanghai(moment);
  return Math.floor((at - Math.floor(at / DAY_MS) * DAY_MS) / MINUTE_MS);
}

function shanghai(instant: Date | number): number {
  const ms = Number(instant);
  if (!Number.isFinite(ms)) throw new RangeError('an instant is a valid Date or milliseconds since 1970 UTC, got an invalid one');
  return ms + SHANGHAI_MS;
}

/** `HH:MM` of the minutes of a day. */
export function timeText(minute: number): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** The minutes of `HH:MM`. Throws when it is no time of a day. */
export function minuteOfText(text: string): number {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (!match) throw new RangeError(`a closing time is HH:MM from 00:00 to 23:59 (like "17:30"), got "${text}"`);
  return Number(match[1]) * 60 + Number(match[2]);
}
