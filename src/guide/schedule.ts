import { type Calendar, type CivilDate, type DueDate, dueDate } from '../calendar/index.ts';
import type { Theme } from '../catalogue/index.ts';
import { possibleAnswers } from './answers.ts';
import type { Outline, OutlineStep } from './outline.ts';
import { type Leg, longestPath, type Span, spansOf } from './paths.ts';
import type { StepSchedule, Timeline } from './types.ts';

/** When the planned steps happen. */
export interface Schedule {
  /** Of a planned step; null of any other. */
  of(code: string): StepSchedule | null;
  /** Codes of planned steps that are under way at the same time as this one, and neither waits for the other. */
  parallelWith(code: string): readonly string[];
  readonly timeline: Timeline;
}

/** Puts the planned steps on days, each as early as it can be. */
export function scheduleOf(outline: Outline, theme: Theme, startOn: CivilDate, calendar: Calendar): Schedule {
  const { planned } = outline;
  const legs = planned.map(legOf(({ item }) => item.promisedWorkingDays));
  const spans = spansOf(legs);
  const dates = datesFrom(startOn, calendar);
  const byCode = new Map(planned.map((step) => [step.item.code, stepSchedule(step, filingDay(step, planned, spans), spans, dates)]));
  return {
    of: (code) => byCode.get(code) ?? null,
    parallelWith: (code) => planned.map(({ item }) => item.code).filter((other) => isParallel(code, other, spans, outline)),
    timeline: timelineOf({ planned, legs, spans, dates, theme, calendar }),
  };
}

const legOf =
  (days: (step: OutlineStep) => number) =>
  (step: OutlineStep): Leg => ({ code: step.item.code, days: days(step), dependsOn: step.dependsOn });

/** A merged stage is filed once, on the first day on which one of its steps can begin (docs/decisions/0012). */
function filingDay({ item, stage }: OutlineStep, planned: readonly OutlineStep[], spans: ReadonlyMap<string, Span>): number {
  const together = stage.merged ? planned.filter((other) => other.stage.merged && other.stage.nameZh === stage.nameZh) : [];
  return Math.min(spanOf(item.code, spans).start, ...together.map((other) => spanOf(other.item.code, spans).start));
}

function stepSchedule({ item }: OutlineStep, filed: number, spans: ReadonlyMap<string, Span>, dates: Dates): StepSchedule {
  const { start, slack } = spanOf(item.code, spans);
  return {
    fileOn: dates.day(filed),
    startsOn: dates.day(start),
    promised: dates.due(start, item.promisedWorkingDays),
    statutory: dates.due(start, item.statutoryWorkingDays),
    slack,
    critical: slack === 0,
  };
}

/** What is done on the spot still takes a moment of its day. */
const A_MOMENT = 0.5;

function isParallel(code: string, other: string, spans: ReadonlyMap<string, Span>, outline: Outline): boolean {
  const [one, two] = [spans.get(code), spans.get(other)];
  if (code === other || !one || !two || areAlternatives(code, other, outline)) return false;
  if (outline.upstream(code).has(other) || outline.upstream(other).has(code)) return false;
  const end = ({ start, finish }: Span) => Math.max(finish, start + A_MOMENT);
  return Math.max(one.start, two.start) < Math.min(end(one), end(two));
}

/** Different answers to one open question need them: never both. */
function areAlternatives(code: string, other: string, { planned }: Outline): boolean {
  const [one, two] = [code, other].map((each) => planned.find(({ item }) => item.code === each)?.step.when);
  return one !== undefined && one.question === two?.question && one.equals !== two.equals;
}

interface Laid {
  readonly planned: readonly OutlineStep[];
  readonly legs: readonly Leg[];
  readonly spans: ReadonlyMap<string, Span>;
  readonly dates: Dates;
  readonly theme: Theme;
  readonly calendar: Calendar;
}

function timelineOf(laid: Laid): Timeline {
  const { planned, legs, spans, dates, theme, calendar } = laid;
  const workingDays = lastFinish(spans);
  const statutory = lastFinish(spansOf(planned.map(legOf(({ item }) => item.statutoryWorkingDays))));
  return {
    startOn: dates.day(0),
    finishOn: dates.day(workingDays),
    workingDays,
    oneAfterAnother: sumOf(planned, theme),
    statutoryFinishOn: dates.day(statutory),
    criticalPath: longestPath(legs, spans),
    target: targetOf(laid, workingDays),
    assumedYears: calendar.assumedYears(dates.day(0), dates.day(statutory)),
  };
}

/** All steps one after another: of an open question's alternatives the longest. */
function sumOf(planned: readonly OutlineStep[], { questions }: Theme): number {
  const days = (steps: readonly OutlineStep[]) => steps.reduce((sum, { item }) => sum + item.promisedWorkingDays, 0);
  const alternatives = questions.map((question) => {
    const open = planned.filter(({ status, step }) => status === 'UNDECIDED' && step.when?.question === question.id);
    return Math.max(...possibleAnswers(question).map((answer) => days(open.filter(({ step }) => step.when?.equals === answer))));
  });
  return days(planned.filter(({ status }) => status === 'NEEDED')) + alternatives.reduce((sum, longest) => sum + longest, 0);
}

function targetOf({ spans, dates, theme }: Laid, end: number): Timeline['target'] {
  const { workingDays, milestone } = theme.target;
  // Where the answers drop the milestone, the target counts up to the end.
  const reached = (milestone === undefined ? undefined : spans.get(milestone))?.finish;
  const planned = reached ?? end;
  return {
    workingDays,
    milestone: reached === undefined ? null : (milestone ?? null),
    reachedOn: dates.day(planned),
    planned,
    met: planned <= workingDays,
  };
}

const lastFinish = (spans: ReadonlyMap<string, Span>): number => Math.max(0, ...[...spans.values()].map(({ finish }) => finish));

function spanOf(code: string, spans: ReadonlyMap<string, Span>): Span {
  const span = spans.get(code);
  if (!span) throw new Error(`the step ${code} is not planned`);
  return span;
}

interface Dates {
  /** The day so many working days after the first one. */
  day(workingDays: number): CivilDate;
  due(start: number, workingDays: number): DueDate;
}

/** Days of a plan. Each is counted once, for however many steps. */
function datesFrom(startOn: CivilDate, calendar: Calendar): Dates {
  const first = calendar.addWorkingDays(startOn, 0);
  const day = once((workingDays: number) => calendar.addWorkingDays(first, workingDays));
  const due = once((start: number) => once((days: number) => dueDate({ start: day(start), limit: { days, unit: 'WORKING' } }, calendar)));
  return { day, due: (start, days) => due(start)(days) };
}

function once<K, V>(work: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    const value = known.get(key) ?? work(key);
    known.set(key, value);
    return value;
  };
}
