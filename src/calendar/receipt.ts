import { civilDateOf, minuteOf, minuteOfText } from './civil-date.ts';
import type { Calendar, CivilDate, Moment, OfficeHours, ReceiptTerms } from './types.ts';

const OFFICE_HOURS: OfficeHours = { closes: '17:30' };

/** When something arrived, and which day it counts for. */
export interface Receipt {
  readonly why: 'RECEIVED' | 'AFTER_CLOSING' | 'DAY_OFF';
  readonly arrived: CivilDate;
  /** Minutes of the day, where the time is known. */
  readonly minute: number | undefined;
  /** Minutes of the day at which the hall closes. */
  readonly closes: number;
  readonly received: CivilDate;
}

/** Finds the day of receipt. */
export function receive(arrival: Moment, calendar: Calendar, terms: ReceiptTerms): Receipt {
  const arrived = civilDateOf(arrival);
  const minute = minuteOf(arrival);
  const closes = minuteOfText((terms.officeHours ?? OFFICE_HOURS).closes);
  const why = terms.received === 'AS_ARRIVED' ? 'RECEIVED' : inTime(calendar.day(arrived).working, minute, closes);
  return { why, arrived, minute, closes, received: why === 'RECEIVED' ? arrived : calendar.nextWorkingDay(arrived) };
}

function inTime(working: boolean, minute: number | undefined, closes: number): Receipt['why'] {
  if (!working) return 'DAY_OFF';
  return minute !== undefined && minute > closes ? 'AFTER_CLOSING' : 'RECEIVED';
}

/**
 * The day an arrival counts for. Use it for whatever begins or ends with an arrival, like a correction that ends when the
 * missing papers come in.
 */
export function receivedOn(arrival: Moment, calendar: Calendar, terms: ReceiptTerms = {}): CivilDate {
  return receive(arrival, calendar, terms).received;
}
