import type { Near } from '../one-error.ts';

/** Scores by item: 0 nothing, 1 the very words. */
export type Scores = Float64Array;

/** The better of two scores counts. */
export function raise(scores: Scores, item: number, score: number): void {
  if (score > (scores[item] ?? 0)) scores[item] = score;
}

/** Item by item the better of two. */
export const better = (one: Scores, other: Scores): Scores => one.map((score, i) => Math.max(score, other[i] ?? 0));

/** How well something is found that was typed: the more of the phrase it is, the better, and best from its beginning. */
export function shareOf(typed: number, phrase: number, at: number): number {
  return 0.7 + 0.25 * Math.min(1, typed / phrase) + (at === 0 ? 0.05 : 0);
}

const ONE_ERROR = 0.85;

/** The same for what was typed with an error; in a short word an error counts for more. */
export function nearShare(typed: number, phrase: number, near: Near | undefined): number {
  return near ? ONE_ERROR * (near.right / typed) * shareOf(near.right, phrase, near.at) : 0;
}
