/** What of cases goes when its time is over, or when the applicant asks for it. */
export { type ErasedCases, eraseCases, type Standing } from './erase.ts';
export { type Keeping, keepingOf } from './remove.ts';
