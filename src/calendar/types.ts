/**
 * Glossary of the calendar. Pure: no files, no network, no clock of the machine.
 *
 * - civil date 日期: a day in Asia/Shanghai as `YYYY-MM-DD`.
 * - moment 时刻: a civil date, or an instant (`Date` or milliseconds since 1970 UTC) that falls on one.
 * - notice 放假通知: what the State Council announces each autumn about the next year's holidays and make-up workdays.
 * - working day 工作日: a day that counts for limits in working days.
 * - make-up workday 调休上班: a Saturday or Sunday that the notice makes a working day.
 * - assumed 推算: a day that no notice covers yet; only weekends are taken as days off.
 * - limit 期限: so many working days 工作日 or natural days 自然日.
 * - clock 时限: one limit running for one case. A case has two, statutory 法定 and promised 承诺: two calls of `dueDate`.
 * - receipt 收件: the day an arrival counts for; the clock starts the day after.
 * - stop 停止计时: a time that is not counted, like an expert review.
 * - due date 到期日: the last day on which the agency is still in time.
 * - step 步骤: one line of the account of how a due date came about.
 */
import type { StopReason } from './reasons.ts';

/** A day in Asia/Shanghai: `YYYY-MM-DD`. Everything that takes one refuses what is no day of the calendar. */
export type CivilDate = string;

/** A civil date, or an instant: a `Date` or milliseconds since 1970 UTC. */
export type Moment = CivilDate | Date | number;

/** Why a day is worked or not. `HALL_…`: what the hall's own file says, which goes before everything else. */
export type DayKind = 'WEEKDAY' | 'WEEKEND' | 'HOLIDAY' | 'MAKE_UP' | 'HALL_CLOSED' | 'HALL_OPEN';

/** One civil day. */
export interface Day {
  readonly date: CivilDate;
  readonly working: boolean;
  readonly kind: DayKind;
  /** The holiday, the holiday a make-up workday makes up for, or the hall's own reason. */
  readonly nameZh?: string;
  readonly nameEn?: string;
  /** No notice covers this day yet: it is a guess from the day of the week. */
  readonly assumed: boolean;
}

/** The days of one hall. Counts are whole numbers, at most 10,000 in size. */
export interface Calendar {
  day(date: CivilDate): Day;
  /**
   * The n-th working day after `date`, which is not counted itself. n = 0: the date itself if it is worked, else the next
   * working day. Negative: the n-th working day before `date`.
   */
  addWorkingDays(date: CivilDate, n: number): CivilDate;
  /** Working days after `from` up to and including `to`; with `to` before `from` the same the other way round, negative. */
  workingDaysBetween(from: CivilDate, to: CivilDate): number;
  /** The first working day after `date`. */
  nextWorkingDay(date: CivilDate): CivilDate;
  /** The last working day before `date`. */
  previousWorkingDay(date: CivilDate): CivilDate;
  /**
   * The years whose notice is not known and that could change a day from `from` to `to`, so that whoever shows a date can
   * say so. The last days of December depend on the next year's notice too.
   */
  assumedYears(from: CivilDate, to: CivilDate): readonly number[];
}

/** How long an agency has. */
export interface Limit {
  /** A whole number from 0 to 10,000; 0 is on the spot 当场办结. */
  readonly days: number;
  readonly unit: 'WORKING' | 'NATURAL';
}

/** A time that is not counted: after the day of `from`, up to and including the day of `until`. */
export interface Stop {
  readonly from: Moment;
  /** Missing while nobody knows the end. */
  readonly until?: Moment | undefined;
  readonly reason: StopReason;
}

/** An extension 延长 by the head of the agency or the government, in the limit's own unit. */
export interface Extension {
  readonly days: number;
  /** Shown as it is, in both languages: no personal data. */
  readonly reason: string;
}

/** When the hall stops taking applications, as `HH:MM` in Asia/Shanghai. The minute itself is still in time. */
export interface OfficeHours {
  readonly closes: string;
}

/**
 * Which day an arrival counts for. `IN_OFFICE_HOURS`: what arrives after closing or on a day off counts for the next
 * working day. `AS_ARRIVED`: the day it arrives, whatever day that is.
 */
export type ReceiptRule = 'IN_OFFICE_HOURS' | 'AS_ARRIVED';

/** How the day of receipt is found. */
export interface ReceiptTerms {
  /** `IN_OFFICE_HOURS` when missing. */
  readonly received?: ReceiptRule | undefined;
  /** Closing at 17:30 when missing. */
  readonly officeHours?: OfficeHours | undefined;
}

/** One limit running for one case. */
export interface CaseClock extends ReceiptTerms {
  /** When the application arrived or was accepted, whichever the limit runs from. A civil date is early enough that day. */
  readonly start: Moment;
  readonly limit: Limit;
  readonly stops?: readonly Stop[] | undefined;
  readonly extension?: Extension | undefined;
}

/** What a step says: see `docs/calendar.md`. */
export type Why =
  | 'RECEIVED'
  | 'AFTER_CLOSING'
  | 'DAY_OFF'
  | 'EXTENDED'
  | 'COUNTED'
  | 'MAKE_UP'
  | 'HALL_OPEN'
  | 'HOLIDAY'
  | 'HALL_CLOSED'
  | 'STOPPED'
  | 'MOVED'
  | 'NO_NOTICE'
  | 'DUE'
  | 'NOT_KNOWN';

/** One line of the account of a due date, in the order in which a person would count. */
export interface Step {
  readonly why: Why;
  readonly from: CivilDate;
  /** The last day the step speaks of; null for a stop without an end. */
  readonly to: CivilDate | null;
  /** Days of the limit that this step used. The steps of a known due date add up to the limit. */
  readonly counted: number;
  readonly nameZh?: string;
  readonly nameEn?: string;
  /** Of `STOPPED`. */
  readonly reasons?: readonly StopReason[];
  readonly textZh: string;
  readonly textEn: string;
}

/** Where a clock ends, and how that came about. */
export interface DueDate {
  /** The last day in time, until closing. Null while a stop without an end holds the clock: not known yet. */
  readonly due: CivilDate | null;
  /** The day the arrival counts for. */
  readonly received: CivilDate;
  /** The limit with its extension. */
  readonly limit: Limit;
  /** False while a stop without an end holds the clock. */
  readonly running: boolean;
  /** Days used by the end of that day. Grows beyond the limit when the clock is overdue. */
  used(asOf: Moment): number;
  /** The limit less what is used: 0 on the last day, negative when overdue. */
  left(asOf: Moment): number;
  /** The due date lies before that day. */
  overdue(asOf: Moment): boolean;
  /** Why that day is not counted; empty when no stop covers it, and once the clock has run out. */
  stoppedBy(asOf: Moment): readonly StopReason[];
  /** As {@link Calendar.assumedYears}, from the start to the due date. */
  readonly assumedYears: readonly number[];
  readonly steps: readonly Step[];
}
