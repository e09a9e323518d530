import type { SqlValue, Statement } from './database.ts';

/** SQL from a template: what is put in is a value and travels apart, unless it is SQL itself. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (SqlValue | Statement)[]): Statement {
  const values: SqlValue[] = [];
  const places = parts.map((part) => {
    if (!isStatement(part)) return values.push(part) && '?';
    values.push(...part.values);
    return part.text;
  });
  return { text: strings.map((piece, i) => piece + (places[i] ?? '')).join(''), values };
}

const isStatement = (part: SqlValue | Statement): part is Statement => typeof part === 'object' && part !== null && !Buffer.isBuffer(part);

/** Text that is SQL already: a name that was checked and quoted, a number of ours. */
export const raw = (text: string): Statement => ({ text, values: [] });

/** Fragments one after another. */
export const joined = (fragments: readonly Statement[], between: string): Statement => ({
  text: fragments.map(({ text }) => text).join(between),
  values: fragments.flatMap(({ values }) => values),
});
