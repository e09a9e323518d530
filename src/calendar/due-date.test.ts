import { describe, expect, it } from 'vitest';
import { type CaseClock, createCalendar, dueDate, type Limit, receivedOn, STATUTORY, type Stop } from './index.ts';

const calendar = createCalendar();

/** An instant of Asia/Shanghai. */
const at = (text: string) => new Date(`${text}:00+08:00`);
const working = (days: number): Limit => ({ days, unit: 'WORKING' });
const natural = (days: number): Limit => ({ days, unit: 'NATURAL' });
const stop = (from: Stop['from'], until?: Stop['until'], reason: Stop['reason'] = 'EXPERT_REVIEW'): Stop => ({ from, until, reason });

describe('the day of receipt', () => {
  const due = (start: CaseClock['start'], more: Partial<CaseClock> = {}) => dueDate({ start, limit: working(1), ...more }, calendar);

  it('is the day itself up to the minute of closing', () => {
    expect(due(at('2026-03-04T17:30'))).toMatchObject({ received: '2026-03-04', due: '2026-03-05' });
    expect(due(at('2026-03-04T17:31'))).toMatchObject({ received: '2026-03-05', due: '2026-03-06' });
    expect(due(at('2026-03-04T17:01'), { officeHours: { closes: '17:00' } })).toMatchObject({ received: '2026-03-05' });
    expect(due(at('2026-03-04T00:00'))).toMatchObject({ received: '2026-03-04' });
  });

  it('has no closing time where only the date is known', () => {
    expect(due('2026-03-04')).toMatchObject({ received: '2026-03-04', due: '2026-03-05' });
  });

  it('may be any day where the rule says so', () => {
    // Sun 1 March as it arrived; Mon 2 = 1.
    expect(due(at('2026-03-01T23:00'), { received: 'AS_ARRIVED' })).toMatchObject({ received: '2026-03-01', due: '2026-03-02' });
    expect(due(at('2026-03-01T23:00'))).toMatchObject({ received: '2026-03-02', due: '2026-03-03' });
  });

  it('is offered alone, for what ends with an arrival', () => {
    expect(receivedOn(at('2026-02-13T17:40'), calendar)).toBe('2026-02-14');
    expect(receivedOn(at('2026-02-15T10:00'), calendar)).toBe('2026-02-24');
  });
});

describe('natural days', () => {
  it('move from a holiday to the next working day', () => {
    // 19 Jan + 30 = 18 Feb, Spring Festival, which ends on Mon 23.
    expect(dueDate({ start: '2026-01-19', limit: natural(30) }, calendar).due).toBe('2026-02-24');
  });

  it('move past a stop that begins before the next working day', () => {
    // 27 Feb is a Friday; 2 days end on Sun 1 March; the next working day, Mon 2, is stopped since Sat 28.
    const clock: CaseClock = { start: '2026-02-27', limit: natural(2), stops: [stop('2026-03-01', '2026-03-03')] };
    expect(dueDate(clock, calendar).due).toBe('2026-03-04');
  });

  it('count holidays, but not stops', () => {
    // 10 Feb, 2 days counted (11, 12), [13–20 stopped], 21, 22, 23 = 5 in all: Mon 23 is Spring Festival, so Tue 24.
    const clock: CaseClock = { start: '2026-02-10', limit: natural(5), stops: [stop('2026-02-12', '2026-02-20')] };
    expect(dueDate(clock, calendar).due).toBe('2026-02-24');
  });
});

describe('stops', () => {
  // Received Mon 2 March 2026; without a stop day 5 is Mon 9.
  const clock = (...stops: Stop[]): CaseClock => ({ start: at('2026-03-02T09:00'), limit: working(5), stops });
  const due = (...stops: Stop[]) => dueDate(clock(...stops), calendar).due;

  it('count the day on which they begin and not the day on which they end', () => {
    // Tue 3 = 1, Wed 4 = 2, [Thu 5, Fri 6], Mon 9 = 3, Tue 10 = 4, Wed 11 = 5: two days were taken, 4 to 6.
    expect(due(stop(at('2026-03-04T08:00'), at('2026-03-06T16:00')))).toBe('2026-03-11');
  });

  it('stop nothing within one day', () => {
    expect(due(stop(at('2026-03-04T08:00'), at('2026-03-04T16:00')))).toBe('2026-03-09');
  });

  it('stop nothing over a weekend', () => {
    // From Fri 6 to Sun 8 only Sat and Sun are not counted.
    expect(due(stop('2026-03-06', '2026-03-08'))).toBe('2026-03-09');
  });

  it('count overlapping and touching days once', () => {
    // [Thu 5–Tue 10] = 4 working days: 9 March + 4 = Fri 13.
    expect(due(stop('2026-03-04', '2026-03-06'), stop('2026-03-06', '2026-03-10', 'TESTING'))).toBe('2026-03-13');
    expect(due(stop('2026-03-05', '2026-03-10', 'TESTING'), stop('2026-03-04', '2026-03-09'))).toBe('2026-03-13');
    const merged = dueDate(clock(stop('2026-03-06', '2026-03-10', 'TESTING'), stop('2026-03-04', '2026-03-06')), calendar);
    expect(merged.steps.filter(({ why }) => why === 'STOPPED').map(({ from, to, reasons }) => ({ from, to, reasons }))).toEqual([
      { from: '2026-03-05', to: '2026-03-10', reasons: ['EXPERT_REVIEW', 'TESTING'] },
    ]);
  });

  it('may have begun before the application came', () => {
    // [Tue 3, Wed 4], Thu 5 = 1, Fri 6 = 2, Mon 9 = 3, Tue 10 = 4, Wed 11 = 5.
    expect(due(stop('2026-02-20', '2026-03-04', 'CORRECTION'))).toBe('2026-03-11');
    expect(due(stop('2026-02-20', '2026-03-01', 'CORRECTION'))).toBe('2026-03-09');
  });

  it('leave the due date open while they last', () => {
    const open = dueDate(clock(stop('2026-03-04')), calendar);
    expect(open).toMatchObject({ due: null, running: false });
    expect(open.steps.at(-1)).toMatchObject({ why: 'NOT_KNOWN', from: '2026-03-05', to: null });
    expect([open.used('2026-06-01'), open.left('2026-06-01'), open.overdue('2026-06-01')]).toEqual([2, 3, false]);
    expect(open.stoppedBy('2026-03-04')).toEqual([]);
    expect(open.stoppedBy('2026-03-05')).toEqual(['EXPERT_REVIEW']);
  });

  it('do not hold a clock that has run out before', () => {
    expect(dueDate(clock(stop('2026-03-09')), calendar)).toMatchObject({ due: '2026-03-09', running: true });
  });

  it('hold a natural limit that was used up on a day off and has nowhere to end', () => {
    const held = dueDate({ start: '2026-02-27', limit: natural(2), stops: [stop('2026-03-01')] }, calendar);
    expect(held).toMatchObject({ due: null, running: false });
    expect(held.left('2026-04-01')).toBe(0);
  });

  it('may be known to last for years', () => {
    expect(due(stop('2026-03-04', '2199-12-31'))?.slice(0, 4)).toBe('2200');
  });

  it('refuse to end before they begin', () => {
    expect(() => due(stop('2026-03-06', '2026-03-04'))).toThrow('the stop from 2026-03-06 (EXPERT_REVIEW) ends on 2026-03-04');
  });
});

