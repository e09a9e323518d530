import { describe, expect, it } from 'vitest';
import type { AgencyError } from '../errors.ts';
import type { Call, Maintenance } from '../types.ts';
import { MaintenanceCalendar } from './maintenance.ts';

const call: Call = {
  caller: { role: 'clerk', actor: 'x' },
  signal: new AbortController().signal,
  traceId: 't',
  connector: 'tax',
  agency: 'taxation',
  operation: 'Enterprise.tax',
};
const at = (text: string) => Date.parse(`${text}+08:00`);
const end = (entries: readonly Maintenance[], text: string) => new MaintenanceCalendar(entries).until(at(text))?.getTime();

describe('T16 an agency under maintenance is not asked', () => {
  it('says when it ends, to the caller and in figures', () => {
    const calendar = new MaintenanceCalendar([{ from: '2026-11-11T00:00:00+08:00', until: '2026-11-11T06:00:00+08:00' }]);
    const error = thrown(() => calendar.check(call, at('2026-11-11T05:00:00')));
    expect([error?.fault, error?.retryAfterMs, error?.until?.toISOString()]).toEqual([
      'MAINTENANCE',
      3_600_000,
      '2026-11-10T22:00:00.000Z',
    ]);
    expect(thrown(() => calendar.check(call, at('2026-11-11T06:00:00')))).toBeUndefined();
    expect(thrown(() => calendar.check(call, at('2026-11-10T23:59:59')))).toBeUndefined();
  });

  it('knows weekly windows in the time of the agencies, whatever the machine thinks', () => {
    // 2026-11-22 is a Sunday.
    const sunday: Maintenance[] = [{ days: [0], from: '01:00', until: '05:00' }];
    expect(end(sunday, '2026-11-22T01:00:00')).toBe(at('2026-11-22T05:00:00'));
    expect(end(sunday, '2026-11-22T00:59:59')).toBeUndefined();
    expect(end(sunday, '2026-11-23T02:00:00')).toBeUndefined();
  });

  it('runs over midnight into the next day', () => {
    const saturday: Maintenance[] = [{ days: [6], from: '23:00', until: '02:00' }];
    expect(end(saturday, '2026-11-21T23:30:00')).toBe(at('2026-11-22T02:00:00'));
    expect(end(saturday, '2026-11-22T01:59:59')).toBe(at('2026-11-22T02:00:00'));
    expect(end(saturday, '2026-11-21T01:00:00')).toBeUndefined();
    expect(end(saturday, '2026-11-22T23:30:00')).toBeUndefined();
  });

  it('joins windows that follow each other, and does not hang on a calendar without an end', () => {
    const weekend: Maintenance[] = [
      { days: [6], from: '22:00', until: '24:00' },
      { days: [0], from: '00:00', until: '04:00' },
      { from: '2026-11-22T03:00:00+08:00', until: '2026-11-22T08:00:00+08:00' },
    ];
    expect(end(weekend, '2026-11-21T22:00:00')).toBe(at('2026-11-22T08:00:00'));
    expect(end([{ days: [0, 1, 2, 3, 4, 5, 6], from: '00:00', until: '24:00' }], '2026-11-21T22:00:00')).toBeGreaterThan(
      at('2026-12-01T00:00:00'),
    );
  });

  it.each<[string, Maintenance]>([
    [
      'maintenance[0].from must be an instant with its zone (like 2026-11-11T00:00:00+08:00), got "2026-11-11T00:00:00"',
      { from: '2026-11-11T00:00:00', until: '2026-11-12T00:00:00Z' },
    ],
    [
      'maintenance[0].until must be after from, got 2026-11-12T00:00:00Z to 2026-11-11T00:00:00Z',
      { from: '2026-11-12T00:00:00Z', until: '2026-11-11T00:00:00Z' },
    ],
    ['maintenance[0].days must list days from 0 (Sunday) to 6, got [7]', { days: [7], from: '01:00', until: '02:00' }],
    ['maintenance[0].until must be a time of day (like 02:30), got "24:30"', { days: [1], from: '01:00', until: '24:30' }],
  ])('T20 refuses to start: %s', (sentence, entry) => {
    expect(() => new MaintenanceCalendar([entry])).toThrow(new TypeError(sentence));
  });
});

function thrown(act: () => void): AgencyError | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return error as AgencyError;
  }
}
