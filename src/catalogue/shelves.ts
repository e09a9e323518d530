import { type CatalogueProfile, ProfileEntry } from './entries.ts';
import { type Entries, KINDS, type Kind } from './kinds.ts';
import type { Layer, RawShelf } from './layers.ts';
import { isOneErrorApart } from './one-error.ts';
import type { Place, Problems } from './problems.ts';
import { tellShape } from './shape.ts';

/** An entry that has its shape, and where it came from. */
export interface Placed<T> {
  readonly entry: T;
  readonly place: Place;
}

/** Entries of one kind. */
export interface Shelf<T> {
  readonly placed: readonly Placed<T>[];
  /** By any of its names, or of the entry that it replaced. */
  get(name: string): T | undefined;
  /** Why a name leads nowhere, in words that continue the name of the key; undefined when it leads somewhere. */
  missing(name: string): string | undefined;
}

/** A whole catalogue, before what its entries say of each other is checked. */
export type Found = { readonly [K in Kind]: Shelf<Entries[K]> } & { readonly profile: CatalogueProfile; readonly about: Place };

/** Holds every entry against its shape. */
export function shelved(layer: Layer, problems: Problems): Found {
  const shelf = <K extends Kind>(kind: K) => shelfOf(kind, layer.shelves[kind], problems);
  return {
    agencies: shelf('agencies'),
    materials: shelf('materials'),
    items: shelf('items'),
    themes: shelf('themes'),
    sections: shelf('sections'),
    fields: shelf('fields'),
    forms: shelf('forms'),
    profile: profileOf(layer, problems),
    about: layer.about,
  };
}

/** What is wrong in a profile is told once; the rest of it holds meanwhile. */
function profileOf({ profile, about }: Layer, problems: Problems): CatalogueProfile {
  const parsed = ProfileEntry.safeParse(profile);
  if (parsed.success) return parsed.data;
  tellShape(parsed.error, about, problems, ['profile']);
  const wrong = parsed.error.issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : [issue.path[0]]));
  return ProfileEntry.parse(Object.fromEntries(Object.entries(profile).filter(([key]) => !wrong.includes(key))));
}

function shelfOf<K extends Kind>(kind: K, raw: RawShelf, problems: Problems): Shelf<Entries[K]> {
  const placed: Placed<Entries[K]>[] = [];
  const byName = new Map<string, Entries[K]>();
  for (const { value, place, names, formerly } of raw?.entries ?? []) {
    const parsed = KINDS[kind].shape.safeParse(value);
    if (parsed.error) tellShape(parsed.error, place, problems);
    else {
      placed.push({ entry: parsed.data, place });
      for (const name of [...Object.values(names), ...formerly]) if (!byName.has(name)) byName.set(name, parsed.data);
    }
  }
  // An entry whose shape is wrong is there all the same: those that name it are not to blame.
  const known = new Set(raw?.entries.flatMap(({ names, formerly }) => [...Object.values(names), ...formerly]));
  return { placed, get: (name) => byName.get(name), missing: (name) => (raw && !known.has(name) ? missing(kind, name, raw) : undefined) };
}

function missing(kind: Kind, name: string, { entries, removed }: NonNullable<RawShelf>): string {
  const { called, file } = KINDS[kind];
  const by = removed.get(name);
  if (by) return `the ${called} "${name}" is removed by ${by.file} (${by.entry}): keep it there, or change what needs it`;
  const near = entries.flatMap(({ names }) => Object.values(names)).find((known) => isOneErrorApart(known, name));
  return `there is no ${called} "${name}"${near ? ` (did you mean "${near}"?)` : ''}: add it to ${file} or name another`;
}