describe('a clock as it runs', () => {
  // Received Mon 2 March 2026; Tue 3 = 1, [Wed 4, Thu 5: testing], Fri 6 = 2, Mon 9 = 3.
  const due = dueDate({ start: '2026-03-02', limit: working(3), stops: [stop('2026-03-03', '2026-03-05', 'TESTING')] }, calendar);

  it.each([
    ['2026-03-01', 0, 3, false],
    ['2026-03-02', 0, 3, false],
    ['2026-03-03', 1, 2, false],
    ['2026-03-05', 1, 2, false],
    ['2026-03-08', 2, 1, false],
    ['2026-03-09', 3, 0, false],
    ['2026-03-10', 4, -1, true],
    ['2026-03-16', 8, -5, true],
  ])('on %s %i are used, %i left', (day, used, left, overdue) => {
    expect([due.used(day), due.left(day), due.overdue(day)]).toEqual([used, left, overdue]);
  });

  it('says why it stands still', () => {
    expect(due.stoppedBy(at('2026-03-04T12:00'))).toEqual(['TESTING']);
    expect(due.stoppedBy('2026-03-06')).toEqual([]);
  });

  it('runs beside another one for the same case', () => {
    const start = at('2026-03-02T09:00');
    const both = [STATUTORY.DECISION, working(3)].map((limit) => dueDate({ start, limit }, calendar).due);
    expect(both).toEqual(['2026-03-30', '2026-03-05']);
  });

  it('is longer when it was extended', () => {
    // Day 20 is Mon 30 March; 31 = 21, 1–3 April = 22–24, [4–6 Qingming], 7–10 = 25–28, [11, 12], 13 = 29, 14 = 30.
    const extension = { days: STATUTORY.DECISION.extension, reason: '经负责人批准' };
    const extended = dueDate({ start: '2026-03-02', limit: STATUTORY.DECISION, extension }, calendar);
    expect(extended).toMatchObject({ due: '2026-04-14', limit: { days: 30, unit: 'WORKING' } });
  });
});

describe('a year without a notice', () => {
  it('is counted by weekends, and named', () => {
    // Mon 1 October 2035; Tue 2–Fri 5 = 1–4, Mon 8 = 5.
    const due = dueDate({ start: '2035-10-01', limit: working(5) }, calendar);
    expect(due).toMatchObject({ due: '2035-10-08', assumedYears: [2035] });
    expect(due.steps.filter(({ why }) => why === 'NO_NOTICE')).toMatchObject([{ from: '2035-10-01', to: '2035-10-08', counted: 0 }]);
  });

  it('is named for each year of a long clock', () => {
    const due = dueDate({ start: '2035-12-20', limit: working(20) }, calendar);
    expect(due.assumedYears).toEqual([2035, 2036]);
    expect(due.steps.filter(({ why }) => why === 'NO_NOTICE').map(({ from, to }) => [from, to])).toEqual([
      ['2035-12-20', '2035-12-31'],
      ['2035-12-29', due.due],
    ]);
  });
});

describe('what makes no sense', () => {
  it.each<[string, Partial<CaseClock>, RegExp]>([
    ['half a day', { limit: working(1.5) }, /a limit is a whole number/],
    ['a negative limit', { limit: working(-1) }, /a limit is 0 days or more, got -1/],
    ['a negative extension', { extension: { days: -1, reason: '' } }, /an extension is 0 days or more/],
    ['a closing time that is none', { officeHours: { closes: '5 pm' } }, /a closing time is HH:MM/],
    ['a start that is no day', { start: '2026-02-30' }, /YYYY-MM-DD/],
  ])('%s is refused', (_, more, message) => {
    expect(() => dueDate({ start: '2026-03-02', limit: working(5), ...more }, calendar)).toThrow(message);
  });
});
