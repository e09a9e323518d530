/**
 * Glossary of a case.
 *
 * - case 办件: what one applicant wants, from opening to the last result; one number, one or more items.
 * - case item 办件事项: one item within a case, decided by one body.
 * - fact 事实: something that happened to a case item, kept for ever; the item's phase is what its facts make of it.
 * - tidings 动态: a fact that an agency told.
 * - phase 阶段状态: where a case item stands. Computed from facts, never set.
 * - desk 收件方: who decides: an agency's desk, or the hall's own bureau 审批局工作台.
 * - stuck 待人工处理: nobody can know what comes next without a person.
 * - tolerance 容缺: a material that may follow later, against a commitment.
 */
import type { CorrectionPoint, DeskResult } from '../../connect/index.ts';
import type { StoredFile } from '../../files/index.ts';

export const PHASES = [
  'DRAFT',
  'WAITING',
  'QUEUED',
  'UNKNOWN',
  'RECEIVED',
  'ACCEPTED',
  'CORRECTION',
  'SPECIAL',
  'GRANTED',
  'REFUSED',
  'NOT_ACCEPTED',
  'WITHDRAWN',
  'DROPPED',
  'REVOKED',
  'DISPUTED',
] as const;
export type Phase = (typeof PHASES)[number];

/** Phases that nothing leads out of by itself. `DISPUTED` waits for a person, so it is none. */
export const FINAL: ReadonlySet<Phase> = new Set(['GRANTED', 'REFUSED', 'NOT_ACCEPTED', 'WITHDRAWN', 'DROPPED', 'REVOKED']);

/** What was decided, as it is kept: the document lies with the files, its digest stands here. */
export type ItemResult = Omit<DeskResult, 'document'> & { readonly document: StoredFile | null };

export type FactDetail =
  /** The applicant handed it in. 提交 */
  | { readonly kind: 'submitted' }
  /** What it waited for is there: it may be sent. 可派发 */
  | { readonly kind: 'released' }
  /** What it waited for will never be there. 前置未通过 */
  | { readonly kind: 'dropped'; readonly reason: string }
  /** The desk has it. 接件 */
  | { readonly kind: 'received'; readonly reference: string | null }
  /** It was sent, and nobody can know whether it arrived. 结果不明 */
  | { readonly kind: 'lost-sight' }
  /** A person ordered it to be sent again. 重新派发 */
  | { readonly kind: 'resend' }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'not-accepted'; readonly reason: string }
  | { readonly kind: 'correction'; readonly points: readonly CorrectionPoint[] }
  /** The applicant mended what was asked. 补正提交 */
  | { readonly kind: 'corrected' }
  | { readonly kind: 'special-started'; readonly reason: string }
  | { readonly kind: 'special-ended' }
  | { readonly kind: 'granted'; readonly result: ItemResult | null }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'withdrawn' }
  | { readonly kind: 'revoked'; readonly reason: string }
  /** A person decided what two contradicting decisions mean. 人工裁定 */
  | { readonly kind: 'settled'; readonly as: 'GRANTED' | 'REFUSED'; readonly reason: string };

export type FactKind = FactDetail['kind'];

/** One fact. `id` is unique within its item: for tidings the agency's own, so that the same is never kept twice. */
export type Fact = FactDetail & {
  readonly id: string;
  /** When it happened, by the word of whoever said so. */
  readonly at: Date;
  readonly by: 'applicant' | 'gateway' | 'desk' | 'person';
};
