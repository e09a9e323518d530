/**
 * Text without a browser: how wide it is, where it breaks. Widths are in em and on the generous side, so that whatever
 * CJK font a reader's machine has, a line fits where it was measured to fit.
 */

/** Roughly what a bold-ish sans serif has; by class, since fonts differ more than their letters. */
const CLASSES: readonly (readonly [string, number])[] = [
  [" ijl.,:;'|!", 0.28],
  ['tfr()[]/"-', 0.36],
  ['mw', 0.86],
  ['MW@%', 0.92],
];
const CAPITAL = 0.68;
const OTHER = 0.57;
const ASCII: readonly number[] = Array.from({ length: 128 }, (_, code) => emOfAscii(String.fromCharCode(code)));
/** From here on a CJK font sets everything, arrows and dashes too, as a full square. */
const FIRST_SQUARE = 0x2000;
const MIDDLE_DOT = 0xb7;

function emOfAscii(character: string): number {
  const known = CLASSES.find(([characters]) => characters.includes(character));
  if (known) return known[1];
  return character >= 'A' && character <= 'Z' ? CAPITAL : OTHER;
}

/** Width of a text in em. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += emOf(character.codePointAt(0) ?? 0);
  return width;
}

function emOf(code: number): number {
  if (code >= FIRST_SQUARE || code === MIDDLE_DOT) return 1;
  return ASCII[code] ?? OTHER;
}

/** Punctuation that may not begin a line, and brackets that may not end one. */
const NOT_FIRST = /^[，。、；：！？）》」』】”’％,.;:!?)\]·→]/;
const NOT_LAST = /[（《「『【“‘([]$/;

/** Breaks a text into lines of at most so many em. */
export const wrapped = (text: string, ems: number): readonly string[] => filled(piecesOf(text, ems), ems);

/** Breaks a text into as few lines as {@link wrapped} does, and then as even ones as possible. */
export function evenly(text: string, ems: number): readonly string[] {
  const pieces = piecesOf(text, ems);
  const fewest = filled(pieces, ems);
  let [tooNarrow, wideEnough] = [0, ems];
  while (fewest.length > 1 && wideEnough - tooNarrow > 0.5) {
    const between = (tooNarrow + wideEnough) / 2;
    if (filled(pieces, between).length > fewest.length) tooNarrow = between;
    else wideEnough = between;
  }
  return filled(pieces, wideEnough);
}

/** Line after line, as much in each as goes in; a piece that is too wide gets a line of its own. */
function filled(pieces: readonly Piece[], ems: number): readonly string[] {
  const lines: string[] = [];
  let [line, width] = ['', 0];
  for (const piece of pieces) {
    if (line && width + piece.bare > ems) {
      lines.push(line.trimEnd());
      [line, width] = ['', 0];
    }
    if (!line && !piece.text.trim()) continue;
    line += piece.text;
    width += piece.width;
  }
  return line ? [...lines, line.trimEnd()] : lines;
}

interface Piece {
  readonly text: string;
  readonly width: number;
  /** Width without spaces at its end. */
  readonly bare: number;
}

/** What stays together: a word, a number, a square character; each with the punctuation that clings to it. */
function piecesOf(text: string, ems: number): readonly Piece[] {
  const pieces: string[] = [];
  for (const [part] of text.matchAll(/(?:[^\s\u2000-\u{10ffff}]|\u00a0)+|[^\S\u00a0]+|[\u2000-\u{10ffff}]/gu)) {
    const last = pieces.at(-1) ?? '';
    const clings = last !== '' && (NOT_FIRST.test(part) || NOT_LAST.test(last)) && widthOf(last + part) <= ems;
    if (clings) pieces[pieces.length - 1] = last + part;
    else pieces.push(...cut(part, ems));
  }
  return pieces.map((text) => ({ text, width: widthOf(text), bare: widthOf(text.trimEnd()) }));
}

/** A word longer than a line is cut hard. */
function cut(word: string, ems: number): readonly string[] {
  if (widthOf(word) <= ems) return [word];
  const pieces: string[] = [];
  let piece = '';
  for (const character of word) {
    if (piece && widthOf(piece + character) > ems) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...pieces, piece];
}

/**
 * A name in at most so many lines. One that is too long loses its middle: names of items often differ only at the end
 * ("… below 5,000 tce", "… 5,000 tce or more").
 */
export function fitted(name: string, ems: number, most: number): readonly string[] {
  const pieces = piecesOf(name, ems).map(({ text }) => text);
  let text = name;
  for (let kept = pieces.length - 1; wrapped(text, ems).length > most && kept >= 0; kept--) {
    const head = Math.ceil(kept / 2);
    const [before, after] = [pieces.slice(0, head), pieces.slice(pieces.length - kept + head)];
    text = `${before.join('').trimEnd()}…${after.join('').trimStart()}`;
  }
  return evenly(text, ems);
}
