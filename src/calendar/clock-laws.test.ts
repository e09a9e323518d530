/** What must hold for every clock, whatever its dates, stops and hall. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Calendar,
  type CaseClock,
  type CivilDate,
  civilDateOf,
  createCalendar,
  type DueDate,
  dueDate,
  type Limit,
  STOP_REASONS,
  type Stop,
  type StopReason,
} from './index.ts';

const DAY = 86_400_000;
const after = (date: CivilDate, days: number) => new Date(Date.parse(date) + days * DAY).toISOString().slice(0, 10);

// From the last notices into years without one.
const dates = fc.integer({ min: Date.UTC(2024, 10, 1), max: Date.UTC(2029, 0, 1) }).map((ms) => civilDateOf(ms));
const moments = fc.oneof(dates, fc.integer({ min: Date.UTC(2024, 10, 1), max: Date.UTC(2029, 0, 1) }));
const limits: fc.Arbitrary<Limit> = fc.record({ days: fc.nat(40), unit: fc.constantFrom('WORKING', 'NATURAL') });
const reasons = fc.constantFrom(...(Object.keys(STOP_REASONS) as StopReason[]));

const names = { nameZh: '测试', nameEn: 'test' };
const calendars: fc.Arbitrary<Calendar> = fc
  .uniqueArray(fc.record({ date: dates, open: fc.boolean() }), { selector: ({ date }) => date, maxLength: 60 })
  .map((own) => {
    const list = (open: boolean) => own.filter((day) => day.open === open).map(({ date }) => ({ date, ...names }));
    return createCalendar({ closed: list(false), open: list(true) });
  });

/** A stop near a day, sometimes before it, sometimes without an end. */
const stopNear = (date: CivilDate): fc.Arbitrary<Stop> =>
  fc
    .record({ begins: fc.integer({ min: -20, max: 60 }), lasts: fc.option(fc.nat(25), { freq: 6 }), reason: reasons })
    .map(({ begins, lasts, reason }) => {
      const from = after(date, begins);
      return { from, until: lasts === null ? undefined : after(from, lasts), reason };
    });

const clocks: fc.Arbitrary<CaseClock & { stops: Stop[] }> = moments.chain((start) =>
  fc.record({
    start: fc.constant(start),
    limit: limits,
    stops: fc.array(stopNear(civilDateOf(start)), { maxLength: 4 }),
    received: fc.constantFrom('IN_OFFICE_HOURS' as const, 'AS_ARRIVED' as const),
  }),
);

/** A clock, another stop for it, and a calendar. */
const situations = fc
  .tuple(clocks, calendars)
  .chain(([clock, calendar]) => stopNear(civilDateOf(clock.start)).map((extra) => ({ clock, calendar, extra })));

/** Not known yet is later than any day. */
const notLater = (one: DueDate, other: DueDate) => (one.due ?? '9999') <= (other.due ?? '9999');

/** Counted on the fingers: every day after receipt, none that is off or lies in any stop. Undefined when nothing is left. */
function byFingers({ limit, stops }: { limit: Limit; stops: readonly Stop[] }, received: CivilDate, calendar: Calendar) {
  const stopped = (day: CivilDate) =>
    stops.some(({ from, until }) => civilDateOf(from) < day && day <= (until ? civilDateOf(until) : '9999'));
  const days = Array.from({ length: 400 }, (_, i) => after(received, i)).filter((day) => !stopped(day));
  const counted = days.filter((day) => day > received && (limit.unit === 'NATURAL' || calendar.day(day).working));
  const end = limit.days === 0 ? received : counted[limit.days - 1];
  return days.find((day) => end !== undefined && day >= end && calendar.day(day).working);
}

