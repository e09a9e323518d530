import type { FormField } from '../entries.ts';
import type { Problems } from '../problems.ts';
import type { Found } from '../shelves.ts';

/** What the fields of forms say of themselves. */
export function checkForms({ fields }: Found, problems: Problems): void {
  for (const { entry, place } of fields.placed) for (const [key, what] of optionFaults(entry)) problems.add(place, key, what);
}

/** Where an enum's values have names, they are as many as the values, in both languages. */
function optionFaults({ schema, optionsZh, optionsEn }: FormField): (readonly [string, string])[] {
  if ((optionsZh === undefined) !== (optionsEn === undefined))
    return [[optionsZh ? 'optionsEn' : 'optionsZh', 'is missing: name the values in both languages']];
  const values = enumOf(schema)?.length;
  return Object.entries({ optionsZh, optionsEn }).flatMap(([key, names]) =>
    names === undefined || values === undefined || names.length === values
      ? []
      : [[key, `names ${names.length} values, the schema's enum has ${values}: make them as many`] as const],
  );
}

/** The values of a field, or of each of its entries where it is a list. */
function enumOf({ enum: values, items }: Readonly<Record<string, unknown>>): readonly unknown[] | undefined {
  const all = values ?? (items as { enum?: unknown } | undefined)?.enum;
  return Array.isArray(all) ? all : undefined;
}
