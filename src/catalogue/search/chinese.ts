import { nearIn } from '../one-error.ts';
import { createOverlap } from './overlap.ts';
import type { Phrase } from './phrases.ts';
import { nearShare, raise, type Scores, shareOf } from './score.ts';
import type { Spelling } from './spelling.ts';

/** A phrase, and how it is spelt. */
export interface Spelt extends Phrase {
  readonly spelling: Spelling;
}

const SAME_SOUND = 0.9;
const PHRASE_IN_QUERY = 0.9;
/** Fewer characters with an error in them would fit anything. */
const LEAST_CHARACTERS = 3;

/** Finds Chinese words. */
export interface Chinese {
  readonly phrases: readonly Spelt[];
  find(typed: Spelling): Scores;
}

/** `count`: how many items there are. */
export function createChinese(phrases: readonly Phrase[], spell: (text: string) => Spelling, count: number): Chinese {
  const spelt = phrases.map((phrase) => ({ ...phrase, spelling: spell(phrase.text) }));
  const findOverlap = createOverlap(spelt);
  return {
    phrases: spelt,
    find(typed) {
      const scores: Scores = new Float64Array(count);
      for (const { item, weight, spelling } of spelt) raise(scores, item, weight * fit(typed, spelling));
      findOverlap(typed.text, scores);
      return scores;
    },
  };
}

/** The very words, words that sound the same, words within a longer question, or words with a typing error. */
function fit(typed: Spelling, { text, sounds }: Spelling): number {
  const { length } = typed.text;
  const at = text.indexOf(typed.text);
  if (at >= 0) return shareOf(length, text.length, at);
  const heard = length > 1 ? sounds.indexOf(typed.sounds) : -1;
  if (heard >= 0) return SAME_SOUND * shareOf(length, text.length, heard);
  if (text.length > 1 && typed.text.includes(text)) return PHRASE_IN_QUERY * shareOf(text.length, length, 1);
  return length < LEAST_CHARACTERS ? 0 : nearShare(length, text.length, nearIn(typed.text, text));
}
