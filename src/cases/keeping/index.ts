/** What of cases goes when its time is over, or when the applicant asks for it. */
export { type ErasedCases, eraseCases } from './erase.ts';
export { keepingOf } from './remove.ts';
