import type { CivilDate } from '../../calendar/index.ts';
import type { Language } from '../../connect/index.ts';
import type { Guide } from '../types.ts';
import type { DrawnStep } from './drawn.ts';

/** The words of charts, and how they say dates and days. */
export interface ChartWords {
  readonly title: (theme: string) => string;
  readonly description: (steps: number, from: CivilDate, until: CivilDate) => string;
  readonly span: (guide: Guide, steps: number) => string;
  readonly target: (guide: Guide, milestone: string | undefined) => string;
  readonly forwardedTo: (agency: string) => string;
  /** When a step is filed and promised. */
  readonly dates: (step: DrawnStep, startOn: CivilDate) => string;
  /** Before the list of what is not needed, and behind the name of one such step. */
  readonly notNeeded: string;
  readonly left: string;
  readonly assumed: (years: readonly number[]) => string;
  readonly legend: Readonly<Record<'plain' | 'critical' | 'forwarded' | 'undecided' | 'milestone' | 'dates' | 'arrow', string>>;
}

const zh: ChartWords = {
  title: (theme) => `${theme} 办理流程图`,
  description: (steps, from, until) => `共 ${steps} 个步骤，${from} 起，${until} 止，箭头表示前后顺序。`,
  span: ({ timeline: { startOn, finishOn, workingDays, oneAfterAnother } }, steps) =>
    `${startOn} 至 ${finishOn}，${steps} 个步骤，并联办理 ${workingDays} 个工作日（逐项串联需 ${oneAfterAnother} 个）`,
  target: ({ timeline: { target } }, milestone) =>
    `目标：${target.workingDays} 个工作日${milestone ? `取得“${milestone}”` : '全部办结'}；计划 ${target.planned} 个工作日（${target.reachedOn}），${target.met ? '符合目标' : '超出目标'}`,
  forwardedTo: (agency) => `转送：${agency}`,
  dates: (step, startOn) =>
    datesOf(
      step,
      (day) => zhDay(day, startOn),
      zhDays(step.item.promisedWorkingDays),
      (day) => `${day}\u00a0申报；`,
    ),
  notNeeded: '本次不需要办理：',
  left: '（不需要）',
  assumed: (years) => `${years.join('、')} 年放假安排尚未公布，按周末推算，日期可能变动。`,
  legend: {
    plain: '步骤',
    critical: '关键路径，延误即推迟总工期',
    forwarded: '由大厅转送其他单位，无须另跑',
    undecided: '待定（序号带问号），由未答问题决定',
    milestone: '目标节点',
    dates: '框内：申报日 → 承诺办结日 · 承诺时限',
    arrow: '前一步办结后，后一步开始',
  },
};

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const en: ChartWords = {
  title: (theme) => `${theme}: the steps`,
  description: (steps, from, until) => `${steps} steps from ${from} to ${until}; arrows say what comes before what.`,
  span: ({ timeline: { startOn, finishOn, workingDays, oneAfterAnother } }, steps) =>
    `${startOn} to ${finishOn}: ${steps} steps in ${workingDays} working days side by side (one after another: ${oneAfterAnother})`,
  target: ({ timeline: { target } }, milestone) =>
    `Target: ${target.workingDays} working days to ${milestone ? `"${milestone}"` : 'the end'}; planned ${target.planned} (${target.reachedOn}), ${target.met ? 'kept' : 'not kept'}`,
  forwardedTo: (agency) => `Forwarded to: ${agency}`,
  dates: (step, startOn) =>
    datesOf(
      step,
      (day) => enDay(day, startOn),
      enDays(step.item.promisedWorkingDays),
      (day) => `filed\u00a0${day};`,
    ),
  notNeeded: 'Not needed this time: ',
  left: '(not needed)',
  assumed: (years) => `Holidays of ${years.join(', ')} are not announced yet: only weekends are taken off, dates may move.`,
  legend: {
    plain: 'step',
    critical: 'longest path: a delay here delays everything',
    forwarded: 'the hall forwards it to another body: no other door',
    undecided: 'undecided (number with ?): an open question decides',
    milestone: 'the target counts up to here',
    dates: 'in the boxes: day to file → promised by · promised working days (wd)',
    arrow: 'begins when the one before is finished',
  },
};

/** In a merged stage everything is filed on one day, and the limits of a step count from a later one. */
function datesOf({ schedule }: DrawnStep, say: (day: CivilDate) => string, days: string, filed: (day: string) => string): string {
  const { fileOn, startsOn, promised } = schedule;
  const until = promised.due === null || promised.due === startsOn ? say(startsOn) : `${say(startsOn)} → ${say(promised.due)}`;
  return `${fileOn === startsOn ? '' : `${filed(say(fileOn))} `}${until} · ${days}`;
}

/** A day, with its year where it is another one than the plan begins in. */
const zhDay = (day: CivilDate, startOn: CivilDate): string =>
  `${isOtherYear(day, startOn) ? `${day.slice(0, 4)}/` : ''}${Number(day.slice(5, 7))}/${Number(day.slice(8))}`;
const enDay = (day: CivilDate, startOn: CivilDate): string =>
  `${Number(day.slice(8))}\u00a0${MONTHS[Number(day.slice(5, 7)) - 1] ?? ''}${isOtherYear(day, startOn) ? `\u00a0${day.slice(0, 4)}` : ''}`;
const zhDays = (days: number): string => (days === 0 ? '当场办结' : `${days}\u00a0工作日`);
const enDays = (days: number): string => (days === 0 ? 'on the spot' : `${days}\u00a0wd`);
const isOtherYear = (day: CivilDate, startOn: CivilDate): boolean => day.slice(0, 4) !== startOn.slice(0, 4);

export const chartWords = (language: Language): ChartWords => (language === 'en' ? en : zh);
