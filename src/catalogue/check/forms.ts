import { formFaults } from '../form-rules.ts';
import type { Place, Problems } from '../problems.ts';
import type { Found } from '../shelves.ts';

/** What fields and forms must keep, told where their entries stand: a hall's folder may bring some of them. */
export function checkForms({ fields, forms, items }: Found, problems: Problems): void {
  const placed = [
    ...fields.placed.map(({ entry, place }) => [`field "${entry.id}"`, place] as const),
    ...forms.placed.map(({ entry, place }) => [`form "${entry.item}"`, place] as const),
  ];
  const places = new Map<string, Place>(placed);
  const entries = { fields: fields.placed.map(({ entry }) => entry), forms: forms.placed.map(({ entry }) => entry) };
  for (const { file, entry, key, what } of formFaults({ ...entries, knowsItem: (slug) => items.get(slug) !== undefined }))
    problems.add(places.get(entry) ?? { file, entry }, key, what);
}
