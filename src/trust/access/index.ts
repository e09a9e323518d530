/** Purpose and access: why somebody may see whose data, and the book of who saw them. */
export type { Access, AccessBook } from './book.ts';
export { type AccessRule, type BulkGrant, decide, type Eyes, type Verdict, type Why, type Wish } from './decide.ts';
export { type AccessQuery, type AccessRow, accessRows, isAccessId } from './log.ts';
export {
  covers,
  EVIDENCE,
  type EvidenceKind,
  type Needs,
  type Purpose,
  purposeOf,
  purposeText,
  type Subject,
} from './purpose.ts';
export { type AccessRecords, openAccessRecords } from './records.ts';
export { openSessions, type ServiceSession, type SessionRequest, type Sessions, subjectName } from './sessions.ts';
