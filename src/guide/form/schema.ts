/** Forms as JSON Schema (2020-12), in words that any validator and form renderer of the standard understands. */
import type { Catalogue, FormField, FormFieldCondition } from '../../catalogue/index.ts';
import { openConditions } from './condition.ts';
import { ownFields } from './plan.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** A field as it stands on one form. */
export interface SchemaLine {
  readonly field: FormField;
  readonly required: boolean;
  /** Conditions that must all hold for the field to be there; none: it always is. */
  readonly conditions: readonly FormFieldCondition[];
  /** The only value it may have; undefined where there are others. */
  readonly constant?: unknown;
}

/** The form of one item by its slug, on its own. */
export function formSchema(slug: string, catalogue: Catalogue): JsonSchema {
  const own = ownFields(slug, catalogue);
  const deciding = { field: (id: string) => own.find(({ field }) => field.id === id)?.field, fixed: () => undefined };
  const lines = own.flatMap(({ field, required }) => {
    const conditions = openConditions(field, deciding);
    return conditions ? [{ field, required, conditions }] : [];
  });
  return schemaOf(catalogue.item(slug) ?? { nameZh: '申请表', nameEn: 'Application form' }, lines);
}

interface Named {
  readonly nameZh: string;
  readonly nameEn: string;
}

/**
 * A form's schema. Fields that depend on others are told by `if` and `then`: where the condition does not hold they are
 * unknown to the form, and an unknown property is refused.
 */
export function schemaOf({ nameZh, nameEn }: Named, lines: readonly SchemaLine[]): JsonSchema {
  const always = lines.filter(({ conditions }) => conditions.length === 0);
  const conditional = lines.filter(({ conditions }) => conditions.length > 0);
  const distinct = new Map(conditional.map(({ conditions }) => [JSON.stringify(conditions), conditions]));
  const allOf = [...distinct].map(([name, conditions]) => ({
    if: allHold(conditions),
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema; nobody awaits a part of a schema
    then: bodyOf(conditional.filter((line) => JSON.stringify(line.conditions) === name)),
  }));
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: nameZh,
    titleEn: nameEn,
    type: 'object',
    ...bodyOf(always),
    ...(allOf.length > 0 && { allOf }),
    unevaluatedProperties: false,
  };
}

const bodyOf = (lines: readonly SchemaLine[]): JsonSchema => ({
  properties: Object.fromEntries(lines.map((line) => [line.field.id, propertyOf(line)])),
  required: lines.filter(({ required }) => required).map(({ field }) => field.id),
});

const propertyOf = ({ field, constant }: SchemaLine): JsonSchema => ({
  ...fragmentOf(field),
  ...(constant !== undefined && { const: constant }),
});

const allHold = (conditions: readonly FormFieldCondition[]): JsonSchema => ({
  properties: Object.fromEntries(conditions.map(({ field, equals }) => [field, { const: equals }])),
  required: conditions.map(({ field }) => field),
});

/** A field's own schema: labels and help as annotations, and every value that can be chosen with its name. */
export function fragmentOf(field: FormField): JsonSchema {
  const { labelZh, labelEn, helpZh, helpEn, schema } = field;
  const items = schema['items'] as JsonSchema | undefined;
  return {
    title: labelZh,
    titleEn: labelEn,
    ...(helpZh && { description: helpZh, descriptionEn: helpEn }),
    ...withNamedChoices(schema, field),
    ...(items && { items: withNamedChoices(items, field) }),
  };
}

/** `oneOf` with `const` and `title` says the same as `enum`, and form renderers show the names. */
function withNamedChoices({ enum: values, ...rest }: JsonSchema, { optionsZh, optionsEn }: FormField): JsonSchema {
  if (!Array.isArray(values)) return rest;
  return { ...rest, oneOf: values.map((value, i) => ({ const: value, title: optionsZh?.[i], titleEn: optionsEn?.[i] })) };
}
