import { getDirective, MapperKind, mapSchema } from '@graphql-tools/utils';
import { defaultFieldResolver, type GraphQLFieldResolver, type GraphQLObjectType, type GraphQLSchema, isObjectType } from 'graphql';
import { masked } from '../codes/index.ts';
import { AgencyError, type Served } from '../connect/index.ts';
import type { AccessRule } from '../trust/index.ts';
import { type Look, type MaskedField, pathsSeen, type SchemaRule, subjectIn } from './access/index.ts';
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
export function withSections(
  schema: GraphQLSchema,
  served: ReadonlyMap<string, Served>,
  rules: ReadonlyMap<string, SchemaRule>,
  masks: ReadonlyMap<string, MaskedField>,
): GraphQLSchema {
  return mapSchema(schema, {
    [MapperKind.OBJECT_FIELD](field, name, typeName, whole) {
      const section = `${typeName}.${name}`;
      if (isRecord(field.type)) {
        const at = { section, rule: sectionRule(section, rules), agency: served.get(section)?.agency };
        return { ...field, resolve: sectionResolver(at, keyField(whole, typeName)) };
      }
      if (typeName.endsWith('Connection') && name === 'nodes') return { ...field, resolve: nodesOfEdges };
      const mask = masks.get(section);
      return mask ? { ...field, resolve: maskResolver(mask, field.resolve ?? defaultFieldResolver) } : field;
    },
  });
}

/** The field of a subject that holds its key, from `@subject`; none for the query root, whose key is its arguments. */
function keyField(schema: GraphQLSchema, typeName: string): string | undefined {
  const type = schema.getType(typeName);
  return type && (getDirective(schema, type, 'subject')?.[0]?.['key'] as string | undefined);
}

/** What a section's resolver knows before anybody asks. */
interface SectionPlace {
  readonly section: string;
  readonly rule: AccessRule;
  readonly agency: string | undefined;
}

/** A section is public or needs a session: there is no third way to read what an agency says of somebody. */
function sectionRule(section: string, rules: ReadonlyMap<string, SchemaRule>): AccessRule {
  const rule = rules.get(section);
  if (rule === 'OPEN' || rule === 'SESSION') return rule;
  throw new Error(`the section ${section} needs @access(rule: SESSION), or OPEN where it is public`);
}

function sectionResolver({ section, rule, agency }: SectionPlace, key: string | undefined): Resolver {
  return (parent, args, context, info) => {
    try {
      if (agency === undefined) throw notConnected(context.language);
      if (!key) checkSearch(args);
      const subject = key ? subjectIn(section, parent[key]) : undefined;
      const look: Look = { section, rule, agency, subject, paths: pathsSeen(section, info.returnType as GraphQLObjectType, info) };
      context.looks.admit(look);
      return context.reader.read(section, key ? parent[key] : args).catch((error: unknown) => {
        context.looks.missed(look);
        throw error instanceof AgencyError ? agencyFailure(error, context) : error;
      });
    } catch (error) {
      // As a promise: beside an item of a list that fails at once, graphql-js loses what is under way.
      return Promise.reject(error as Error);
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
  { kind, paths }: MaskedField,
  resolve: GraphQLFieldResolver<unknown, RequestContext>,
): GraphQLFieldResolver<unknown, RequestContext> {
  return (parent, args, context, info) => {
    const value: unknown = resolve(parent, args, context, info);
    if (context.looks.isInClear(kind, paths)) return value;
    return value instanceof Promise ? value.then((it: unknown) => masked(it, kind)) : masked(value, kind);
  };
}
