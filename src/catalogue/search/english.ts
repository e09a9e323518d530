import { isOneErrorApart, rightLetters } from '../one-error.ts';
import { holdersOf } from './holders.ts';
import type { Phrase } from './phrases.ts';
import { raise, type Scores, shareOf } from './score.ts';
import { plain } from './spelling.ts';

const WHOLE = 1;
const BEGUN = 0.9;
const ONE_ERROR = 0.75;
const BEGUN_WITH_ERROR = 0.65;
/** A shorter word with an error in it would fit anything. */
const LEAST_LETTERS = 4;

/** Words that say nothing of what somebody looks for. */
const EMPTY_WORDS = new Set('a an and at by for from get how i in is my need new of on or the to want with'.split(' '));

/** Words of a text, without the empty ones where others are left. */
function wordsOf(text: string): readonly string[] {
  const words = plain(text).match(/[a-z0-9]+/g) ?? [];
  const telling = words.filter((word) => !EMPTY_WORDS.has(word));
  return [...new Set(telling.length > 0 ? telling : words)];
}

/** Finds English words: whole, begun, or with one typing error. */
export function createEnglish(phrases: readonly Phrase[]): (text: string, scores: Scores) => void {
  const words = phrases.map(({ text }) => wordsOf(text));
  const holders = holdersOf(words);
  const rarity = (word: string) => Math.log(1 + phrases.length / (holders.get(word)?.length ?? 1));
  return (text, scores) => {
    const fits = wordsOf(text).map((word) => fitsOf(word, holders.keys()));
    const weights = fits.map((fit) => (fit.size > 0 ? Math.max(...[...fit.keys()].map(rarity)) : rarity('')));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (const [i, found] of foundIn(fits, weights, holders)) {
      const { item, weight } = phrases[i] as Phrase;
      raise(scores, item, weight * (found.sum / total) * shareOf(found.count, words[i]?.length ?? 1, 1));
    }
  };
}

/** Known words that a typed one may mean, and how well it fits each. */
function fitsOf(typed: string, known: Iterable<string>): ReadonlyMap<string, number> {
  const fits = new Map<string, number>();
  for (const word of known) {
    const fit = fitOf(typed, word);
    if (fit > 0) fits.set(word, fit);
  }
  return fits;
}

function fitOf(typed: string, known: string): number {
  if (typed === known) return WHOLE;
  if (typed.length > 1 && known.startsWith(typed)) return BEGUN;
  if (typed.length < LEAST_LETTERS) return 0;
  if (isOneErrorApart(typed, known)) return ONE_ERROR;
  return rightLetters(typed, known, 0) > 0 ? BEGUN_WITH_ERROR : 0;
}

interface FoundWords {
  readonly sum: number;
  readonly count: number;
}

/** Phrases in which typed words are found, each word once, where it fits best. */
function foundIn(
  fits: readonly ReadonlyMap<string, number>[],
  weights: readonly number[],
  holders: ReadonlyMap<string, readonly number[]>,
): ReadonlyMap<number, FoundWords> {
  const found = new Map<number, FoundWords>();
  for (const [w, fit] of fits.entries()) {
    const best = new Map<number, number>();
    for (const [word, value] of fit) for (const i of holders.get(word) ?? []) best.set(i, Math.max(best.get(i) ?? 0, value));
    for (const [i, value] of best) {
      const { sum, count } = found.get(i) ?? { sum: 0, count: 0 };
      found.set(i, { sum: sum + value * (weights[w] ?? 0), count: count + 1 });
    }
  }
  return found;
}
