import { readdirSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { type IResolvers, printSchemaWithDirectives } from '@graphql-tools/utils';
import { type DocumentNode, type GraphQLSchema, lexicographicSortSchema, parse, Source } from 'graphql';
import type { Served } from '../connect/index.ts';
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
}

/** Assembles the executable schema. Throws when a connector serves a section that the schema does not have. */
export function createGraph({ folders, served }: SchemaOptions): Graph {
  const plain = makeExecutableSchema({ typeDefs: folders.flatMap(documentsIn), resolvers: resolvers as IResolvers });
  const sections = sectionsOf(plain);
  const unknown = [...served].find(([section]) => !sections.includes(section));
  if (unknown) throw new Error(`the connector ${unknown[1].connector} serves ${unknown[0]}, which is not a section of the schema`);
  return { schema: withSections(plain, served), unserved: sections.filter((section) => !served.has(section)) };
}

function documentsIn(folder: string): DocumentNode[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.graphql'));
  return names.sort().map((name) => parse(new Source(readFileSync(resolve(folder, name), 'utf8'), resolve(folder, name))));
}

/** The whole schema as text, descriptions and directives included. */
export const printSchemaText = (schema: GraphQLSchema): string => `${printSchemaWithDirectives(lexicographicSortSchema(schema))}\n`;
