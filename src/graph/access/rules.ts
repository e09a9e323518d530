import { getDirective } from '@graphql-tools/utils';
import { type GraphQLNamedType, type GraphQLObjectType, type GraphQLSchema, getNamedType, isAbstractType, isObjectType } from 'graphql';
import type { AccessRule as SectionRule } from '../../trust/index.ts';

/** Rules of access, as the schema states them; the schema's `AccessRule`. */
export type SchemaRule = SectionRule | 'SIGNED_IN' | 'RECORD' | 'CASE';

/**
 * The rule of every field of every object type, as `Type.field`: its own, else its type's; what lies inside an agency's record
 * follows the record. Throws with all fields for which none is stated.
 */
export function accessRules(schema: GraphQLSchema): ReadonlyMap<string, SchemaRule> {
  const types = Object.values(schema.getTypeMap()).filter((type): type is GraphQLObjectType => isObjectType(type) && !isBuiltIn(type));
  const inside = insideRecords(types, schema);
  const rules = new Map<string, SchemaRule>();
  const missing: string[] = [];
  for (const type of types) {
    const ofType = stated(schema, type) ?? (inside.has(type) ? 'RECORD' : undefined);
    for (const field of Object.values(type.getFields())) {
      const rule = stated(schema, field) ?? ofType;
      if (rule) rules.set(`${type.name}.${field.name}`, rule);
      else missing.push(`${type.name}.${field.name}`);
    }
  }
  if (missing.length > 0) throw new Error(sentence(missing));
  return rules;
}

const sentence = (missing: readonly string[]): string =>
  `the schema states no access rule for ${missing.join(', ')}: add @access(rule: …) to the field or its type; SESSION is right for whatever is not public`;

const isBuiltIn = ({ name }: GraphQLNamedType): boolean => name.startsWith('__');

const stated = (schema: GraphQLSchema, at: Parameters<typeof getDirective>[1]): SchemaRule | undefined =>
  getDirective(schema, at, 'access')?.[0]?.['rule'] as SchemaRule | undefined;

/** Sections that whoever asks for advice about themselves is shown. */
export function adviceSections(schema: GraphQLSchema): ReadonlySet<string> {
  const types = Object.values(schema.getTypeMap()).filter((type): type is GraphQLObjectType => isObjectType(type));
  const fields = types.flatMap((type) => Object.values(type.getFields()).map((field) => [`${type.name}.${field.name}`, field] as const));
  return new Set(fields.flatMap(([name, field]) => (getDirective(schema, field, 'access')?.[0]?.['advice'] === true ? [name] : [])));
}

/** Types that are reached from records before another subject begins. */
function insideRecords(types: readonly GraphQLObjectType[], schema: GraphQLSchema): ReadonlySet<GraphQLObjectType> {
  const isSubject = (type: GraphQLObjectType) => getDirective(schema, type, 'subject') !== undefined;
  const found = new Set(types.filter((type) => type.getInterfaces().some(({ name }) => name === 'AgencyRecord')));
  for (const type of found)
    for (const field of Object.values(type.getFields()))
      for (const next of objectsOf(getNamedType(field.type), schema)) if (!isSubject(next)) found.add(next);
  return found;
}

function objectsOf(type: GraphQLNamedType, schema: GraphQLSchema): readonly GraphQLObjectType[] {
  if (isObjectType(type)) return [type];
  return isAbstractType(type) ? schema.getPossibleTypes(type) : [];
}
