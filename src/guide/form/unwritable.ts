/** Control characters, marks that turn the direction of writing, and halves of characters: no register can keep them. */
const UNWRITABLE = /[^\P{Cc}\t\r\n]|[\u202a-\u202e\u2066-\u2069]|\p{Cs}/u;

/** A list of rows of cells is the deepest that a form holds. */
const DEEPEST = 3;

/** JSON Pointers of texts that hold a character which cannot be kept. Keys are as they were written: ask the schema before telling. */
export function unwritable(value: unknown, pointer = '', depth = 0): readonly string[] {
  if (typeof value === 'string') return UNWRITABLE.test(value) ? [pointer] : [];
  if (depth === DEEPEST || typeof value !== 'object' || value === null) return [];
  // Where a list belongs somebody may write an object whose keys look like places in a list: no form has a field named so.
  const entries = Object.entries(value).filter(([key]) => Array.isArray(value) || !/^\d+$/.test(key));
  return entries.flatMap(([key, it]) => unwritable(it, `${pointer}/${key}`, depth + 1));
}
