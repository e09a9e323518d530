import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Calendar, type CivilDate, civilDateOf, createCalendar, type HallCalendar, hallCalendarShape } from './index.ts';

const calendar = createCalendar();
const names = { nameZh: '测试', nameEn: 'test' };

/** The days of a year that are not what their day of the week says. */
function specialDays(year: number, at: Calendar = calendar): Record<'off' | 'on', string[]> {
  const days = datesOf(year).map((date) => at.day(date));
  return {
    off: days.filter(({ kind }) => kind === 'HOLIDAY').map(({ date }) => date.slice(5)),
    on: days.filter(({ kind }) => kind === 'MAKE_UP').map(({ date }) => date.slice(5)),
  };
}

function datesOf(year: number): CivilDate[] {
  const first = Date.UTC(year, 0, 1);
  return Array.from({ length: (Date.UTC(year + 1, 0, 1) - first) / 86_400_000 }, (_, i) =>
    new Date(first + i * 86_400_000).toISOString().slice(0, 10),
  );
}

const span = (month: string, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `${month}-${String(from + i).padStart(2, '0')}`);

describe('the notices of the State Council', () => {
  it('2025, as the notice of 2024-11-12 has it', () => {
    expect(specialDays(2025)).toEqual({
      off: [
        '01-01',
        ...span('01', 28, 31),
        ...span('02', 1, 4),
        ...span('04', 4, 6),
        ...span('05', 1, 5),
        '05-31',
        '06-01',
        '06-02',
        ...span('10', 1, 8),
      ],
      on: ['01-26', '02-08', '04-27', '09-28', '10-11'],
    });
  });

  it('2026, as the notice of 2025-11-04 has it', () => {
    expect(specialDays(2026)).toEqual({
      off: [
        ...span('01', 1, 3),
        ...span('02', 15, 23),
        ...span('04', 4, 6),
        ...span('05', 1, 5),
        ...span('06', 19, 21),
        ...span('09', 25, 27),
        ...span('10', 1, 7),
      ],
      on: ['01-04', '02-14', '02-28', '05-09', '09-20', '10-10'],
    });
  });

  it('2020, with the Spring Festival extended to 2 February and the make-up Saturday of 1 February gone', () => {
    expect(specialDays(2020)).toEqual({
      off: [
        '01-01',
        ...span('01', 24, 31),
        '02-01',
        '02-02',
        ...span('04', 4, 6),
        ...span('05', 1, 5),
        ...span('06', 25, 27),
        ...span('10', 1, 8),
      ],
      on: ['01-19', '04-26', '05-09', '06-28', '09-27', '10-10'],
    });
  });

  it('names what a day is', () => {
    expect(calendar.day('2026-02-17')).toEqual({
      date: '2026-02-17',
      working: false,
      kind: 'HOLIDAY',
      nameZh: '春节',
      nameEn: 'Spring Festival',
      assumed: false,
    });
    expect(calendar.day('2026-02-14')).toMatchObject({ working: true, kind: 'MAKE_UP', nameZh: '春节' });
    expect(calendar.day('2026-03-02')).toEqual({ date: '2026-03-02', working: true, kind: 'WEEKDAY', assumed: false });
    expect(calendar.day('2026-03-01')).toEqual({ date: '2026-03-01', working: false, kind: 'WEEKEND', assumed: false });
  });

  it('has the make-up Saturday that the package omits', () => {
    expect(calendar.day('2005-12-31')).toMatchObject({ working: true, kind: 'MAKE_UP' });
  });

  it('is the same wherever the machine stands', async () => {
    const ask = "import('./src/calendar/index.ts').then((c) => console.log(c.createCalendar().day('2025-01-26').kind, c.civilDateOf(0)))";
    const run = (TZ: string) =>
      promisify(execFile)(process.execPath, ['--import', 'tsx', '-e', ask], { env: { ...process.env, TZ }, timeout: 20_000 });
    const answers = await Promise.all(['America/New_York', 'Pacific/Kiritimati'].map(run));
    expect(answers.map(({ stdout }) => stdout.trim())).toEqual(['MAKE_UP 1970-01-01', 'MAKE_UP 1970-01-01']);
  });
});

