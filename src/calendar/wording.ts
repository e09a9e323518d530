/** The sentences of a due date's account, in both languages. */
import { dayNumber, timeText, weekday } from './civil-date.ts';
import { STOP_REASONS, type StopReason } from './reasons.ts';
import type { Receipt } from './receipt.ts';
import type { CivilDate, Day, Extension, Limit } from './types.ts';

/** One sentence twice. */
export interface Text {
  readonly textZh: string;
  readonly textEn: string;
}

/** A run in the words of the calendar on the wall. */
export interface Told {
  readonly from: CivilDate;
  readonly to: CivilDate;
  readonly counted: number;
  readonly skipped: number;
  /** Days counted before this run. */
  readonly before: number;
  /** Weekends lie between the days. */
  readonly weekends: boolean;
  readonly nameZh: string;
  readonly nameEn: string;
  readonly reasons: readonly StopReason[];
  readonly unit: Limit['unit'];
}

const EN = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const ZH = ['日', '一', '二', '三', '四', '五', '六'];

const dayEn = (date: CivilDate) => `${EN[weekday(dayNumber(date))]} ${date}`;
const dayZh = (date: CivilDate) => `${date}（周${ZH[weekday(dayNumber(date))]}）`;

const spanEn = ({ from, to }: Pick<Told, 'from' | 'to'>) => (from === to ? dayEn(from) : `${dayEn(from)} to ${dayEn(to)}`);
const spanZh = ({ from, to }: Pick<Told, 'from' | 'to'>) => (from === to ? dayZh(from) : `${dayZh(from)}至 ${dayZh(to)}`);

const UNIT_EN = { WORKING: 'working day', NATURAL: 'calendar day' } as const;
const UNIT_ZH = { WORKING: '个工作日', NATURAL: '个自然日' } as const;

const daysEn = (n: number, unit: Limit['unit']) => `${n} ${UNIT_EN[unit]}${n === 1 ? '' : 's'}`;
const daysZh = (n: number, unit: Limit['unit']) => `${n} ${UNIT_ZH[unit]}`;
const limitEn = ({ days, unit }: Limit) => daysEn(days, unit);
const limitZh = ({ days, unit }: Limit) => daysZh(days, unit);

/** What is special about a day; empty for an ordinary weekday. */
function sortOf({ kind, nameZh = '', nameEn = '' }: Day): Text {
  const texts: Record<Day['kind'], Text> = {
    WEEKDAY: { textEn: '', textZh: '' },
    WEEKEND: { textEn: 'a weekend', textZh: '周末' },
    HOLIDAY: { textEn: nameEn, textZh: nameZh },
    MAKE_UP: { textEn: 'a make-up workday', textZh: '调休上班' },
    HALL_CLOSED: { textEn: `the hall is closed: ${nameEn}`, textZh: `大厅不办公：${nameZh}` },
    HALL_OPEN: { textEn: `the hall is open: ${nameEn}`, textZh: `大厅办公：${nameZh}` },
  };
  return texts[kind];
}

const led = (mark: string, text: string) => (text === '' ? '' : `${mark}${text}`);

/** `arrived` and `received` are the receipt's two days. */
export function receiptText(receipt: Receipt, arrived: Day, received: Day, onTheSpot: boolean): Text {
  const time = receipt.minute === undefined ? '' : timeText(receipt.minute);
  const why = { RECEIVED: { textEn: '', textZh: '' }, AFTER_CLOSING: afterClosing(receipt), DAY_OFF: sortOf(arrived) }[receipt.why];
  const [asEn, asZh] = receipt.why === 'RECEIVED' ? ['', ''] : countsAs(received);
  return {
    textEn: `received ${dayEn(arrived.date)}${led(' ', time)}${led(', ', why.textEn)}${asEn}${onTheSpot ? '' : '; the day of receipt is not counted'}`,
    textZh: `${dayZh(arrived.date)}${time && `${time} `}收到${led('，', why.textZh)}${asZh}${onTheSpot ? '' : '；收到当日不计入'}`,
  };
}

function afterClosing({ closes }: Receipt): Text {
  return { textEn: `after closing (${timeText(closes)})`, textZh: `已过下班时间（${timeText(closes)}）` };
}

function countsAs(received: Day): [string, string] {
  const { textEn, textZh } = sortOf(received);
  return [`: counts as ${dayEn(received.date)}${led(', ', textEn)}`, `，按 ${dayZh(received.date)}${led('', textZh)}收到计算`];
}

export function extensionText({ days, reason }: Extension, limit: Limit): Text {
  return {
    textEn: `extended by ${daysEn(days, limit.unit)} to ${limitEn(limit)}: ${reason}`,
    textZh: `延长 ${daysZh(days, limit.unit)}，共 ${limitZh(limit)}：${reason}`,
  };
}

