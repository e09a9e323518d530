import { wholeDays } from './calendar.ts';
import { dateOf, dayNumber } from './civil-date.ts';
import { count, type Task } from './count.ts';
import { receive } from './receipt.ts';
import { standing } from './standing.ts';
import { range, stepsOf } from './steps.ts';
import { mergeStops } from './stops.ts';
import type { Calendar, CaseClock, DueDate, Limit, Step } from './types.ts';

/**
 * When a limit runs out, and why then. The day of receipt is not counted and the last day is (Civil Code 民法典, article 201);
 * a limit in working days passes over days off (Administrative Licensing Law 行政许可法, article 82); a limit in natural days
 * that ends on a day off ends on the next working day (Civil Code, article 203); stops are not counted (Licensing Law,
 * article 45); a limit of 0 ends on the day of receipt.
 *
 * Throws a RangeError for a date that does not exist, a limit that is no whole number from 0 up, and a stop that ends before
 * it begins.
 */
export function dueDate(clock: CaseClock, calendar: Calendar): DueDate {
  const receipt = receive(clock.start, calendar, clock);
  const task: Task = { received: dayNumber(receipt.received), limit: wholeLimit(clock), blocks: mergeStops(clock.stops ?? []), calendar };
  const counted = count(task);
  const account = { clock, receipt, task, count: counted };
  const [first, last] = range(account);
  const assumedYears = calendar.assumedYears(dateOf(first), dateOf(last));
  let steps: readonly Step[] | undefined;
  return {
    due: counted.due === undefined ? null : dateOf(counted.due),
    received: receipt.received,
    limit: task.limit,
    running: counted.due !== undefined,
    ...standing(task, counted.due),
    assumedYears,
    // A sweep over all open cases wants dates only; the sentences cost more than the count.
    get steps() {
      steps ??= stepsOf({ ...account, assumedYears });
      return steps;
    },
  };
}

function wholeLimit({ limit: { days, unit }, extension }: CaseClock): Limit {
  return { days: atLeastZero(days, 'a limit') + atLeastZero(extension?.days ?? 0, 'an extension'), unit };
}

function atLeastZero(days: number, what: string): number {
  if (days < 0) throw new RangeError(`${what} is 0 days or more, got ${days}`);
  return wholeDays(days, what);
}
