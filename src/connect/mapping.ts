/** Small helpers of mappings: they refuse what a contract does not list, they never guess. What they throw fails one row. */

/** What a code of an agency's code book means; throws on a code the book does not hold. `what` names the book. */
export function coded<T>(book: Readonly<Record<string, T>>, code: string, what: string): T {
  const meaning = Object.hasOwn(book, code) ? book[code] : undefined;
  if (meaning === undefined) throw new TypeError(`unknown ${what} code`);
  return meaning;
}

/** A real day written `yyyy-MM-dd`; throws on any other text. */
export function day(text: string): string {
  const time = Date.parse(`${text}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(time) || !new Date(time).toISOString().startsWith(text))
    throw new TypeError('not a day');
  return text;
}

/** `yyyyMMdd` as `yyyy-MM-dd`; throws on any other text. */
export const compactDay = (text: string): string => day(text.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3'));

/** What `map` makes of a value, or null where there is none. */
export const optional = <T, V>(it: T | null | undefined, map: (it: T) => V): V | null => (it === null || it === undefined ? null : map(it));
