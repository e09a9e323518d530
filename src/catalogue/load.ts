import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { AgencyEntry, FieldsFile, FormEntry, ItemEntry, MaterialEntry, ThemeEntry } from './entries.ts';
import { examineForms } from './form-rules.ts';
import type { Catalogue } from './index.ts';

/** Loads a catalogue folder. Throws with file, entry and key when something does not fit. */
export function loadCatalogue(folder: string): Catalogue {
  const file = (name: string) => resolve(folder, name);
  const agencies = parse(file('agencies.json'), z.array(AgencyEntry), []);
  const items = parse(file('items.json'), z.array(ItemEntry), []);
  const materials = parse(file('materials.json'), z.array(MaterialEntry), []);
  const themes = parse(file('themes.json'), z.array(ThemeEntry), []);
  const { sections, fields } = parse(file('fields.json'), FieldsFile, { sections: [], fields: [] });
  const forms = parse(file('forms.json'), z.array(FormEntry), [{ item: '*' as const, required: [], optional: [] }]);
  const agencyById = indexed(agencies, ({ id }) => id, file('agencies.json'));
  const materialById = indexed(materials, ({ id }) => id, file('materials.json'));
  const themeById = indexed(themes, ({ id }) => id, file('themes.json'));
  const itemByCode = new Map(items.flatMap((item) => [item.code, item.baseCode, item.slug].map((key) => [key, item] as const)));
  const fieldById = indexed(fields, ({ id }) => id, file('fields.json'));
  const formBySlug = indexed(forms, ({ item }) => item, file('forms.json'));
  for (const { id, parent } of agencies)
    if (parent && !agencyById.has(parent))
      throw new Error(`${file('agencies.json')}: the agency "${id}" has an unknown parent "${parent}"`);
  const slugs = new Set(items.map(({ slug }) => slug));
  const { faults, fits } = examineForms({ fields, forms, knowsItem: (slug) => slugs.has(slug) });
  const [fault] = faults;
  if (fault) throw new Error(`${file(fault.file)}: ${fault.entry}: ${fault.key}: ${fault.what}`);
  const fallback = formBySlug.get('*') ?? { item: '*' as const, required: [], optional: [] };
  return {
    agencies,
    agency: (id) => agencyById.get(id),
    items,
    item: (code) => itemByCode.get(code),
    materials,
    material: (id) => materialById.get(id),
    themes,
    theme: (id) => themeById.get(id),
    formSections: sections,
    formFields: fields,
    formField: (id) => fieldById.get(id),
    form: (slug) => formBySlug.get(slug) ?? fallback,
    fits,
  };
}

function indexed<T>(entries: readonly T[], keyOf: (entry: T) => string, file: string): ReadonlyMap<string, T> {
  const byKey = new Map<string, T>();
  for (const entry of entries) {
    if (byKey.has(keyOf(entry))) throw new Error(`${file}: the id "${keyOf(entry)}" stands twice`);
    byKey.set(keyOf(entry), entry);
  }
  return byKey;
}

function parse<T>(file: string, shape: z.ZodType<T>, missing: T): T {
  if (!existsSync(file)) return missing;
  try {
    return shape.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    const what = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new Error(`${file}: ${what}`, { cause });
  }
}
