/**
 * Retention 保存期限: what is kept for how long, and the daily job that removes what is past it.
 *
 * - term 期限: days that one kind of thing is kept.
 * - remover: takes away some of what is older than a moment; the rooms that keep it bring theirs.
 */
export { openRetention, RETENTION } from './retention.ts';
export { keepShape, termsOf } from './terms.ts';
