export { askCarriers, carry, type ErrandJob, keepReport } from './carry.ts';
export { handOver, openedNote, sendText, tellApplicant } from './errands.ts';
export { warnOfHandOver } from './overdue.ts';
export { type ErrandRow, errands } from './tables.ts';
export { reminderText } from './texts.ts';
