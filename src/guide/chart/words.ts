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
  dates: (step, startOn) => datesOf(step, startOn, ZH_DATES),
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
  dates: (step, startOn) => datesOf(step, startOn, EN_DATES),
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

/** How a language writes the dates of a step. */
interface DateWords {
  readonly day: (day: CivilDate, hasYear: boolean) => string;
  /** Of two days in one year, which says the year. */
  readonly yearOn: 'first' | 'last';
  readonly days: (days: number) => string;
  readonly filed: (day: string) => string;
}

const ZH_DATES: DateWords = {
  day: (day, hasYear) => `${hasYear ? `${day.slice(0, 4)}/` : ''}${Number(day.slice(5, 7))}/${Number(day.slice(8))}`,
  yearOn: 'first',
  days: (days) => (days === 0 ? '当场办结' : `${days}\u00a0工作日`),
  filed: (day) => `${day}\u00a0申报；`,
};

const EN_DATES: DateWords = {
  day: (day, hasYear) =>
    `${Number(day.slice(8))}\u00a0${MONTHS[Number(day.slice(5, 7)) - 1] ?? ''}${hasYear ? `\u00a0${day.slice(0, 4)}` : ''}`,
  yearOn: 'last',
  days: (days) => (days === 0 ? 'on the spot' : `${days}\u00a0wd`),
  filed: (day) => `filed\u00a0${day};`,
};

/**
 * In a merged stage everything is filed on one day, and the limits of a step count from a later one. Days say their year
 * where it is another one than the plan begins in.
 */
function datesOf({ schedule, item }: DrawnStep, startOn: CivilDate, { day, yearOn, days, filed }: DateWords): string {
  const { fileOn, startsOn, promised } = schedule;
  const until = promised.due ?? startsOn;
  const isOther = (one: CivilDate, than: CivilDate) => one.slice(0, 4) !== than.slice(0, 4);
  const from = day(startsOn, isOther(startsOn, startOn) && (yearOn === 'first' || isOther(startsOn, until) || until === startsOn));
  const to = day(until, isOther(until, startOn) && (yearOn === 'last' || isOther(startsOn, until)));
  const file = fileOn === startsOn ? '' : `${filed(day(fileOn, isOther(fileOn, startOn)))} `;
  return `${file}${until === startsOn ? from : `${from} → ${to}`} · ${days(item.promisedWorkingDays)}`;
}

export const chartWords = (language: Language): ChartWords => (language === 'en' ? en : zh);
