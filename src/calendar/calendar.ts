import { type DayNumber, dateOf, dayNumber, isWeekday } from './civil-date.ts';
import { daysOf, type HallCalendar, type ReadHall, readHall } from './hall.ts';
import { NEXT_NOTICE_FROM, type Notices, nationalNotices, type SpecialDay, yearOf } from './national.ts';
import type { Calendar, CivilDate, Day } from './types.ts';

/** Some forty years of working days: more is a mistake, and would be counted day by day. */
const MOST_DAYS = 10_000;

/**
 * The calendar of a hall: the State Council's notices, and what the hall's own file says. Throws a RangeError that names the
 * date when the file contradicts itself.
 */
export function createCalendar(hall: HallCalendar = {}): Calendar {
  const { days, years } = withHall(nationalNotices(), readHall(hall));
  const working = (day: DayNumber) => days.get(day)?.working ?? isWeekday(day);
  const addWorkingDays = (date: CivilDate, n: number) => dateOf(nthWorkingDay(working, dayNumber(date), wholeDays(n)));
  return {
    day: (date) => toDay(date, dayNumber(date), days, years),
    addWorkingDays,
    workingDaysBetween: (from, to) => between(working, dayNumber(from), dayNumber(to)),
    nextWorkingDay: (date) => addWorkingDays(date, 1),
    previousWorkingDay: (date) => addWorkingDays(date, -1),
    assumedYears: (from, to) => missingNotices(from, to, years),
  };
}

/** A count of days, or a RangeError. */
export function wholeDays(n: number, what = 'a count of working days'): number {
  if (Number.isInteger(n) && Math.abs(n) <= MOST_DAYS) return n;
  throw new RangeError(`${what} is a whole number up to ${MOST_DAYS}, got ${n}`);
}

function withHall({ days, years }: Notices, hall: ReadHall): Notices {
  const replaced = new Set(hall.years.map(({ year }) => year));
  const kept = [...days].filter(([, { date }]) => !replaced.has(yearOf(date)));
  const added = specialDays(hall).map((day): [DayNumber, SpecialDay] => [dayNumber(day.date), day]);
  return { days: new Map([...kept, ...added]), years: new Set([...years, ...replaced]) };
}

/** The last of two entries for a day holds: the hall's own days stand last. */
function specialDays({ years, closed, open }: ReadHall): SpecialDay[] {
  return [
    ...years.flatMap(({ holidays }) =>
      holidays.flatMap((span) => daysOf(span).map((date) => special('HOLIDAY', false)({ ...span, date }))),
    ),
    ...years.flatMap(({ makeUp }) => makeUp.map(special('MAKE_UP', true))),
    ...closed.map(special('HALL_CLOSED', false)),
    ...open.map(special('HALL_OPEN', true)),
  ];
}

function special(kind: SpecialDay['kind'], working: boolean) {
  return ({ date, nameZh, nameEn }: Pick<SpecialDay, 'date' | 'nameZh' | 'nameEn'>): SpecialDay => ({
    date,
    working,
    kind,
    nameZh,
    nameEn,
  });
}

function toDay(date: CivilDate, day: DayNumber, days: Notices['days'], years: Notices['years']): Day {
  const known = days.get(day);
  if (known) return { ...known, assumed: false };
  const working = isWeekday(day);
  return { date, working, kind: working ? 'WEEKDAY' : 'WEEKEND', assumed: !isCovered(date, years) };
}

/** Every notice that could change the day is known. */
function isCovered(date: CivilDate, known: Notices['years']): boolean {
  return known.has(yearOf(date)) && known.has(lastNotice(date));
}

/** The year of the last notice that could change the day. */
function lastNotice(date: CivilDate): number {
  return yearOf(date) + (date.slice(5) >= NEXT_NOTICE_FROM ? 1 : 0);
}

function missingNotices(one: CivilDate, other: CivilDate, known: Notices['years']): number[] {
  const [first, last] = dayNumber(one) <= dayNumber(other) ? [one, other] : [other, one];
  const years = Array.from({ length: lastNotice(last) - yearOf(first) + 1 }, (_, i) => yearOf(first) + i);
  return years.filter((year) => !known.has(year));
}

type Working = (day: DayNumber) => boolean;

function nthWorkingDay(working: Working, from: DayNumber, n: number): DayNumber {
  if (n === 0) return working(from) ? from : nthWorkingDay(working, from, 1);
  const step = Math.sign(n);
  let day = from;
  for (let left = Math.abs(n); left > 0; ) {
    day += step;
    if (working(day)) left--;
  }
  return day;
}

function between(working: Working, from: DayNumber, to: DayNumber): number {
  // Not `-between(…)`: that would be -0 where there is nothing to count.
  if (to < from) return 0 - between(working, to, from);
  let count = 0;
  for (let day = from + 1; day <= to; day++) if (working(day)) count++;
  return count;
}
