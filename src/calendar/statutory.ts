import type { Limit } from './types.ts';

/** A limit of the law, and by how many days of the same unit it may be extended. */
export interface StatutoryLimit extends Limit {
  readonly extension: number;
}

const working = (days: number, extension = 0): StatutoryLimit => ({ days, unit: 'WORKING', extension });

/**
 * The general limits of the Administrative Licensing Law 行政许可法 (2019 version), all in working days (article 82). A
 * special law goes before them, and a hall promises less.
 */
export const STATUTORY = {
  /** Decision 作出决定, from acceptance; the head of the agency may extend it. Article 42, paragraph 1. */
  DECISION: working(20, 10),
  /** Unified, joint or concentrated handling 统一、联合、集中办理; the government may extend it. Article 42, paragraph 2. */
  JOINT_DECISION: working(45, 15),
  /** Review by a lower agency before a higher one decides 下级审查. Article 43. */
  LOWER_REVIEW: working(20),
  /** Delivery of the licence 送达, from the decision. Article 44. */
  DELIVERY: working(10),
  /** Telling everything that must be corrected, once 一次告知补正, from receipt; silence is acceptance. Article 32, item 4. */
  CORRECTION_NOTICE: working(5),
} as const satisfies Record<string, StatutoryLimit>;