describe('every clock', () => {
  it('ends where fingers end', () => {
    fc.assert(
      fc.property(situations, ({ clock, calendar }) => {
        const { due, received } = dueDate(clock, calendar);
        expect(due).toBe(byFingers(clock, received, calendar) ?? null);
      }),
    );
  });

  it('ends on a working day that no stop covers', () => {
    fc.assert(
      fc.property(situations, ({ clock, calendar }) => {
        const { due, stoppedBy } = dueDate(clock, calendar);
        if (due === null) return;
        expect(calendar.day(due).working).toBe(true);
        expect(stoppedBy(due)).toEqual([]);
      }),
    );
  });

  it('ends no earlier when it starts later', () => {
    fc.assert(
      fc.property(situations, fc.nat(40 * DAY), ({ clock, calendar }, wait) => {
        const start = typeof clock.start === 'string' ? after(clock.start, Math.floor(wait / DAY)) : Number(clock.start) + wait;
        expect(notLater(dueDate(clock, calendar), dueDate({ ...clock, start }, calendar))).toBe(true);
      }),
    );
  });

  it('ends no earlier when the limit or the extension is longer', () => {
    fc.assert(
      fc.property(situations, fc.nat(20), ({ clock, calendar }, more) => {
        const longer = { ...clock, limit: { ...clock.limit, days: clock.limit.days + more } };
        const extended = { ...clock, extension: { days: more, reason: 'approved' } };
        expect(notLater(dueDate(clock, calendar), dueDate(longer, calendar))).toBe(true);
        expect(dueDate(extended, calendar).due).toBe(dueDate(longer, calendar).due);
      }),
    );
  });

  it('ends no earlier with one more stop, and no later when a stop ends sooner', () => {
    fc.assert(
      fc.property(situations, fc.nat(25), ({ clock, calendar, extra }, days) => {
        const more = dueDate({ ...clock, stops: [...clock.stops, extra] }, calendar);
        const shorter = { ...extra, until: after(civilDateOf(extra.from), days) };
        const less = dueDate({ ...clock, stops: [...clock.stops, shorter] }, calendar);
        expect(notLater(dueDate(clock, calendar), more)).toBe(true);
        const [first, second] = extra.until !== undefined && shorter.until > extra.until ? [more, less] : [less, more];
        expect(notLater(first, second)).toBe(true);
      }),
    );
  });

  it('does not ask in which order its stops were written down', () => {
    fc.assert(
      fc.property(situations, fc.infiniteStream(fc.nat()), ({ clock, calendar }, random) => {
        const shuffled = clock.stops.map((stop) => ({ stop, key: random.next().value })).sort((a, b) => a.key - b.key);
        const one = dueDate(clock, calendar);
        const other = dueDate({ ...clock, stops: shuffled.map(({ stop }) => stop) }, calendar);
        expect([other.due, other.steps]).toEqual([one.due, one.steps]);
      }),
    );
  });

  it('takes no notice of a stop over days off, where it counts working days', () => {
    fc.assert(
      fc.property(situations, dates, ({ clock, calendar }, date) => {
        const from = calendar.addWorkingDays(date, 0);
        const daysOff = { from, until: after(calendar.nextWorkingDay(from), -1), reason: 'INSPECTION' as const };
        const limit: Limit = { ...clock.limit, unit: 'WORKING' };
        const [one, other] = [clock.stops, [...clock.stops, daysOff]].map((stops) => dueDate({ ...clock, limit, stops }, calendar));
        expect(other?.due).toBe(one?.due);
      }),
    );
  });

  it('has used and left that make up the limit, and nothing left when it ends', () => {
    fc.assert(
      fc.property(situations, fc.integer({ min: -10, max: 120 }), ({ clock, calendar }, days) => {
        const due = dueDate(clock, calendar);
        const asOf = after(civilDateOf(clock.start), days);
        expect(due.used(asOf) + due.left(asOf)).toBe(due.limit.days);
        expect(due.used(asOf)).toBeGreaterThanOrEqual(0);
        if (!due.overdue(asOf)) expect(due.left(asOf)).toBeGreaterThanOrEqual(0);
        if (due.due !== null) expect([due.left(due.due), due.overdue(due.due)]).toEqual([0, false]);
        expect(due.used(after(asOf, 1))).toBeGreaterThanOrEqual(due.used(asOf));
      }),
    );
  });

  it('has steps that add up to what was used, in order, none overlapping', () => {
    fc.assert(
      fc.property(situations, ({ clock, calendar }) => {
        const { due, limit, steps, used } = dueDate(clock, calendar);
        const sum = steps.reduce((total, { counted }) => total + counted, 0);
        expect(sum).toBe(due === null ? used('2030-01-01') : limit.days);
        const runs = steps.filter(
          ({ why }) => !['RECEIVED', 'AFTER_CLOSING', 'DAY_OFF', 'MOVED', 'NO_NOTICE', 'DUE', 'NOT_KNOWN'].includes(why),
        );
        runs.reduce<CivilDate>(
          (last, { from, to }) => {
            expect(from > last && (to === null || to >= from)).toBe(true);
            return to ?? last;
            // The day of receipt itself is a step only where a limit of 0 is stopped on it.
          },
          after(civilDateOf(clock.start), -1),
        );
      }),
    );
  });

  it('names every year it had to guess', () => {
    fc.assert(
      fc.property(situations, ({ clock, calendar }) => {
        const { due, assumedYears, steps } = dueDate(clock, calendar);
        expect(steps.filter(({ why }) => why === 'NO_NOTICE')).toHaveLength(assumedYears.length);
        if (due !== null && calendar.day(due).assumed) expect(assumedYears).not.toEqual([]);
      }),
    );
  });
});
