/**
 * The State Council's notices 国务院办公厅关于部分节假日安排的通知, as the npm package `chinese-days` holds them.
 * Only its data is used. Its functions ask the machine's time zone, so that west of Greenwich every day is the one before,
 * and they answer for years without a notice as if weekends were the only days off, and do not say so.
 */
import chineseDays from 'chinese-days/dist/chinese-days.json' with { type: 'json' };
import { type DayNumber, dayNumber } from './civil-date.ts';
import type { CivilDate, DayKind } from './types.ts';

/** A day that is not what its day of the week says. */
export interface SpecialDay {
  readonly date: CivilDate;
  readonly working: boolean;
  readonly kind: Exclude<DayKind, 'WEEKDAY' | 'WEEKEND'>;
  readonly nameZh: string;
  readonly nameEn: string;
}

/** What is known: the special days, and the years whose notice is. */
export interface Notices {
  readonly days: Map<DayNumber, SpecialDay>;
  readonly years: Set<number>;
}

/** The first day of December that a notice for the next year has ever changed: in 2007 and in 2018. */
export const NEXT_NOTICE_FROM = '12-29';

/** Named by the notice for 2006 and missing in the package's data. */
const OMITTED: SpecialDay = { date: '2005-12-31', working: true, kind: 'MAKE_UP', nameZh: '元旦', nameEn: "New Year's Day" };

/** The notices the package knows. */
export function nationalNotices(): Notices {
  const holidays = Object.entries(chineseDays.holidays).map(([date, text]) => special(date, text, false));
  const makeUps = Object.entries(chineseDays.workdays).map(([date, text]) => special(date, text, true));
  return {
    days: new Map([...holidays, ...makeUps, OMITTED].map((day) => [dayNumber(day.date), day])),
    years: new Set(holidays.filter(({ date }) => date.endsWith('-10-01')).map(({ date }) => yearOf(date))),
  };
}

/** The package writes `Spring Festival,春节,4`; the number is of no use here. */
function special(date: CivilDate, text: string, working: boolean): SpecialDay {
  const [nameEn, nameZh] = text.split(',');
  if (!nameEn || !nameZh)
    throw new Error(`chinese-days: ${date} has no English and Chinese name; this version of the package is not supported`);
  return { date, working, kind: working ? 'MAKE_UP' : 'HOLIDAY', nameZh, nameEn };
}

/** The year of a civil date. */
export function yearOf(date: CivilDate): number {
  return Number(date.slice(0, 4));
}
