/**
 * Hive Gateway's supergraph: each agency is a declared JSON source with the shape of its reply, as the docs of the JSON Schema
 * handler say. No code of ours runs in that gateway.
 */
import { getComposedSchemaFromConfig } from '@graphql-mesh/compose-cli';
import { DefaultLogger } from '@graphql-mesh/utils';
import { loadJSONSchemaSubgraph } from '@omnigraph/json-schema';
import { enterprise, record, SECTIONS, type Section } from './world.ts';

interface Shape {
  readonly type: string;
  readonly title?: string;
  readonly items?: Shape;
  readonly properties?: Readonly<Record<string, Shape>>;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The JSON Schema of a reply, from one. Types of the sources must not meet, so each bears its source's name. */
function shapeOf(value: unknown, title: string): Shape {
  if (Array.isArray(value)) return { type: 'array', items: shapeOf(value[0], `${title}Item`) };
  if (typeof value === 'object' && value !== null) {
    const properties = Object.entries(value).map(([name, it]) => [name, shapeOf(it, `${title}${capital(name)}`)]);
    return { type: 'object', title, properties: Object.fromEntries(properties) };
  }
  if (typeof value === 'number') return { type: 'number' };
  // What is null in the sample is a date or a name elsewhere.
  return { type: 'string' };
}

const subgraph = (section: Section, port: number) => ({
  sourceHandler: loadJSONSchemaSubgraph(section, {
    endpoint: `http://127.0.0.1:${port}`,
    operations: [
      {
        type: 'Query',
        field: section,
        path: '/records?key={args.uscc}',
        method: 'GET',
        argTypeMap: { uscc: { type: 'string' } },
        responseSchema: shapeOf(record(section, enterprise(0)), capital(section)) as never,
      },
    ],
  }),
});

/** The composed SDL over the agencies' ports. */
export function supergraph(agencies: Readonly<Record<Section, number>>): Promise<string> {
  const subgraphs = SECTIONS.map((section) => subgraph(section, agencies[section]));
  return getComposedSchemaFromConfig({ subgraphs }, new DefaultLogger());
}
