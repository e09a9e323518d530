import type { Spelt } from './chinese.ts';
import { holdersOf } from './holders.ts';
import { raise, type Scores, shareOf } from './score.ts';

const OVERLAP = 0.75;
/** Most of what is nowhere in the catalogue are the words of a sentence around what is meant. */
const UNKNOWN = 0.2;

/** Finds phrases that share characters and pairs of them, in whatever order: sentences, words the other way round. */
export function createOverlap(phrases: readonly Spelt[]): (text: string, scores: Scores) => void {
  const holders = holdersOf(phrases.map(({ spelling }) => gramsOf(spelling.text)));
  const rarity = (gram: string) => gram.length ** 2 * Math.log(1 + phrases.length / (holders.get(gram)?.length ?? 1));
  return (text, scores) => {
    const grams = gramsOf(text).map((gram) => ({ gram, weight: rarity(gram), held: holders.get(gram) }));
    const total = grams.reduce((sum, { weight, held }) => sum + (held ? weight : UNKNOWN * weight), 0);
    const shared = new Map<number, number>();
    for (const { weight, held } of grams) for (const i of held ?? []) shared.set(i, (shared.get(i) ?? 0) + weight);
    for (const [i, sum] of shared) {
      const { item, weight, spelling } = phrases[i] as Spelt;
      raise(scores, item, OVERLAP * weight * (sum / total) * shareOf(text.length, spelling.text.length, 1));
    }
  };
}

/** Its characters, and its pairs of neighbours. */
function gramsOf(text: string): readonly string[] {
  const characters = [...text];
  return [...new Set([...characters, ...characters.slice(1).map((next, i) => `${characters[i]}${next}`)])];
}
