import { createHash } from 'node:crypto';

/** Letters that have no decomposition into a plain letter and a mark. */
const LETTERS: Readonly<Record<string, string>> = {
  ø: 'o',
  Ø: 'O',
  æ: 'ae',
  Æ: 'Ae',
  œ: 'oe',
  Œ: 'Oe',
  ß: 'ss',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  þ: 'th',
  Þ: 'Th',
  ð: 'd',
  ı: 'i',
};
const SIGNS: Readonly<Record<string, string>> = {
  '+': 'plus',
  '-': 'minus',
  '<': 'less',
  '>': 'greater',
  '=': 'equal',
  '*': 'star',
  '%': 'percent',
  '&': 'and',
  '!': 'not',
  '/': 'slash',
  '#': 'hash',
  '@': 'at',
  '.': 'dot',
};

const MARKS = /\p{M}/gu;
const LONGEST = 90;

/** The words of a name, in lower case: case changes, digits and everything that is no letter part them. */
function wordsOf(text: string): string[] {
  const plain = [...text.normalize('NFD').replace(MARKS, '')].map((c) => LETTERS[c] ?? c).join('');
  const parted = plain.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/([A-Z])([A-Z][a-z])/g, '$1 $2');
  const words = parted.split(/[^A-Za-z0-9]+/).filter(Boolean);
  return words.map((word) => word.toLowerCase());
}

/** The words of a name that may hold no Latin letter at all: then signs by name, other scripts by their code points. */
function speakable(text: string): string[] {
  const words = wordsOf(text);
  // A name in another script that also holds a digit or two must not shrink to these.
  const lost = [...text].filter(
    (c) => /[\p{L}\p{N}]/u.test(c) && !/[A-Za-z0-9]/.test(LETTERS[c] ?? c.normalize('NFD').replace(MARKS, '')),
  ).length;
  if (words.length > 0 && lost === 0) return words;
  const characters = [...text];
  if (characters.length > 0 && characters.every((c) => SIGNS[c])) return characters.map((c) => SIGNS[c] ?? c);
  if (lost === 0) return words.length > 0 ? words : ['empty'];
  if (characters.length <= 4) return ['u', ...characters.map((c) => (c.codePointAt(0) ?? 0).toString(16))];
  return [...words.slice(0, 3), `u${createHash('sha256').update(text).digest('hex').slice(0, 8)}`];
}

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
const joined = (words: readonly string[]): string => words.map(capital).join('').slice(0, LONGEST);

/** `PascalCase` that stays itself when it is parted and joined again, as code generators do. */
export function pascal(text: string): string {
  let name = joined(speakable(text));
  for (let again = joined(wordsOf(name)); again !== name; again = joined(wordsOf(name))) name = again;
  return /^[A-Z]/.test(name) ? name : `N${name}`;
}

/** `camelCase` by the same rules. */
export function camel(text: string): string {
  const name = pascal(text);
  return name.slice(0, 1).toLowerCase() + name.slice(1);
}

/** `UPPER_CASE`, for enum values. */
export function upper(text: string): string {
  const words = speakable(/^-\d/.test(text) ? text.replace('-', 'minus ') : text);
  const name = words.join('_').toUpperCase().slice(0, LONGEST).replace(/_+$/, '');
  return /^[A-Z]/.test(name) && !['TRUE', 'FALSE', 'NULL'].includes(name) ? name : `VALUE_${name}`;
}

/** Gives out names, each once; the second to ask for a name gets it with a number. Order decides, so order must be the contract's. */
export class Names {
  readonly #taken: Set<string>;
  readonly #refused: (name: string) => boolean;

  constructor(taken: Iterable<string> = [], refused: (name: string) => boolean = () => false) {
    this.#taken = new Set(taken);
    this.#refused = refused;
  }

  /** `other` is what to call it where the rules refuse the name that is wanted. */
  take(wanted: string, other: string = wanted): string {
    const base = this.#refused(wanted) ? other : wanted;
    let name = base;
    for (let n = 2; this.#taken.has(name) || this.#refused(name); n++) name = numbered(base, n);
    this.#taken.add(name);
    return name;
  }
}

/** A digit after a digit would read as another number. */
function numbered(name: string, n: number): string {
  if (/^[A-Z0-9_]+$/.test(name) && name.length > 1) return `${name}_${n}`;
  return /\d$/.test(name) ? `${name}n${n}` : `${name}${n}`;
}
