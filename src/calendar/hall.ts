/** The hall's own file: days that differ from the notices, and notices that are newer than the package. */
import { z } from 'zod';
import { dateOf, isWeekday, parseDate } from './civil-date.ts';
import { yearOf } from './national.ts';

const CivilDateText = z.string().refine((text) => parseDate(text) !== undefined, 'a day of the calendar as YYYY-MM-DD, like "2026-02-14"');
const names = { nameZh: z.string().min(1), nameEn: z.string().min(1) };

const NamedDay = z.strictObject({ date: CivilDateText, ...names });
const NamedSpan = z.strictObject({ from: CivilDateText, to: CivilDateText, ...names });
const Notice = z
  .strictObject({ year: z.int().min(1000).max(9999), holidays: z.array(NamedSpan).min(1), makeUp: z.array(NamedDay).default([]) })
  .superRefine(refuseStrayDates);

/** The shape of the hall's file. A message names the date, or the key where there is no date. */
export const hallCalendarShape = z
  .strictObject({
    /** Days off for this hall only, like a holiday of an autonomous region. */
    closed: z.array(NamedDay).default([]),
    /** Days that count as working days for this hall only. A window that merely serves people on Saturdays is none. */
    open: z.array(NamedDay).default([]),
    /** The State Council's notice of a year, instead of what the package holds for it. */
    years: z.array(Notice).default([]),
  })
  .superRefine((hall, context) => {
    const own = [...hall.closed, ...hall.open].map(({ date }) => date);
    const national = hall.years.flatMap((notice) => [...notice.holidays.flatMap(daysOf), ...notice.makeUp.map(({ date }) => date)]);
    for (const date of repeated(own)) refuse(context, `${date} stands twice in "closed" and "open": a day is either closed or open, once`);
    for (const date of repeated(national))
      refuse(context, `${date} stands twice in "years": a day is a holiday or a make-up workday, once`);
    for (const year of repeated(hall.years.map((notice) => notice.year))) refuse(context, `the year ${year} stands twice in "years"`);
  });

/** The hall's file as it is written; lists may be missing. */
export type HallCalendar = z.input<typeof hallCalendarShape>;

/** The hall's file with every list. */
export type ReadHall = z.output<typeof hallCalendarShape>;

type Span = z.output<typeof NamedSpan>;

/** The dates of a span; none when it ends before it begins. */
export function daysOf({ from, to }: Pick<Span, 'from' | 'to'>): string[] {
  const [first, last] = [parseDate(from), parseDate(to)];
  if (first === undefined || last === undefined) return [];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => dateOf(first + i));
}

/** Holds a file against its shape. Throws with every fault. */
export function readHall(hall: HallCalendar): ReadHall {
  const parsed = hallCalendarShape.safeParse(hall);
  if (parsed.success) return parsed.data;
  throw new RangeError(`the hall's calendar: ${z.prettifyError(parsed.error)}`);
}

type Refusals = Pick<z.core.$RefinementCtx, 'addIssue'>;

function refuse(context: Refusals, message: string): void {
  context.addIssue({ code: 'custom', message });
}

function refuseStrayDates(notice: { year: number; holidays: Span[]; makeUp: { date: string }[] }, context: Refusals): void {
  for (const { from, to } of notice.holidays) {
    if (to < from) refuse(context, `the holiday from ${from} ends on ${to}, before it begins`);
    for (const date of [from, to]) refuseOtherYear(notice.year, date, context);
  }
  for (const { date } of notice.makeUp) {
    refuseOtherYear(notice.year, date, context);
    const day = parseDate(date);
    if (day !== undefined && isWeekday(day)) refuse(context, `${date} is no make-up workday: it is no Saturday or Sunday`);
  }
}

/** A notice may reach back into December: the New Year's holiday of 2023 began on 2022-12-31. */
function refuseOtherYear(year: number, date: string, context: Refusals): void {
  if (yearOf(date) === year || date.startsWith(`${year - 1}-12-`)) return;
  refuse(context, `${date} does not belong to the notice for ${year}`);
}

function repeated<T>(items: readonly T[]): Set<T> {
  return new Set(items.filter((item, i) => items.indexOf(item) < i));
}
