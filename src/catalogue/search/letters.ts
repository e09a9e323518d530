import { nearIn } from '../one-error.ts';
import type { Spelt } from './chinese.ts';
import { nearShare, raise, type Scores, shareOf } from './score.ts';
import type { Spelling } from './spelling.ts';

/** Fewer letters with an error in them would fit anything. */
const LEAST_LETTERS = 5;
const LEAST_INITIALS = 4;

/** Finds pinyin and its initials, typed in one word. */
export function findLetters(typed: string, phrases: readonly Spelt[], scores: Scores): void {
  for (const { item, weight, spelling } of phrases)
    raise(scores, item, weight * Math.max(pinyinFit(typed, spelling), initialsFit(typed, spelling.initials)));
}

function pinyinFit(typed: string, { letters, starts }: Spelling): number {
  const at = starts.find((start) => letters.startsWith(typed, start));
  if (at !== undefined) return shareOf(typed.length, letters.length, at);
  return typed.length < LEAST_LETTERS ? 0 : nearShare(typed.length, letters.length, nearIn(typed, letters, starts));
}

function initialsFit(typed: string, initials: string): number {
  const at = typed.length > 1 ? initials.indexOf(typed) : -1;
  if (at >= 0) return shareOf(typed.length, initials.length, at);
  return typed.length < LEAST_INITIALS ? 0 : nearShare(typed.length, initials.length, nearIn(typed, initials));
}
