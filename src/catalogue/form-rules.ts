/** What fields and forms must keep so that every item's form, and every merger of them, can be filled in. */
import { type Masks, maskOf } from '../codes/index.ts';
import type { FormField, ItemForm } from './entries.ts';
import { compileFields, type FieldFits } from './form-json-schema.ts';

/** Something that is wrong with a dictionary or a form, and where. */
export interface FormFault {
  readonly file: 'fields.json' | 'forms.json';
  /** `field "spouse-name"` or `form "re-transfer"`. */
  readonly entry: string;
  /** The key within the entry. */
  readonly key: string;
  /** What is wrong and what to do. */
  readonly what: string;
}

export interface FormData {
  readonly fields: readonly FormField[];
  readonly forms: readonly ItemForm[];
  /** Whether there is an item with this slug. */
  readonly knowsItem: (slug: string) => boolean;
}

/**
 * Everything that is wrong, and the fields' fragments ready for use. That the ids in `section`, `required` and `optional`
 * lead somewhere is checked with all references.
 */
export function examineForms({ fields, forms, knowsItem }: FormData): { readonly faults: readonly FormFault[]; readonly fits: FieldFits } {
  const byId = new Map(fields.map((field) => [field.id, field]));
  const isLeft = (field: FormField) => isLeftToResult(field, forms);
  const { fits, faults } = compileFields(fields);
  const told = [
    ...faults.map(({ field, what }) => fieldFault(field, 'schema', `${what}: mend the JSON Schema`)),
    ...fields.flatMap((field) => [...optionFaults(field), ...maskFaults(field), ...makerFaults(field, knowsItem)]),
    ...fields.flatMap((field) => conditionFaults(field, byId, isLeft)),
    ...forms.flatMap((form) => faultsOfForm(form, byId)),
  ];
  return { faults: told, fits };
}

const fieldFault = (id: string, key: string, what: string): FormFault => ({ file: 'fields.json', entry: `field "${id}"`, key, what });

/** Values that can be chosen: of the field itself, or of each entry of a list; undefined where anything may be written. */
export function choicesOf({ schema }: FormField): readonly unknown[] | undefined {
  const items = schema['items'] as { readonly enum?: unknown } | undefined;
  const choices = schema['enum'] ?? items?.enum;
  return Array.isArray(choices) ? choices : undefined;
}

function optionFaults(field: FormField): readonly FormFault[] {
  const count = choicesOf(field)?.length ?? 0;
  return (['optionsZh', 'optionsEn'] as const).flatMap((key) =>
    (field[key]?.length ?? 0) === count
      ? []
      : [fieldFault(field.id, key, `names ${field[key]?.length ?? 0} of ${count} values: name each one`)],
  );
}

function maskFaults({ id, schema, mask }: FormField): readonly FormFault[] {
  if (holdsOnlyMasked(schema, mask)) return [];
  return [fieldFault(id, 'mask', 'the field holds identity numbers: add "mask": "ID_NUMBER", or of rows such a mask for the cell')];
}

/** Whether every identity number within has its mask: one for all, or one for the cell in which it lies. */
function holdsOnlyMasked({ format, items, properties }: Fragment, mask: Masks | undefined): boolean {
  if (mask === 'ID_NUMBER') return true;
  if (format === 'citizen-id') return false;
  const cells = Object.entries(properties ?? {});
  return (
    (items === undefined || holdsOnlyMasked(items, mask)) &&
    cells.every(([name, cell]) => holdsOnlyMasked(cell, mask === undefined ? undefined : maskOf(mask, name)))
  );
}

/** What of a JSON Schema says where identity numbers lie. */
interface Fragment {
  readonly format?: unknown;
  readonly items?: Fragment;
  readonly properties?: Readonly<Record<string, Fragment>>;
}

const makerFaults = ({ id, madeBy }: FormField, knowsItem: FormData['knowsItem']): readonly FormFault[] =>
  madeBy
    .filter((slug) => !knowsItem(slug))
    .map((slug) => fieldFault(id, 'madeBy', `there is no item "${slug}": add it to items.json or name another`));

type Dictionary = ReadonlyMap<string, FormField>;
type IsLeft = (field: FormField) => boolean;

/** Whether an item that makes it does not ask for it, so that a merged form may go without it. */
const isLeftToResult = ({ id, madeBy }: FormField, forms: readonly ItemForm[]): boolean =>
  madeBy.some((slug) => !forms.some((form) => form.item === slug && [...form.required, ...form.optional].includes(id)));

function conditionFaults(field: FormField, byId: Dictionary, isLeft: IsLeft): readonly FormFault[] {
  if (!field.when) return [];
  const what = conditionFault(field, byId, isLeft);
  return what === undefined ? [] : [fieldFault(field.id, 'when', what)];
}

function conditionFault({ id, when }: FormField, byId: Dictionary, isLeft: IsLeft): string | undefined {
  const deciding = when && byId.get(when.field);
  if (!when || !deciding) return `there is no field "${when?.field}": add it or name another`;
  if (deciding.mask) return `"${deciding.id}" holds personal values: no condition may show them`;
  if (isLeft(deciding)) return `"${deciding.id}" may be left to the result of another item: let the condition look at another field`;
  if (!canBe(deciding, when.equals)) return `"${deciding.id}" can never be ${JSON.stringify(when.equals)}: it must be one of its values`;
  return chainOf(deciding, byId).includes(id) ? 'the condition leads back to the field itself' : undefined;
}

const canBe = (field: FormField, value: unknown): boolean =>
  field.schema['type'] === 'boolean' ? typeof value === 'boolean' : (choicesOf(field)?.includes(value) ?? false);

/** The fields on which a field depends, the nearest first, itself included. */
function chainOf(field: FormField, byId: Dictionary, before: readonly string[] = []): readonly string[] {
  if (before.includes(field.id)) return before;
  const next = field.when && byId.get(field.when.field);
  const so = [...before, field.id];
  return next ? chainOf(next, byId, so) : so;
}

function faultsOfForm({ item, required, optional }: ItemForm, byId: Dictionary): readonly FormFault[] {
  const fault = (key: string, what: string): FormFault => ({ file: 'forms.json', entry: `form "${item}"`, key, what });
  const listed = [...required, ...optional];
  const twice = listed.filter((id, i) => listed.indexOf(id) < i).map((id) => fault('required', `lists "${id}" twice: list it once`));
  const loose = listed.flatMap((id) => {
    const deciding = byId.get(id)?.when?.field;
    return deciding && !listed.includes(deciding) ? [fault('required', `"${id}" depends on "${deciding}": list that field too`)] : [];
  });
  return [...twice, ...loose];
}
