import { readdirSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { type IResolvers, printSchemaWithDirectives } from '@graphql-tools/utils';
import { type DocumentNode, type GraphQLSchema, getNamedType, isObjectType, lexicographicSortSchema, parse, Source } from 'graphql';
import type { MaskKind } from '../codes/index.ts';
import type { Served } from '../connect/index.ts';
import { accessRules, adviceSections, maskedFields, masksByPath, type SchemaRule } from './access/index.ts';
import { resolvers } from './resolvers.ts';
import { sectionsOf, withSections } from './sections.ts';

export interface SchemaOptions {
  /** Folders with `.graphql` files: the unified schema's, and those of connectors that extend it. */
  readonly folders: readonly string[];
  /** Who serves each section. */
  readonly served: ReadonlyMap<string, Served>;
}

export interface Graph {
  readonly schema: GraphQLSchema;
  /** Sections that no connector serves; they answer `AGENCY_NOT_CONNECTED`. */
  readonly unserved: readonly string[];
  /** The access rule of every field, as `Type.field`. */
  readonly rules: ReadonlyMap<string, SchemaRule>;
  /** Sections that whoever asks for advice about themselves is shown. */
  readonly advice: ReadonlySet<string>;
  /** Fields of subjects that leave masked, by paths like `Person.household.address`. */
  readonly masks: ReadonlyMap<string, MaskKind>;
}

/** Assembles the executable schema. Throws when a connector serves a section that the schema does not have. */
export function createGraph({ folders, served }: SchemaOptions): Graph {
  const plain = makeExecutableSchema({ typeDefs: folders.flatMap(documentsIn), resolvers: resolvers as IResolvers });
  const sections = sectionsOf(plain);
  const unknown = [...served].find(([section]) => !sections.includes(section));
  if (unknown) throw new Error(`the connector ${unknown[1].connector} serves ${unknown[0]}, which is not a section of the schema`);
  const rules = accessRules(plain);
  const masks = maskedFields(plain);
  return {
    schema: withSections(plain, served, rules, masks),
    masks: masksByPath(masks),
    rules,
    advice: adviceSections(plain),
    unserved: sections.filter((section) => !served.has(section)),
  };
}

/** Whether a path like `Person.household.address` leads somewhere; its parts may be a type alone. */
export function hasPath(schema: GraphQLSchema, path: string): boolean {
  const [root = '', ...fields] = path.split('.');
  let at: unknown = schema.getType(root);
  for (const name of fields) {
    const field = isObjectType(at) ? at.getFields()[name] : undefined;
    if (!field) return false;
    at = getNamedType(field.type);
  }
  return isObjectType(at) || fields.length > 0;
}

function documentsIn(folder: string): DocumentNode[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.graphql'));
  return names.sort().map((name) => parse(new Source(readFileSync(resolve(folder, name), 'utf8'), resolve(folder, name))));
}

/** The whole schema as text, descriptions and directives included. */
export const printSchemaText = (schema: GraphQLSchema): string => `${printSchemaWithDirectives(lexicographicSortSchema(schema))}\n`;