function ordinals({ before, counted }: Told): Text {
  const [first, last] = [before + 1, before + counted];
  return {
    textEn: first === last ? `day ${first}` : `days ${first} to ${last}`,
    textZh: first === last ? `第 ${first} 日` : `第 ${first} 至 ${last} 日`,
  };
}

export function countedText(told: Told): Text {
  const { textEn, textZh } = ordinals(told);
  return {
    textEn: `${spanEn(told)}: ${daysEn(told.counted, told.unit)}${told.weekends ? ' without the weekends' : ''}, ${textEn}`,
    textZh: `${spanZh(told)}：${daysZh(told.counted, told.unit)}${told.weekends ? '（周末不计）' : ''}，${textZh}`,
  };
}

export function makeUpText(told: Told): Text {
  const { textEn, textZh } = ordinals(told);
  return {
    textEn: `${spanEn(told)}, make-up workday for ${told.nameEn}: counted, ${textEn}`,
    textZh: `${spanZh(told)}${told.nameZh}调休上班：计入，${textZh}`,
  };
}

export function hallOpenText(told: Told): Text {
  const { textEn, textZh } = ordinals(told);
  return {
    textEn: `${spanEn(told)}, the hall is open (${told.nameEn}): counted, ${textEn}`,
    textZh: `${spanZh(told)}大厅办公（${told.nameZh}）：计入，${textZh}`,
  };
}

const notCountedEn = (n: number) => `${n} day${n === 1 ? '' : 's'} not counted`;

export function holidayText(told: Told): Text {
  return {
    textEn: `${spanEn(told)}, ${told.nameEn}: ${notCountedEn(told.skipped)}`,
    textZh: `${spanZh(told)}${told.nameZh}放假：${told.skipped} 天不计入`,
  };
}

export function hallClosedText(told: Told): Text {
  return {
    textEn: `${spanEn(told)}, the hall is closed (${told.nameEn}): ${notCountedEn(told.skipped)}`,
    textZh: `${spanZh(told)}大厅不办公（${told.nameZh}）：${told.skipped} 天不计入`,
  };
}

const reasonsEn = (reasons: readonly StopReason[]) => reasons.map((reason) => STOP_REASONS[reason].en).join(', ');
const reasonsZh = (reasons: readonly StopReason[]) => reasons.map((reason) => STOP_REASONS[reason].zh).join('、');

export function stoppedText(told: Told): Text {
  return {
    textEn: `${spanEn(told)}, stopped for ${reasonsEn(told.reasons)}: ${daysEn(told.skipped, told.unit)} not counted`,
    textZh: `${spanZh(told)}因${reasonsZh(told.reasons)}停止计时：${daysZh(told.skipped, told.unit)}不计入`,
  };
}

export function stillStoppedText(from: CivilDate, reasons: readonly StopReason[]): Text {
  return {
    textEn: `from ${dayEn(from)} on, stopped for ${reasonsEn(reasons)}: no end yet`,
    textZh: `自 ${dayZh(from)}起因${reasonsZh(reasons)}停止计时，尚未结束`,
  };
}

/** `last` is the day on which the limit is used up, which is off or stopped. */
export function movedText(last: Day, due: CivilDate): Text {
  const { textEn, textZh } = sortOf(last);
  const stopped = last.working;
  return {
    textEn: `the last day falls on ${dayEn(last.date)}, ${stopped ? 'a stop' : textEn}: moved to ${dayEn(due)}`,
    textZh: `期限最后一日为 ${dayZh(last.date)}，${stopped ? '停止计时' : textZh}：顺延至 ${dayZh(due)}`,
  };
}

export function noNoticeText(year: number): Text {
  return {
    textEn: `the holiday notice for ${year} is not known yet: only weekends were taken as days off, and the date may still move`,
    textZh: `${year} 年放假通知尚未录入，仅按周末推算，日期可能变动`,
  };
}

export function dueText(due: CivilDate, limit: Limit): Text {
  if (limit.days === 0) return { textEn: `on the spot: due ${dayEn(due)}`, textZh: `当场办结：${dayZh(due)}到期` };
  return { textEn: `${limit.days} of ${limitEn(limit)} used: due ${dayEn(due)}`, textZh: `${limitZh(limit)}届满：${dayZh(due)}到期` };
}

export function notKnownText(used: number, limit: Limit): Text {
  return {
    textEn: `${used} of ${limitEn(limit)} used, ${limit.days - used} left: the due date is known when the stop has ended`,
    textZh: `共 ${limitZh(limit)}，已用 ${used}，剩余 ${limit.days - used}：停止计时结束后才能确定到期日`,
  };
}
