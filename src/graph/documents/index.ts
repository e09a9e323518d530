/**
 * What a client may ask: every document, of every door, is held to limits before anything is validated, and to a number
 * of questions to agencies before anything is sent.
 *
 * - document 查询文档: the text of one or more operations.
 * - limit 限额: how large a document may be; see limits.ts.
 * - registered document 登记文档: one that the hall's manifest names by its SHA-256; compiled at start.
 * - question 询问: one section asked for one subject; agencies are protected by how many of them a request may hold.
 */
export { checkDocument, createDocuments, type Documents } from './documents.ts';
export { fragmentsOf } from './measure.ts';
export type { RootAsks } from './questions.ts';
export { manifestOf, manifestShape } from './registered.ts';
export { requestError } from './request-error.ts';
