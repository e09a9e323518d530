import type { FieldFits } from '../form-json-schema.ts';
import { examineForms } from '../form-rules.ts';
import type { Place, Problems } from '../problems.ts';
import type { Found } from '../shelves.ts';

/**
 * What fields and forms must keep, told where their entries stand: a hall's folder may bring some of them. Gives back the
 * fields' fragments, ready for use.
 */
export function examinedForms({ fields, forms, items }: Found, problems: Problems): FieldFits {
  const placed = [
    ...fields.placed.map(({ entry, place }) => [`field "${entry.id}"`, place] as const),
    ...forms.placed.map(({ entry, place }) => [`form "${entry.item}"`, place] as const),
  ];
  const places = new Map<string, Place>(placed);
  const entries = { fields: fields.placed.map(({ entry }) => entry), forms: forms.placed.map(({ entry }) => entry) };
  const { faults, fits } = examineForms({ ...entries, knowsItem: (slug) => items.get(slug) !== undefined });
  for (const { file, entry, key, what } of faults) problems.add(places.get(entry) ?? { file, entry }, key, what);
  return fits;
}
