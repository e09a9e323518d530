/** What a guide reads in an agency's record. A record that lacks something is read as if it said nothing. */

/** A record, or a row of one. */
export type Row = Readonly<Record<string, unknown>>;

/** The text of a member; null where there is none. */
export function textIn(row: Row, name: string): string | null {
  const value = row[name];
  return typeof value === 'string' ? value : null;
}

/** Whether a member is an amount above zero. Amounts are decimal text. */
export const isAmount = (row: Row, name: string): boolean => Number(textIn(row, name) ?? 0) > 0;

/** The rows of a list. */
export function rowsIn(row: Row, name: string): readonly Row[] {
  const value = row[name];
  return Array.isArray(value) ? value.filter((it): it is Row => typeof it === 'object' && it !== null) : [];
}
