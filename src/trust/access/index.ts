/** Purpose and access: why somebody may see whose data, and the book of who saw them. */
export type { Access, AccessBook } from './book.ts';
export { isInClear } from './clear.ts';
export { type AccessRule, type BulkGrant, decide, type Eyes, type Verdict, type Why } from './decide.ts';
export { accessKeeping, eraseSessions } from './keeping.ts';
export { type AccessQuery, isAccessId, isLook } from './log.ts';
export {
  covers,
  type EvidenceKind,
  type Needs,
  type Purpose,
  purposeText,
  type Subject,
} from './purpose.ts';
export { type AccessRecords, openAccessRecords } from './records.ts';
export { type ServiceSession, type SessionRequest, subjectName } from './sessions.ts';
