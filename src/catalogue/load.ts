import { checkAll, examinedForms } from './check/index.ts';
import { doorsOf } from './doors.ts';
import type { Item, ItemForm, Theme } from './entries.ts';
import type { FieldFits } from './form-json-schema.ts';
import type { Catalogue } from './index.ts';
import { laidUpon, readLayer } from './layers.ts';
import { gatherProblems } from './problems.ts';
import { createSearch } from './search/index.ts';
import { type Found, type Shelf, shelved } from './shelves.ts';

/**
 * Loads a catalogue folder; where its `catalogue.json` says `"extends": true`, upon the folder `shipped`. Throws one error
 * that names file, entry and key of everything that is wrong.
 */
export function loadCatalogue(folder: string, shipped?: string): Catalogue {
  const problems = gatherProblems();
  const own = readLayer(folder, problems);
  if (own.isExtending && !shipped) problems.add(own.about, 'extends', 'there is nothing to extend: this folder is the catalogue itself');
  const below = own.isExtending && shipped ? readLayer(shipped, problems) : undefined;
  const found = withCodes(shelved(laidUpon(below, own, problems), problems));
  checkAll(found, problems);
  const fits = examinedForms(found, problems);
  problems.throwIfAny();
  return catalogueOf(found, fits);
}

/** Themes name items by code, base code or slug; from here on by code. */
function withCodes(found: Found): Found {
  const codeOf = (name: string) => found.items.get(name)?.code ?? name;
  const placed = found.themes.placed.map((it) => ({ ...it, entry: withStepCodes(it.entry, codeOf) }));
  const byId = new Map(placed.map(({ entry }) => [entry.id, entry]));
  return { ...found, themes: { ...found.themes, placed, get: (id) => byId.get(id) } };
}

function withStepCodes(theme: Theme, codeOf: (name: string) => string): Theme {
  const { milestone } = theme.target;
  const steps = theme.steps.map((step) => ({ ...step, item: codeOf(step.item), dependsOn: step.dependsOn.map(codeOf) }));
  return { ...theme, steps, target: { ...theme.target, ...(milestone !== undefined && { milestone: codeOf(milestone) }) } };
}

const NO_FORM: ItemForm = { item: '*', required: [], optional: [] };

function catalogueOf(found: Found, fits: FieldFits): Catalogue {
  const [items, themes] = [entriesOf(found.items), entriesOf(found.themes)];
  const itemsOf = groupedBy(items, ({ agency }) => [agency]);
  const themesOf = groupedBy(themes, ({ steps }) => steps.map(({ item }) => item));
  const fallback = found.forms.get('*') ?? NO_FORM;
  const search = createSearch(items, (item) => (themesOf.get(item.code) ?? []).length);
  return {
    profile: found.profile,
    agencies: entriesOf(found.agencies),
    agency: found.agencies.get,
    items,
    item: itemNamed(items),
    itemsOf: (agency) => itemsOf.get(agency) ?? [],
    supervisionGaps: items.filter(({ delegated, supervisor }) => delegated && supervisor === null),
    search,
    materials: entriesOf(found.materials),
    material: found.materials.get,
    themes,
    theme: found.themes.get,
    themesOf: ({ code }) => themesOf.get(code) ?? [],
    formSections: entriesOf(found.sections),
    formFields: entriesOf(found.fields),
    formField: found.fields.get,
    form: (slug) => found.forms.get(slug) ?? fallback,
    fits,
    ...doorsOf(found),
  };
}

const entriesOf = <T>({ placed }: Shelf<T>): readonly T[] => placed.map(({ entry }) => entry);

/** By today's names only: the code of an entry that was replaced leads nowhere. */
function itemNamed(items: readonly Item[]): (name: string) => Item | undefined {
  const byName = new Map(items.flatMap((item) => [item.code, item.baseCode, item.slug].map((name) => [name, item] as const)));
  return (name) => byName.get(name);
}

function groupedBy<T>(entries: readonly T[], keysOf: (entry: T) => readonly string[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const entry of entries) for (const key of keysOf(entry)) groups.set(key, [...(groups.get(key) ?? []), entry]);
  return groups;
}
