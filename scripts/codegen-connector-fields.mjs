/**
 * Codegen plugin: what connectors may serve, as TypeScript.
 *
 * A *section* is a nullable field whose type implements `AgencyRecord`. For every type that has sections the output
 * holds an interface, like `PersonSections`, with each section's key and *shape*: the record's fields without what the
 * gateway adds itself (`provenance`, global `id`s, nested sections, a connection's `nodes`). The interfaces have names so
 * that a connector in a package of its own can declare the section it brings.
 */
import { getNamedType, isEnumType, isListType, isNonNullType, isObjectType, isScalarType } from 'graphql';

const RECORD = 'AgencyRecord';
const BUILT_IN = { String: 'string', Boolean: 'boolean', Int: 'number', Float: 'number', ID: 'string' };

const isRecord = (type) => isObjectType(type) && type.getInterfaces().some((i) => i.name === RECORD);
const isSection = (field) => isRecord(field.type);
const isNode = (type) => type.getInterfaces().some((i) => i.name === 'Node');
const fieldsOf = (type) => Object.values(type.getFields());

/** Whether a connector gives this field itself. */
function isGiven(type, field) {
  if (isSection(field) || field.args.length > 0) return false;
  if (isRecord(type) && field.name === 'provenance') return false;
  if (isNode(type) && field.name === 'id') return false;
  return !(type.name.endsWith('Connection') && field.name === 'nodes');
}

function tsType(type, scalars, seen) {
  if (isNonNullType(type)) return bare(type.ofType, scalars, seen);
  return `${bare(type, scalars, seen)} | null`;
}

function bare(type, scalars, seen) {
  if (isListType(type)) return `ReadonlyArray<${tsType(type.ofType, scalars, seen)}>`;
  if (isScalarType(type)) return scalarType(type.name, scalars);
  if (isEnumType(type)) return `Types.${type.name}`;
  seen.add(type);
  return `${type.name}Shape`;
}

function scalarType(name, scalars) {
  const given = scalars[name] ?? BUILT_IN[name] ?? 'unknown';
  return typeof given === 'string' ? given : given.output;
}

const doc = (text, indent = '') => (text ? `${indent}/** ${text.replaceAll('*/', '* /').replace(/\s+/g, ' ').trim()} */\n` : '');

function shape(type, scalars, seen) {
  const given = fieldsOf(type).filter((field) => isGiven(type, field));
  const lines = given.map((f) => {
    const optional = isNonNullType(f.type) ? '' : '?';
    const undef = optional ? ' | undefined' : '';
    return `${doc(f.description, '  ')}  readonly ${f.name}${optional}: ${tsType(f.type, scalars, seen)}${undef};`;
  });
  return `${doc(type.description)}export interface ${type.name}Shape {\n${lines.join('\n')}\n}\n`;
}

function keyType(type, field) {
  const args = `Types.${type.name}${field.name[0].toUpperCase()}${field.name.slice(1)}Args`;
  const isRoot = type.name === 'Query';
  if (field.args.length === 0) return isRoot ? 'Record<string, never>' : 'string';
  return isRoot ? args : `{ readonly key: string; readonly args: ${args} }`;
}

function entry(type, seen) {
  const lines = fieldsOf(type)
    .filter(isSection)
    .map((f) => {
      seen.add(getNamedType(f.type));
      return `${doc(f.description, '  ')}  ${f.name}: { key: ${keyType(type, f)}; shape: ${f.type.name}Shape };`;
    });
  return `/** Sections of ${type.name}. */\nexport interface ${type.name}Sections {\n${lines.join('\n')}\n}\n`;
}

export function plugin(schema, _documents, config) {
  const types = Object.values(schema.getTypeMap()).filter((t) => isObjectType(t) && !t.name.startsWith('__'));
  const owners = types.filter((t) => fieldsOf(t).some(isSection));
  // A Set grows while it is walked, so types first met inside a shape are emitted too.
  const seen = new Set(owners.filter((t) => t.name !== 'Query'));
  const sections = owners.map((t) => entry(t, seen));
  const shapes = [];
  for (const type of seen) shapes.push(shape(type, config.scalars ?? {}, seen));
  return [
    "import type * as Types from './types.ts';\n",
    ...shapes,
    ...sections,
    '/** Every section a connector may serve: the key it is asked with and the shape it answers. */',
    `export interface ConnectorFields {\n${owners.map((t) => `  ${t.name}: ${t.name}Sections;`).join('\n')}\n}\n`,
  ].join('\n');
}
