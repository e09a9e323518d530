/**
 * The unified schema, executable: assembly, resolvers, error shape.
 *
 * - section 信息段: a field that one agency answers; its resolver only says what, the connector engine does how.
 * - global id 全局标识: encrypted name of an object.
 */
export { type AccessRoom, eyesOf, looksOf, needsOfPurpose } from './access/index.ts';
export { type Answering, type HttpAnswer, type HttpAsked, openAnswering } from './answering.ts';
export { APPLICANTS, createCaseFormCheck, HALL, mayRead } from './cases/index.ts';
export type { RequestContext } from './context.ts';
export { checkDocument, createDocuments, type Documents, manifestOf, manifestShape, type RootAsks } from './documents/index.ts';
export type { ErrorCode } from './errors.ts';
export { createExecution, type Execution } from './execution/index.ts';
export { type GlobalIds, globalIds } from './global-id.ts';
export { issuedNotice } from './notice.ts';
export { type NoticeDesk, noticeDesk } from './notice-desk.ts';
export { rootAsks } from './root-asks.ts';
export { createGraph, type Graph, hasPath, printSchemaText, type SchemaOptions } from './schema.ts';
export { openStream, type StreamRequest, type StreamTools } from './stream.ts';
