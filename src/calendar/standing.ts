import { type DayNumber, dayOf } from './civil-date.ts';
import { daysBetween, type Task } from './count.ts';
import { blockAt } from './stops.ts';
import type { DueDate } from './types.ts';

/** How a clock stands on a given day. Reckoned from the limit and the stops alone, so that it can be held against the steps. */
export function standing(task: Task, due: DayNumber | undefined): Pick<DueDate, 'used' | 'left' | 'overdue' | 'stoppedBy'> {
  const { days } = task.limit;
  const isOver = (day: DayNumber) => due !== undefined && day > due;
  const usedBy = (day: DayNumber) =>
    // A limit that has run out cannot be stopped any more.
    due !== undefined && day > due ? days + daysBetween(task, due, day) : Math.min(days, elapsed(task, day));
  return {
    used: (asOf) => usedBy(dayOf(asOf)),
    left: (asOf) => days - usedBy(dayOf(asOf)),
    overdue: (asOf) => isOver(dayOf(asOf)),
    stoppedBy: (asOf) => (isOver(dayOf(asOf)) ? [] : (blockAt(task.blocks, dayOf(asOf))?.reasons ?? [])),
  };
}

/** Days after receipt up to and including `day`, less those that stops took. */
function elapsed(task: Task, day: DayNumber): number {
  if (day <= task.received) return 0;
  const stopped = task.blocks
    .map(({ after, last }) => [Math.max(after, task.received), Math.min(last, day)] as const)
    .filter(([from, to]) => from < to)
    .reduce((sum, [from, to]) => sum + daysBetween(task, from, to), 0);
  return daysBetween(task, task.received, day) - stopped;
}
