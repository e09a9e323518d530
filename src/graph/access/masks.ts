import { getDirective } from '@graphql-tools/utils';
import { type GraphQLObjectType, type GraphQLSchema, getNamedType, isObjectType } from 'graphql';
import type { MaskKind } from '../../codes/index.ts';

/** A field that leaves the gateway masked. */
export interface MaskedField {
  readonly kind: MaskKind;
  /** Every way to it from a subject, like `Person.household.address`; none where it lies in no record of a subject. */
  readonly paths: readonly string[];
}

/** Every field with `@mask`, as `Type.field`. */
export function maskedFields(schema: GraphQLSchema): ReadonlyMap<string, MaskedField> {
  const ways = waysOf(schema);
  const fields = new Map<string, MaskedField>();
  for (const type of objectsOf(schema))
    for (const { name, astNode, extensions } of Object.values(type.getFields())) {
      const kind = getDirective(schema, { astNode, extensions }, 'mask')?.[0]?.['kind'] as MaskKind | undefined;
      if (kind) fields.set(`${type.name}.${name}`, { kind, paths: (ways.get(type.name) ?? []).map((way) => `${way}.${name}`) });
    }
  return fields;
}

/** Masked fields by the ways to them. */
export const masksByPath = (fields: ReadonlyMap<string, MaskedField>): ReadonlyMap<string, MaskKind> =>
  new Map([...fields.values()].flatMap(({ kind, paths }) => paths.map((path) => [path, kind] as const)));

/** The ways from a subject to each type within its records; of a subject itself its name. */
function waysOf(schema: GraphQLSchema): ReadonlyMap<string, readonly string[]> {
  const ways = new Map<string, string[]>();
  const roots = objectsOf(schema).filter((type) => isSubject(type, schema) || type === schema.getQueryType());
  for (const root of roots) {
    ways.set(root.name, [root.name]);
    for (const { name, type } of Object.values(root.getFields())) {
      const record = getNamedType(type);
      if (isObjectType(record) && isRecord(record)) walk(record, `${root.name}.${name}`, []);
    }
  }
  return ways;

  function walk(type: GraphQLObjectType, way: string, above: readonly GraphQLObjectType[]): void {
    if (isSubject(type, schema) || above.includes(type)) return;
    ways.set(type.name, [...(ways.get(type.name) ?? []), way]);
    for (const field of Object.values(type.getFields())) {
      const next = getNamedType(field.type);
      if (isObjectType(next)) walk(next, `${way}.${field.name}`, [...above, type]);
    }
  }
}

const objectsOf = (schema: GraphQLSchema): readonly GraphQLObjectType[] =>
  Object.values(schema.getTypeMap()).filter((type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'));

const isSubject = (type: GraphQLObjectType, schema: GraphQLSchema): boolean => getDirective(schema, type, 'subject') !== undefined;

const isRecord = (type: GraphQLObjectType): boolean => type.getInterfaces().some(({ name }) => name === 'AgencyRecord');
