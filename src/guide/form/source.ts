/** The way from an agency's record to the value of a field. */
import type { FormField, FormFieldSource, Holder } from '../../catalogue/index.ts';

/** A section of somebody's that fills fields of a form. */
export interface FormAsk {
  readonly holder: Holder;
  /** Like `Enterprise.registration`. */
  readonly section: string;
}

/** The sections that these fields are filled from, none twice. */
export function sourcesOf(fields: readonly FormField[]): readonly FormAsk[] {
  const asks = fields.flatMap(sources).flatMap(({ holder, path }) => {
    const section = sectionOf(path);
    return section === undefined ? [] : [{ holder, section }];
  });
  return [...new Map(asks.map((ask) => [`${ask.holder} ${ask.section}`, ask])).values()];
}

/** Where a field may be filled from, the best first. */
export const sources = ({ source }: FormField): readonly FormFieldSource[] => [source ?? []].flat();

/** Every field that is read to fill this one, like `Person.identity.nameZh`. */
export const sourcePaths = (field: FormField): readonly string[] => sources(field).flatMap(pathsOf);

/** A list is read for those of its columns that the field takes. */
function pathsOf({ path, each, where }: FormFieldSource): readonly string[] {
  if (!each) return [path, ...Object.keys(where ?? {}).map((name) => `${path.slice(0, path.lastIndexOf('.'))}.${name}`)];
  return Object.values(each)
    .flat()
    .map((column) => `${path}.${column}`);
}

/** `Enterprise.tax` of `Enterprise.tax.arrears`; undefined of a subject's own key, which nobody has to be asked for. */
export function sectionOf(path: string): string | undefined {
  const [type, section, ...rest] = path.split('.');
  return rest.length === 0 ? undefined : `${type}.${section}`;
}

/** The value that a record has for a field; undefined where it says nothing, or several things for a field that takes one. */
export function valueIn(record: unknown, { path, where = {}, each, values = {} }: FormFieldSource, isList: boolean): unknown {
  const found = leaves(record, path.split('.').slice(2), where);
  const written = found.map((leaf) => (each ? rowOf(leaf, each) : renamed(leaf, values)));
  if (isList) return written.length > 0 ? written : undefined;
  const distinct = [...new Set(written)];
  return distinct.length === 1 ? distinct[0] : undefined;
}

/** What stands at the end of a path; a list on the way stands for its entries, what is null for nothing. */
function leaves(value: unknown, path: readonly string[], where: Readonly<Record<string, string>>): readonly unknown[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.filter((entry) => matches(entry, where)).flatMap((entry) => leaves(entry, path, where));
  const [head, ...rest] = path;
  if (head === undefined) return [typeof value === 'string' ? value.trim() : value];
  return typeof value === 'object' && Object.hasOwn(value, head) ? leaves((value as Record<string, unknown>)[head], rest, where) : [];
}

const matches = (entry: unknown, where: Readonly<Record<string, string>>): boolean =>
  Object.entries(where).every(([key, wanted]) => leaves(entry, [key], {})[0] === wanted);

const renamed = (leaf: unknown, values: Readonly<Record<string, string>>): unknown =>
  typeof leaf === 'string' && Object.hasOwn(values, leaf) ? values[leaf] : leaf;

/** One row of a list on the form. Keys for which the entry has nothing are left out. */
function rowOf(entry: unknown, each: NonNullable<FormFieldSource['each']>): Readonly<Record<string, unknown>> {
  const cells = Object.entries(each).flatMap(([key, ways]) => {
    const [cell] = [ways].flat().flatMap((way) => leaves(entry, way.split('.'), {}));
    return cell === undefined ? [] : [[key, cell] as const];
  });
  return Object.fromEntries(cells);
}
