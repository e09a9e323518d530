import { pinyin } from 'pinyin-pro';

/** A phrase in every way in which people type it. */
export interface Spelling {
  /** Its characters, without punctuation and spaces. */
  readonly text: string;
  /** A sign per syllable, the same for all characters 汉字 that sound the same: input methods confuse those. */
  readonly sounds: string;
  /** Pinyin in one word, `gongsisheli`. */
  readonly letters: string;
  /** Where in `letters` syllables begin. */
  readonly starts: readonly number[];
  /** The first letter of every syllable, `gssl`. */
  readonly initials: string;
}

/** Small letters and digits of any script; full-width forms as the plain ones. */
export const plain = (text: string): string => text.normalize('NFKC').toLowerCase();

/** Letters and digits only. */
export const bare = (text: string): string => plain(text).replace(/[^\p{L}\p{N}]+/gu, '');

/** Signs for sounds come from Unicode's private area: they are never typed. */
const FIRST_SIGN = 0xe000;

/** Spells phrases; those that one speller spelt can be compared. */
export function createSpeller(): (phrase: string) => Spelling {
  const signs = new Map<string, string>();
  const signOf = (syllable: string): string => {
    const known = signs.get(syllable) ?? String.fromCharCode(FIRST_SIGN + signs.size);
    signs.set(syllable, known);
    return known;
  };
  return (phrase) => {
    const text = bare(phrase);
    const syllables = pinyin(text, { toneType: 'none', type: 'array', v: true });
    return {
      text,
      sounds: syllables.map(signOf).join(''),
      letters: syllables.join(''),
      starts: startsOf(syllables),
      initials: syllables.map((syllable) => syllable[0]).join(''),
    };
  };
}

function startsOf(syllables: readonly string[]): readonly number[] {
  const starts = [0];
  for (const syllable of syllables) starts.push((starts.at(-1) ?? 0) + syllable.length);
  return starts.slice(0, -1);
}
