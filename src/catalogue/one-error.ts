/**
 * One typing error 一处输入错误: a wrong, a missing or a superfluous letter, or two neighbours the wrong way round. Letters
 * may be Chinese characters as well. Called for every phrase of the catalogue while somebody types: nothing here allocates.
 */

/** Whether two words are the same but for one typing error. */
export function isOneErrorApart(a: string, b: string): boolean {
  const longer = a.length - b.length;
  const same = a === b ? a.length : sameLetters(a, b, 0);
  if (longer === 0) return same < a.length && (isSwapped(a, b, same, same) || goesOn(a, same + 1, b, same + 1));
  if (longer === 1) return goesOn(a, same + 1, b, same);
  return longer === -1 && goesOn(a, same, b, same + 1);
}

/** Where something is found, and how many of the letters typed are right: half a letter goes for each that is out of place. */
export interface Near {
  readonly at: number;
  readonly right: number;
}

/** The best place in `text` at which `typed` begins, with exactly one typing error; `from`: places to try instead of all. */
export function nearIn(typed: string, text: string, from?: readonly number[]): Near | undefined {
  if (typed.length > text.length + 1) return undefined;
  const count = from?.length ?? text.length;
  let best = -1;
  let most = 0;
  for (let i = 0; i < count; i++) {
    const at = from?.[i] ?? i;
    const right = rightLetters(typed, text, at);
    if (right <= most) continue;
    best = at;
    most = right;
  }
  return best < 0 ? undefined : { at: best, right: most };
}

/** How many letters are right if `typed` begins at `at` with exactly one error; 0 when there are more. */
export function rightLetters(typed: string, text: string, at: number): number {
  const same = sameLetters(typed, text, at);
  const here = at + same;
  if (isSwapped(typed, text, same, here) || goesOn(typed, same, text, here + 1)) return typed.length - 0.5;
  return goesOn(typed, same + 1, text, here + 1) || goesOn(typed, same + 1, text, here) ? typed.length - 1 : 0;
}

function sameLetters(typed: string, text: string, at: number): number {
  let i = 0;
  while (i < typed.length && typed.charCodeAt(i) === text.charCodeAt(at + i)) i++;
  return i;
}

/** Whether two letters stand the wrong way round, and all is well after them. */
const isSwapped = (typed: string, text: string, i: number, at: number): boolean =>
  i + 1 < typed.length && typed[i] === text[at + 1] && typed[i + 1] === text[at] && goesOn(typed, i + 2, text, at + 2);

/** Whether the rest of `typed` stands in `text` at `at`. */
function goesOn(typed: string, from: number, text: string, at: number): boolean {
  const length = typed.length - from;
  for (let i = 0; i < length; i++) if (typed.charCodeAt(from + i) !== text.charCodeAt(at + i)) return false;
  return length >= 0 && at + length <= text.length;
}
