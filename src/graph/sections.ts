import { getDirective, MapperKind, mapSchema } from '@graphql-tools/utils';
import { defaultFieldResolver, type GraphQLFieldResolver, type GraphQLObjectType, type GraphQLSchema, isObjectType } from 'graphql';
import { AgencyError, type Served } from '../connect/index.ts';
import { type MaskKind, masked } from '../trust/index.ts';
import type { RequestContext } from './context.ts';
import { agencyFailure, notConnected } from './errors.ts';
import { nodesOfEdges } from './resolvers.ts';
import { badInput } from './scalars.ts';

type Resolver = GraphQLFieldResolver<Record<string, unknown>, RequestContext, Record<string, unknown>>;

/** The sections of a schema: fields whose type is an `AgencyRecord`, as `Type.field`. */
export function sectionsOf(schema: GraphQLSchema): readonly string[] {
  const types = Object.values(schema.getTypeMap()).filter((type): type is GraphQLObjectType => isObjectType(type));
  return types.flatMap((type) =>
    Object.values(type.getFields())
      .filter((field) => isRecord(field.type))
      .map((field) => `${type.name}.${field.name}`),
  );
}

const isRecord = (type: unknown): boolean => isObjectType(type) && type.getInterfaces().some((face) => face.name === 'AgencyRecord');

/** Gives every section the resolver that asks its connector, every `@mask` its mask, every connection its nodes. */
export function withSections(schema: GraphQLSchema, served: ReadonlyMap<string, Served>): GraphQLSchema {
  return mapSchema(schema, {
    [MapperKind.OBJECT_FIELD](field, name, typeName, whole) {
      const section = `${typeName}.${name}`;
      if (isRecord(field.type)) return { ...field, resolve: sectionResolver(section, served.has(section), keyField(whole, typeName)) };
      if (typeName.endsWith('Connection') && name === 'nodes') return { ...field, resolve: nodesOfEdges };
      const mask = getDirective(whole, field, 'mask')?.[0];
      return mask ? { ...field, resolve: maskResolver(mask['kind'] as MaskKind, field.resolve ?? defaultFieldResolver) } : field;
    },
  });
}

/** The field of a subject that holds its key, from `@subject`; none for the query root, whose key is its arguments. */
function keyField(schema: GraphQLSchema, typeName: string): string | undefined {
  const type = schema.getType(typeName);
  return type && (getDirective(schema, type, 'subject')?.[0]?.['key'] as string | undefined);
}

function sectionResolver(section: string, isServed: boolean, key: string | undefined): Resolver {
  return async (parent, args, context) => {
    if (!isServed) throw notConnected(context.language);
    if (!key) checkSearch(args);
    try {
      return await context.reader.read(section, key ? parent[key] : args);
    } catch (error) {
      throw error instanceof AgencyError ? agencyFailure(error, context) : error;
    }
  };
}

const MAX_PAGE = 100;

/** What every search at the root must keep, so that no agency is asked for a million rows. */
function checkSearch({ first, name }: Record<string, unknown>): void {
  if (typeof first === 'number' && (first < 1 || first > MAX_PAGE)) throw badInput(`first must be 1 to ${MAX_PAGE}`);
  if (typeof name === 'string' && [...name.trim()].length < 2) throw badInput('name must hold at least two characters');
}

function maskResolver(
  kind: MaskKind,
  resolve: GraphQLFieldResolver<unknown, RequestContext>,
): GraphQLFieldResolver<unknown, RequestContext> {
  return (parent, args, context, info) => masked(resolve(parent, args, context, info), kind, context.caller.role);
}
