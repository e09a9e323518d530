/**
 * The life of cases 办件: acceptance, dispatch to agencies and to the hall's own bureau, call-backs, clocks, corrections,
 * results. Words: see life/facts.ts.
 */

export type { AttachInput } from './commands/attach.ts';
export type { CorrectionInput, DecideInput, Decision } from './commands/bureau.ts';
export type { OpenInput } from './commands/open.ts';
export { Conflict, type SubmitInput } from './commands/submit.ts';
export { caseEvidence, type EvidenceReport, verifyEvidence } from './evidence.ts';
export { placeOf } from './feed.ts';
export { type ErasedCases, eraseCases, keepingOf } from './keeping/index.ts';
export type { CaseStatus, ItemResult, Phase } from './life/index.ts';
export type { Problem, ProblemCode } from './problem.ts';
export { problem } from './problem.ts';
export { type CaseRoom, caseRoom, type Evidence, type Opened } from './room.ts';
export { type CallbackAnswer, type Cases, type Outcome, openCases } from './service.ts';
export type { Channel, MaterialSource } from './tables.ts';
export { type CasesTools, type CrashPoint, QUEUES, type Who } from './tools.ts';
export type { CaseEventView, CaseItemView, CaseMaterialView, CaseQuery, CaseView, ErrandView, TaskQuery } from './views.ts';
