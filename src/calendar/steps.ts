import { type DayNumber, dateOf, dayNumber } from './civil-date.ts';
import type { Count, Run, Task } from './count.ts';
import { NEXT_NOTICE_FROM } from './national.ts';
import type { Receipt } from './receipt.ts';
import type { CaseClock, DueDate, Step } from './types.ts';
import * as say from './wording.ts';

/** What a due date came from. */
export interface Account {
  readonly clock: CaseClock;
  readonly receipt: Receipt;
  readonly task: Task;
  readonly count: Count;
  readonly assumedYears: readonly number[];
}

/** The account as steps, in the order in which a person would count. */
export function stepsOf(account: Account): readonly Step[] {
  return [
    receiptStep(account),
    ...extensionStep(account),
    ...runSteps(account),
    ...movedStep(account),
    ...account.assumedYears.map((year) => noNoticeStep(account, year)),
    endStep(account),
  ];
}

/** The account as sentences. */
export function explain(due: Pick<DueDate, 'steps'>, language: 'zh' | 'en'): string[] {
  return due.steps.map(({ textZh, textEn }) => (language === 'zh' ? textZh : textEn));
}

function receiptStep({ receipt, task }: Account): Step {
  const { why, arrived, received } = receipt;
  const text = say.receiptText(receipt, task.calendar.day(arrived), task.calendar.day(received), task.limit.days === 0);
  return { why, from: arrived, to: received, counted: 0, ...text };
}

function extensionStep({ clock: { extension }, receipt: { received }, task: { limit } }: Account): Step[] {
  if (!extension) return [];
  return [{ why: 'EXTENDED', from: received, to: received, counted: 0, ...say.extensionText(extension, limit) }];
}

function runSteps({ task, count }: Account): Step[] {
  let before = 0;
  return count.runs.map((run) => {
    const step = runStep(run, before, task);
    before += run.counted;
    return step;
  });
}

const TEXTS = {
  COUNTED: say.countedText,
  MAKE_UP: say.makeUpText,
  HALL_OPEN: say.hallOpenText,
  HOLIDAY: say.holidayText,
  HALL_CLOSED: say.hallClosedText,
  STOPPED: say.stoppedText,
};

function runStep(run: Run, before: number, { limit: { unit } }: Task): Step {
  const { why, counted, skipped, reasons } = run;
  const [nameZh, nameEn] = [[...run.namesZh].join('、'), [...run.namesEn].join(', ')];
  const from = dateOf(run.from);
  if (run.to === Number.POSITIVE_INFINITY) return { why, from, to: null, counted, reasons, ...say.stillStoppedText(from, reasons) };
  const to = dateOf(run.to);
  const weekends = run.to - run.from + 1 > counted;
  const text = TEXTS[why]({ from, to, counted, skipped, before, weekends, nameZh, nameEn, reasons, unit });
  return { why, from, to, counted, ...(nameZh && { nameZh, nameEn }), ...(reasons.length > 0 && { reasons }), ...text };
}

function movedStep({ task, count: { end, due } }: Account): Step[] {
  if (end === undefined || due === undefined || end === due) return [];
  const text = say.movedText(task.calendar.day(dateOf(end)), dateOf(due));
  return [{ why: 'MOVED', from: dateOf(end), to: dateOf(due), counted: 0, ...text }];
}

function noNoticeStep(account: Account, year: number): Step {
  const [first, last] = range(account);
  const from = dateOf(Math.max(first, dayNumber(`${year - 1}-${NEXT_NOTICE_FROM}`)));
  const to = dateOf(Math.min(last, dayNumber(`${year}-12-31`)));
  return { why: 'NO_NOTICE', from, to, counted: 0, ...say.noNoticeText(year) };
}

function endStep({ task: { limit, received }, count: { due, used, runs } }: Account): Step {
  if (due !== undefined) return { why: 'DUE', from: dateOf(due), to: dateOf(due), counted: 0, ...say.dueText(dateOf(due), limit) };
  const from = dateOf(runs.at(-1)?.from ?? received);
  return { why: 'NOT_KNOWN', from, to: null, counted: 0, ...say.notKnownText(used, limit) };
}

/** The days that decided: from the arrival to the due date, or to where the clock was stopped. */
export function range({ receipt, count, task }: Omit<Account, 'assumedYears'>): [DayNumber, DayNumber] {
  return [dayNumber(receipt.arrived), count.due ?? count.runs.at(-1)?.from ?? task.received];
}
