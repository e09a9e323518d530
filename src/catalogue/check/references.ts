import type { Entries, Kind } from '../kinds.ts';
import type { Problems } from '../problems.ts';
import type { Found, Placed } from '../shelves.ts';

/** What an entry names: at which key, of which kind, and its name. */
type Reference = readonly [key: string, kind: Kind, name: string | null | undefined];

/** Everything that entries name elsewhere. */
const REFERENCES: { readonly [K in Kind]?: (entry: Entries[K]) => readonly Reference[] } = {
  agencies: ({ parent }) => [['parent', 'agencies', parent]],
  materials: ({ issuer }) => (issuer === 'applicant' ? [] : [['issuer', 'agencies', issuer]]),
  items: (item) => [
    ...ITEM_AGENCIES.map((key): Reference => [key, 'agencies', item[key]]),
    ...item.materials.map(({ materialId }, i): Reference => [`materials[${i}].materialId`, 'materials', materialId]),
    ['result.materialId', 'materials', item.result?.materialId],
  ],
  themes: ({ steps }) => steps.map(({ item }, i) => [`steps[${i}].item`, 'items', item]),
  fields: ({ section }) => [['section', 'sections', section]],
  forms: ({ item, required, optional }) => [
    ['item', 'items', item === '*' ? undefined : item],
    ...required.map((name, i): Reference => [`required[${i}]`, 'fields', name]),
    ...optional.map((name, i): Reference => [`optional[${i}]`, 'fields', name]),
  ],
};

const ITEM_AGENCIES = ['agency', 'supervisor', 'plannedSupervisor', 'retainedBy', 'handledAt', 'platform'] as const;

/** Every name leads somewhere. */
export function checkReferences(found: Found, problems: Problems): void {
  for (const kind of Object.keys(REFERENCES) as Kind[]) checkKind(kind, found, problems);
  const { bureau } = found.profile;
  const missing = bureau === undefined ? undefined : found.agencies.missing(bureau);
  if (missing) problems.add(found.about, 'profile.bureau', missing);
}

function checkKind<K extends Kind>(kind: K, found: Found, problems: Problems): void {
  for (const { entry, place } of found[kind].placed as readonly Placed<Entries[K]>[])
    for (const [key, of, name] of REFERENCES[kind]?.(entry) ?? []) {
      const missing = name === undefined || name === null ? undefined : found[of].missing(name);
      if (missing) problems.add(place, key, missing);
    }
}
