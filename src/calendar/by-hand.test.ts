/** Due dates counted by hand, with the State Council's notices for 2020, 2025 and 2026 on the table. */
import { describe, expect, it } from 'vitest';
import { type Calendar, type CaseClock, createCalendar, dueDate, type Limit, STATUTORY, type Stop } from './index.ts';

const calendar = createCalendar();

/** An instant of Asia/Shanghai. */
const at = (text: string) => new Date(`${text}:00+08:00`);
const working = (days: number): Limit => ({ days, unit: 'WORKING' });
const natural = (days: number): Limit => ({ days, unit: 'NATURAL' });
const stop = (from: string, until: string, reason: Stop['reason'] = 'EXPERT_REVIEW'): Stop => ({ from, until, reason });

interface ByHand {
  readonly name: string;
  readonly clock: CaseClock;
  readonly due: string;
  /** What comes out when Saturdays and Sundays are always off. */
  readonly withoutMakeUps: string;
}

/** In the comments [ ] are days not counted, * is a make-up workday. */
const CASES: readonly ByHand[] = [
  {
    // Tue 21 = 1, Wed 22 = 2, Thu 23 = 3, Fri 24 = 4, [Sat 25], Sun 26* = 5.
    name: '2025, ends on the make-up Sunday before Spring Festival',
    clock: { start: at('2025-01-20T10:00'), limit: working(5) },
    due: '2025-01-26',
    withoutMakeUps: '2025-01-27',
  },
  {
    // [Sat 25], Sun 26* = 1, Mon 27 = 2, [28 Jan–4 Feb], Wed 5 = 3, Thu 6 = 4, Fri 7 = 5, Sat 8* = 6, [Sun 9], Mon 10 = 7,
    // Tue 11 = 8, Wed 12 = 9, Thu 13 = 10.
    name: '2025, over Spring Festival with both make-up days',
    clock: { start: at('2025-01-24T09:00'), limit: working(10) },
    due: '2025-02-13',
    withoutMakeUps: '2025-02-17',
  },
  {
    // Tue 28 Jan is Spring Festival: received Wed 5 Feb. Thu 6 = 1, Fri 7 = 2, Sat 8* = 3.
    name: '2025, filed online on the eve of the new year',
    clock: { start: at('2025-01-28T11:00'), limit: working(3) },
    due: '2025-02-08',
    withoutMakeUps: '2025-02-10',
  },
  {
    // Fri 26 Sep 17:45 is after closing: received Sun 28*. Mon 29 = 1, Tue 30 = 2, [1–8 Oct], Thu 9 = 3, Fri 10 = 4, Sat 11* = 5.
    name: '2025, after closing before National Day',
    clock: { start: at('2025-09-26T17:45'), limit: working(5) },
    due: '2025-10-11',
    withoutMakeUps: '2025-10-14',
  },
  {
    // Tue 23 = 1, Wed 24 = 2 (the review begins: still counts), [25 Sep–10 Oct: the review, Fri 10 its last day],
    // Sat 11* = 3, [Sun 12], Mon 13–Fri 17 = 4–8, [18, 19], Mon 20 = 9, Tue 21 = 10.
    name: '2025, stopped over National Day, resumed on the make-up Saturday',
    clock: { start: at('2025-09-22T09:00'), limit: working(10), stops: [stop('2025-09-24', '2025-10-10')] },
    due: '2025-10-21',
    withoutMakeUps: '2025-10-22',
  },
  {
    // Fri 13 Feb 17:40 is after closing: received Sat 14*. [15–23 Feb], Tue 24 = 1, Wed 25 = 2, Thu 26 = 3, Fri 27 = 4, Sat 28* = 5,
    // [Sun 1], Mon 2–Fri 6 Mar = 6–10, [7, 8], Mon 9–Fri 13 = 11–15, [14, 15], Mon 16–Fri 20 = 16–20.
    name: '2026, the statutory twenty days, received on a make-up Saturday',
    clock: { start: at('2026-02-13T17:40'), limit: STATUTORY.DECISION },
    due: '2026-03-20',
    withoutMakeUps: '2026-03-24',
  },
  {
    // Fri 13 = 1, Sat 14* = 2, [15–23], Tue 24 = 3.
    name: '2026, three days over Spring Festival',
    clock: { start: at('2026-02-12T10:00'), limit: working(3) },
    due: '2026-02-24',
    withoutMakeUps: '2026-02-25',
  },
  {
    // Fri 18 = 1, [Sat 19], Sun 20* = 2, Mon 21 = 3, Tue 22 = 4, Wed 23 = 5, Thu 24 = 6, [25–27 Mid-Autumn], Mon 28 = 7, Tue 29 = 8,
    // Wed 30 = 9, [1–7 Oct], Thu 8 = 10, Fri 9 = 11, Sat 10* = 12, [Sun 11], Mon 12 = 13, Tue 13 = 14, Wed 14 = 15.
    name: '2026, over Mid-Autumn and National Day',
    clock: { start: at('2026-09-17T10:00'), limit: working(15) },
    due: '2026-10-14',
    withoutMakeUps: '2026-10-16',
  },
  {
    // Tue 10 = 1, Wed 11 = 2 (the hearing begins), [12–25 Feb: hearing, Sat 14* and Spring Festival in it], Thu 26 = 3, Fri 27 = 4,
    // Sat 28* = 5, [Sun 1], Mon 2–Fri 6 Mar = 6–10, Mon 9–Fri 13 = 11–15, Mon 16–Fri 20 = 16–20.
    name: '2026, a hearing over Spring Festival',
    clock: { start: at('2026-02-09T09:00'), limit: working(20), stops: [stop('2026-02-11', '2026-02-25', 'HEARING')] },
    due: '2026-03-20',
    withoutMakeUps: '2026-03-23',
  },
  {
    // 15 Jan + 30 = 14 Feb, a Saturday, but worked.
    name: '2026, thirty natural days that end on a make-up Saturday',
    clock: { start: at('2026-01-15T10:00'), limit: natural(30) },
    due: '2026-02-14',
    withoutMakeUps: '2026-02-24',
  },
  {
    // Fri 27 Feb 18:00 is after closing: received, and due, Sat 28*.
    name: '2026, on the spot, the evening before a make-up Saturday',
    clock: { start: at('2026-02-27T18:00'), limit: working(0) },
    due: '2026-02-28',
    withoutMakeUps: '2026-03-02',
  },
  {
    // Fri 17 = 1, [Sat 18], Sun 19* = 2, Mon 20 = 3, Tue 21 = 4, Wed 22 = 5, Thu 23 = 6, [24 Jan–2 Feb, with Fri 31 and Sat 1 by the
    // notice of 26 January], Mon 3 = 7, Tue 4 = 8, Wed 5 = 9, Thu 6 = 10.
    name: '2020, the Spring Festival that was extended',
    clock: { start: at('2020-01-16T09:00'), limit: working(10) },
    due: '2020-02-06',
    withoutMakeUps: '2020-02-07',
  },
  {
    // [Sat 26], Sun 27* = 1, Mon 28 = 2, Tue 29 = 3, Wed 30 = 4, [1–8 Oct], Fri 9 = 5, Sat 10* = 6, [Sun 11], Mon 12 = 7, Tue 13 = 8,
    // Wed 14 = 9, Thu 15 = 10.
    name: '2020, over National Day',
    clock: { start: at('2020-09-25T10:00'), limit: working(10) },
    due: '2020-10-15',
    withoutMakeUps: '2020-10-19',
  },
];

/** The same holidays, but no Saturday or Sunday is ever worked: what software without the notices' second half believes. */
function withoutMakeUps(): Calendar {
  const days = [2020, 2025, 2026].flatMap((year) => Array.from({ length: 366 }, (_, i) => new Date(Date.UTC(year, 0, 1 + i))));
  const makeUps = days.map((day) => calendar.day(day.toISOString().slice(0, 10))).filter(({ kind }) => kind === 'MAKE_UP');
  return createCalendar({ closed: makeUps.map(({ date, nameZh = '', nameEn = '' }) => ({ date, nameZh, nameEn })) });
}

describe('cases counted by hand', () => {
  it.each(CASES)('$name: $due', ({ clock, due }) => {
    expect(dueDate(clock, calendar)).toMatchObject({ due, running: true, assumedYears: [] });
  });

  it.each(CASES)('would come out wrong without make-up workdays: $name', ({ clock, due, withoutMakeUps: naive }) => {
    expect(naive).not.toBe(due);
    expect(dueDate(clock, withoutMakeUps()).due).toBe(naive);
  });
});