describe('years without a notice', () => {
  it('takes only weekends as days off, and says so', () => {
    expect(calendar.day('2035-10-01')).toEqual({ date: '2035-10-01', working: true, kind: 'WEEKDAY', assumed: true });
    expect(calendar.day('2035-10-06')).toEqual({ date: '2035-10-06', working: false, kind: 'WEEKEND', assumed: true });
    expect(calendar.assumedYears('2035-12-01', '2036-01-10')).toEqual([2035, 2036]);
    expect(calendar.assumedYears('2024-06-01', '2026-06-01')).toEqual([]);
    expect(calendar.assumedYears('2003-12-31', '2004-01-01')).toEqual([2003]);
  });

  it('doubts the last days of December, which the next notice may change', () => {
    const until2040 = createCalendar({ years: [{ year: 2040, holidays: [{ from: '2040-10-01', to: '2040-10-07', ...names }] }] });
    expect(until2040.day('2040-12-28')).toMatchObject({ kind: 'WEEKDAY', assumed: false });
    expect(until2040.day('2040-12-31')).toMatchObject({ kind: 'WEEKDAY', assumed: true });
    expect(until2040.assumedYears('2040-12-01', '2040-12-28')).toEqual([]);
    expect(until2040.assumedYears('2040-12-01', '2040-12-29')).toEqual([2041]);
    expect(until2040.day('2040-10-03')).toMatchObject({ kind: 'HOLIDAY', assumed: false });
  });
});

describe('what the hall says itself', () => {
  it('goes before the notice', () => {
    const hall = createCalendar({
      closed: [{ date: '2026-03-04', nameZh: '搬迁', nameEn: 'removal' }],
      open: [{ date: '2026-02-21', nameZh: '值班', nameEn: 'duty' }],
    });
    expect(hall.day('2026-03-04')).toMatchObject({ working: false, kind: 'HALL_CLOSED', nameEn: 'removal' });
    expect(hall.day('2026-02-21')).toMatchObject({ working: true, kind: 'HALL_OPEN', nameZh: '值班' });
    expect(hall.addWorkingDays('2026-03-03', 1)).toBe('2026-03-05');
  });

  it('brings a notice before the package has it, the end of the December before included', () => {
    const hall = createCalendar({
      years: [
        {
          year: 2041,
          holidays: [{ from: '2040-12-31', to: '2041-01-02', nameZh: '元旦', nameEn: "New Year's Day" }],
          makeUp: [{ date: '2040-12-29', nameZh: '元旦', nameEn: "New Year's Day" }],
        },
      ],
    });
    expect(hall.day('2040-12-31')).toMatchObject({ kind: 'HOLIDAY', nameZh: '元旦' });
    expect(hall.day('2040-12-29')).toMatchObject({ kind: 'MAKE_UP', working: true });
    expect(hall.assumedYears('2041-01-01', '2041-06-01')).toEqual([]);
  });

  it('replaces the whole notice of a year', () => {
    const hall = createCalendar({ years: [{ year: 2026, holidays: [{ from: '2026-02-16', to: '2026-02-18', ...names }] }] });
    expect(specialDays(2026, hall)).toEqual({ off: ['02-16', '02-17', '02-18'], on: [] });
    expect(specialDays(2025, hall)).toEqual(specialDays(2025));
  });

  const day = (date: string) => ({ date, ...names });
  const notice = (from: string, to: string, makeUp: string[] = []): HallCalendar => ({
    years: [{ year: 2027, holidays: [{ from, to, ...names }], makeUp: makeUp.map(day) }],
  });

  it.each<[string, HallCalendar, RegExp]>([
    [
      'a day both closed and open',
      { closed: [day('2026-03-04')], open: [day('2026-03-04')] },
      /2026-03-04 stands twice in "closed" and "open"/,
    ],
    ['a day closed twice', { closed: [day('2026-03-04'), day('2026-03-04')] }, /2026-03-04 stands twice/],
    ['a day that does not exist', { closed: [day('2026-02-29')] }, /YYYY-MM-DD/],
    ['a holiday that is a make-up workday', notice('2027-02-05', '2027-02-12', ['2027-02-07']), /2027-02-07 stands twice in "years"/],
    ['a make-up workday that is no weekend', notice('2027-02-05', '2027-02-12', ['2027-02-17']), /2027-02-17 is no make-up workday/],
    ['a holiday of another year', notice('2027-02-05', '2028-02-12'), /2028-02-12 does not belong to the notice for 2027/],
    ['a holiday that ends before it begins', notice('2027-02-12', '2027-02-05'), /from 2027-02-12 ends on 2027-02-05/],
    [
      'a year twice',
      { years: [...(notice('2027-01-01', '2027-01-01').years ?? []), ...(notice('2027-02-01', '2027-02-01').years ?? [])] },
      /2027/,
    ],
  ])('refuses %s', (_, hall, message) => {
    expect(() => createCalendar(hall)).toThrow(message);
    expect(hallCalendarShape.safeParse(hall).success).toBe(false);
  });

  it('refuses a key it does not know', () => {
    expect(hallCalendarShape.safeParse({ closed: [], holidays: [] }).error?.issues[0]?.message).toMatch(/holidays/);
  });
});

