import { type CaseClock, dueDate } from '../calendar/index.ts';
import type { Standing } from './life/index.ts';
import type { CasesTools } from './tools.ts';

/** The days on which an item's two clocks run out; null before they run, after they ended, and while they stand still. */
export interface Dues {
  readonly promisedDue: string | null;
  readonly statutoryDue: string | null;
}

const NONE: Dues = { promisedDue: null, statutoryDue: null };
const RUNNING: ReadonlySet<Standing['phase']> = new Set(['QUEUED', 'UNKNOWN', 'RECEIVED', 'ACCEPTED', 'CORRECTION', 'SPECIAL', 'DISPUTED']);

/** Both clocks run from the day the application was complete; corrections and special procedures stop them. */
export function duesOf(code: string, standing: Standing, { catalogue, calendar }: Pick<CasesTools, 'catalogue' | 'calendar'>): Dues {
  const item = catalogue.item(code);
  const { releasedAt, receivedAt } = standing;
  // What waited for other items counts from the day on which they were there.
  const start = releasedAt && receivedAt && releasedAt > receivedAt ? releasedAt : receivedAt;
  if (!item || !start || !RUNNING.has(standing.phase)) return NONE;
  const due = (days: number) => dueDate(clockOf(start, days, standing), calendar).due;
  return { promisedDue: due(item.promisedWorkingDays), statutoryDue: due(item.statutoryWorkingDays) };
}

const clockOf = (start: Date, days: number, { stops }: Standing): CaseClock => ({
  start,
  limit: { days, unit: 'WORKING' },
  stops: stops.map(({ from, until, reason }) => ({ from, ...(until && { until }), reason })),
});
