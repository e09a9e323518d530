/**
 * Working days 工作日 and the clocks of cases 办理时限. Pure. The glossary is in types.ts, the rules with their sources in
 * docs/calendar.md.
 */
export { createCalendar } from './calendar.ts';
export { civilDateOf } from './civil-date.ts';
export { dueDate } from './due-date.ts';
export { type HallCalendar, hallCalendarShape } from './hall.ts';
export { STOP_REASONS, type StopReason } from './reasons.ts';
export { receivedOn } from './receipt.ts';
export { STATUTORY, type StatutoryLimit } from './statutory.ts';
export { explain } from './steps.ts';
export type * from './types.ts';
