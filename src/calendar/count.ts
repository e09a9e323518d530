import { type DayNumber, dateOf } from './civil-date.ts';
import type { StopReason } from './reasons.ts';
import { type Block, blockAt } from './stops.ts';
import type { Calendar, Day, Limit } from './types.ts';

/** What is to be counted: a limit from the day after receipt, past the blocks. */
export interface Task {
  readonly received: DayNumber;
  readonly limit: Limit;
  readonly blocks: readonly Block[];
  readonly calendar: Calendar;
}

/** Days of one sort in a row, weekends between them included. */
export interface Run {
  readonly why: 'COUNTED' | 'MAKE_UP' | 'HALL_OPEN' | 'HOLIDAY' | 'HALL_CLOSED' | 'STOPPED';
  readonly from: DayNumber;
  /** Infinity for a stop without an end. */
  to: DayNumber;
  counted: number;
  /** Days that a stop or a day off took from the limit. */
  skipped: number;
  readonly namesZh: Set<string>;
  readonly namesEn: Set<string>;
  readonly reasons: readonly StopReason[];
}

/** How a limit was counted. */
export interface Count {
  readonly runs: readonly Run[];
  readonly used: number;
  /** The day on which the limit is used up: its last counted day, or the day of receipt when the limit is 0. */
  readonly end: DayNumber | undefined;
  /** The last day in time: the first working day from `end` on that no stop covers. */
  readonly due: DayNumber | undefined;
}

/**
 * Counts day by day, as a person would with the calendar on the wall. `end` and `due` are undefined when a stop without an end
 * comes first.
 */
export function count(task: Task): Count {
  const runs: Run[] = [];
  let day = task.received;
  let used = 0;
  while (used < task.limit.days) {
    day++;
    const block = blockAt(task.blocks, day);
    if (block) {
      runs.push(stopRun(task, day, block));
      if (block.last === Number.POSITIVE_INFINITY) return { runs, used, end: undefined, due: undefined };
      day = block.last;
    } else used += note(runs, day, task.calendar.day(dateOf(day)), task.limit.unit);
  }
  return { runs, used, end: day, ...settle(task, day, runs) };
}

/** A limit that is used up on a day off ends on the next working day (Civil Code 民法典, article 203). */
function settle(task: Task, end: DayNumber, runs: Run[]): Pick<Count, 'due'> {
  for (let day = end; ; day++) {
    const block = blockAt(task.blocks, day);
    if (block?.last === Number.POSITIVE_INFINITY) {
      runs.push(stopRun(task, day, block));
      return { due: undefined };
    }
    if (block) day = block.last;
    else if (task.calendar.day(dateOf(day)).working) return { due: day };
  }
}

/** Adds a day to the runs; 1 when it counts. */
function note(runs: Run[], day: DayNumber, what: Day, unit: Limit['unit']): 0 | 1 {
  const why = whyOf(what, unit);
  if (!why) return 0;
  const counted = why === 'HOLIDAY' || why === 'HALL_CLOSED' ? 0 : 1;
  const run = runOf(runs, why, day);
  run.to = day;
  run.counted += counted;
  run.skipped += 1 - counted;
  if (what.nameZh && unit === 'WORKING') run.namesZh.add(what.nameZh);
  if (what.nameEn && unit === 'WORKING') run.namesEn.add(what.nameEn);
  return counted;
}

/** An ordinary weekend is no event: it neither counts nor ends a run. */
function whyOf({ kind }: Day, unit: Limit['unit']): Run['why'] | undefined {
  if (unit === 'NATURAL' || kind === 'WEEKDAY') return 'COUNTED';
  return kind === 'WEEKEND' ? undefined : kind;
}

function runOf(runs: Run[], why: Run['why'], day: DayNumber): Run {
  const last = runs.at(-1);
  if (last?.why === why) return last;
  const run = emptyRun(why, day);
  runs.push(run);
  return run;
}

function emptyRun(why: Run['why'], day: DayNumber): Run {
  return { why, from: day, to: day, counted: 0, skipped: 0, namesZh: new Set(), namesEn: new Set(), reasons: [] };
}

function stopRun(task: Task, day: DayNumber, { last, reasons }: Block): Run {
  const skipped = last === Number.POSITIVE_INFINITY ? 0 : daysBetween(task, day - 1, last);
  return { ...emptyRun('STOPPED', day), to: last, skipped, reasons };
}

/** Days of the limit's unit after `from` up to and including `to`. */
export function daysBetween({ limit, calendar }: Pick<Task, 'limit' | 'calendar'>, from: DayNumber, to: DayNumber): number {
  return limit.unit === 'NATURAL' ? to - from : calendar.workingDaysBetween(dateOf(from), dateOf(to));
}
