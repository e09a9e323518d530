export { askCarriers, carry, type ErrandJob, keepReport } from './carry.ts';
export { handOver, sendText, tellApplicant } from './errands.ts';
export { confirmPickup } from './pickup.ts';
export { type ErrandRow, errands } from './tables.ts';
export { reminderText } from './texts.ts';