describe('counting', () => {
  it('passes over a holiday and stops at make-up workdays', () => {
    // 13 Fri, 14 Sat make-up, 15–23 Spring Festival, 24 Tue.
    expect(calendar.addWorkingDays('2026-02-12', 3)).toBe('2026-02-24');
    expect(calendar.nextWorkingDay('2026-02-13')).toBe('2026-02-14');
    expect(calendar.nextWorkingDay('2026-02-14')).toBe('2026-02-24');
    expect(calendar.previousWorkingDay('2026-02-24')).toBe('2026-02-14');
    expect(calendar.addWorkingDays('2026-02-24', -2)).toBe('2026-02-13');
    expect(calendar.workingDaysBetween('2026-02-13', '2026-02-28')).toBe(6);
    expect(calendar.workingDaysBetween('2026-02-28', '2026-02-13')).toBe(-6);
    expect(calendar.workingDaysBetween('2026-02-15', '2026-02-23')).toBe(0);
    expect(calendar.workingDaysBetween('2026-02-23', '2026-02-15')).toBe(0);
  });

  it('takes 0 as today or the next working day', () => {
    expect(calendar.addWorkingDays('2026-02-14', 0)).toBe('2026-02-14');
    expect(calendar.addWorkingDays('2026-02-15', 0)).toBe('2026-02-24');
  });

  it('adds and counts as inverses', () => {
    const date = fc.integer({ min: Date.UTC(2018, 0, 1), max: Date.UTC(2037, 11, 31) }).map((ms) => civilDateOf(ms));
    fc.assert(
      fc.property(date, fc.integer({ min: 1, max: 300 }), (from, n) => {
        expect(calendar.workingDaysBetween(from, calendar.addWorkingDays(from, n))).toBe(n);
        const worked = calendar.addWorkingDays(from, 0);
        expect(calendar.workingDaysBetween(worked, calendar.addWorkingDays(worked, -n))).toBe(-n);
        expect(calendar.addWorkingDays(calendar.addWorkingDays(worked, n), -n)).toBe(worked);
      }),
    );
    fc.assert(
      fc.property(date, date, (one, other) => {
        const [from, to] = one <= other ? [one, calendar.addWorkingDays(other, 0)] : [other, calendar.addWorkingDays(one, 0)];
        const worked = calendar.addWorkingDays(from, 0);
        expect(calendar.addWorkingDays(worked, calendar.workingDaysBetween(worked, to))).toBe(to);
        expect(calendar.workingDaysBetween(one, other)).toBe(0 - calendar.workingDaysBetween(other, one));
      }),
    );
  });

  it.each([
    ['2026-02-29', /got "2026-02-29"/],
    ['11010519491231002X', /got something else$/],
    ['2026-2-9', /YYYY-MM-DD/],
  ])('refuses %s as a date, and repeats no identity number', (date, message) => {
    expect(() => calendar.day(date)).toThrow(message);
    expect(() => calendar.assumedYears(date, '2026-01-01')).toThrow(RangeError);
  });

  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 10_001])('refuses to add %s days', (n) => {
    expect(() => calendar.addWorkingDays('2026-02-12', n)).toThrow(/whole number up to 10000/);
  });
});

describe('instants', () => {
  it.each([
    ['2026-01-31T15:59:59.999Z', '2026-01-31'],
    ['2026-01-31T16:00:00.000Z', '2026-02-01'],
    ['1969-12-31T15:59:59.999Z', '1969-12-31'],
  ])('%s is %s in Shanghai', (instant, date) => {
    expect(civilDateOf(new Date(instant))).toBe(date);
    expect(civilDateOf(Date.parse(instant))).toBe(date);
  });

  it('refuses an invalid one', () => {
    expect(() => civilDateOf(new Date('soon'))).toThrow(/valid Date/);
  });
});
