/**
 * The search of the catalogue 事项检索: every item is weighed against what was typed, in every way in which people type:
 * Chinese characters, pinyin, its initials, English, codes. Why this and no library: docs/decisions/0011.
 */
import type { Item } from '../entries.ts';
import { createChinese } from './chinese.ts';
import { createEnglish } from './english.ts';
import { findLetters } from './letters.ts';
import { isChinese, phrasesOf, withoutAsking } from './phrases.ts';
import { better, raise, type Scores } from './score.ts';
import { bare, createSpeller, plain } from './spelling.ts';

/** Less is chance. */
const LEAST_SCORE = 0.3;
/** What fits half as well as the best is not what was meant. */
const LEAST_SHARE = 0.5;
/** Among equals, what belongs to more themes is asked for more. */
const PER_THEME = 0.01;
const MOST_THEMES = 4;

/** Items that fit the words, best first. */
export type Search = (words: string) => readonly Item[];

/** A search that is built when it is first used, for pinyin takes a while. `themesOf`: in how many themes an item is a step. */
export function createSearch(items: readonly Item[], themesOf: (item: Item) => number): Search {
  let weigh: ((text: string) => Scores) | undefined;
  const bonus = items.map((item) => PER_THEME * Math.min(MOST_THEMES, themesOf(item)));
  return (words) => {
    weigh ??= createWeighing(items);
    const scores = weigh(plain(words));
    const least = Math.max(LEAST_SCORE, LEAST_SHARE * Math.max(...scores));
    const rank = (i: number) => (scores[i] ?? 0) + (bonus[i] ?? 0);
    const found = [...items.keys()].filter((i) => (scores[i] ?? 0) >= least);
    return found.sort((a, b) => rank(b) - rank(a) || a - b).flatMap((i) => items[i] ?? []);
  };
}

function createWeighing(items: readonly Item[]): (text: string) => Scores {
  const phrases = phrasesOf(items);
  const spell = createSpeller();
  const chinese = createChinese(phrases.chinese, spell, items.length);
  const findEnglish = createEnglish(phrases.english);
  const named = new Map(items.flatMap(({ code, baseCode, slug }, i) => [code, baseCode, slug].map((name) => [bare(name), i] as const)));

  function latin(text: string): Scores {
    const scores: Scores = new Float64Array(items.length);
    const joined = bare(text);
    if (joined === '') return scores;
    findEnglish(text, scores);
    findLetters(joined, chinese.phrases, scores);
    const item = named.get(joined);
    if (item !== undefined) raise(scores, item, 1);
    return scores;
  }

  /** Chinese, perhaps with letters in it: as one phrase (APEC商务旅行卡), or as two searches at once (公司zhuxiao). */
  function mixed(text: string): Scores {
    const whole = chinese.find(spell(text));
    const letters = text.replace(/\p{Script=Han}+/gu, ' ').trim();
    if (bare(letters) === '') return whole;
    const [characters, others] = [chinese.find(spell(text.replace(/[a-z0-9]+/g, ''))), latin(letters)];
    return better(
      whole,
      characters.map((score, i) => (score + (others[i] ?? 0)) / 2),
    );
  }

  return (text) => {
    if (!isChinese(text)) return latin(text);
    const meant = withoutAsking(text);
    return meant === text ? mixed(text) : better(mixed(text), mixed(meant));
  };
}
