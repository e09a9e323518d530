import { type Documents, entries, isObject, type Json, type JsonObject, list, text } from './documents.ts';

/** A schema with its references followed and its `allOf` merged, one level deep: what kind of value it is, and of what parts. */
export interface Flat {
  /** JSON types it may have, without `null`; empty when it does not say. */
  readonly types: readonly string[];
  readonly nullable: boolean;
  readonly properties: ReadonlyMap<string, Json>;
  readonly required: ReadonlySet<string>;
  /** Alternatives, where there are several. */
  readonly choices: readonly Json[];
  readonly discriminator: JsonObject | undefined;
  readonly values: readonly Json[] | undefined;
  readonly items: Json | undefined;
  readonly rest: Json | undefined;
  readonly format: string | undefined;
  readonly description: string | undefined;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly example: Json | undefined;
  /** The value it has unless told otherwise. */
  readonly preset: Json | undefined;
  /** Features that are met but not translated. */
  readonly unread: readonly string[];
}

interface Building {
  types: string[] | undefined;
  nullable: boolean;
  properties: Map<string, Json>;
  required: Set<string>;
  choices: Json[];
  discriminator: JsonObject | undefined;
  values: Json[] | undefined;
  items: Json | undefined;
  rest: Json | undefined;
  format: string | undefined;
  description: string | undefined;
  minimum: number | undefined;
  maximum: number | undefined;
  example: Json | undefined;
  preset: Json | undefined;
  unread: Set<string>;
}

const UNREAD = [
  'not',
  'if',
  'patternProperties',
  'prefixItems',
  'dependentSchemas',
  'propertyNames',
  'unevaluatedProperties',
  '$dynamicRef',
];

/** Flattens a schema. Throws a `DeadReference`. */
export function flatten(documents: Documents, schema: Json | undefined): Flat {
  const out: Building = {
    types: undefined,
    nullable: false,
    properties: new Map(),
    required: new Set(),
    choices: [],
    discriminator: undefined,
    values: undefined,
    items: undefined,
    rest: undefined,
    format: undefined,
    description: undefined,
    minimum: undefined,
    maximum: undefined,
    example: undefined,
    preset: undefined,
    unread: new Set(),
  };
  absorb(documents, schema, out, new Set());
  if (out.values?.includes(null)) out.nullable = true;
  return { ...out, types: out.types ?? [], values: out.values?.filter((it) => it !== null), unread: [...out.unread] };
}

function absorb(documents: Documents, node: Json | undefined, out: Building, seen: Set<object>): void {
  if (!isObject(node) || seen.has(node)) return;
  seen.add(node);
  // In 3.1 words beside a $ref count; in 3.0 there are none that matter.
  if (typeof node['$ref'] === 'string') absorb(documents, documents.follow(node), out, seen);
  for (const part of list(node['allOf'])) absorb(documents, part, out, seen);
  absorbTypes(node, out);
  absorbParts(documents, node, out);
  absorbChoices(node, out);
  for (const word of UNREAD) if (node[word] !== undefined && node[word] !== false) out.unread.add(word);
}

function absorbTypes(node: JsonObject, out: Building): void {
  const types = [node['type'] ?? []].flat().filter((it): it is string => typeof it === 'string');
  if (types.includes('null') || node['nullable'] === true) out.nullable = true;
  const real = types.filter((it) => it !== 'null');
  if (real.length > 0) out.types = out.types ? narrowed(out.types, real) : real;
  out.format = text(node['format']) ?? out.format;
  out.description = text(node['description']) ?? text(node['title']) ?? out.description;
  out.minimum = bound(node, 'minimum', 'exclusiveMinimum') ?? out.minimum;
  out.maximum = bound(node, 'maximum', 'exclusiveMaximum') ?? out.maximum;
  out.preset = node['default'] ?? out.preset;
  out.example = node['example'] ?? list(node['examples'])[0] ?? out.example;
  if (Array.isArray(node['enum'])) out.values = out.values?.filter((it) => list(node['enum']).includes(it)) ?? [...list(node['enum'])];
  if (node['const'] !== undefined) out.values = [node['const']];
}

/** What both sides allow; where they contradict each other, the later word. */
function narrowed(known: readonly string[], more: readonly string[]): string[] {
  const both = known.filter((it) => more.includes(it) || (it === 'number' && more.includes('integer')));
  return both.length > 0 ? both.map((it) => (it === 'number' && !more.includes('number') ? 'integer' : it)) : [...more];
}

const bound = (node: JsonObject, ...names: readonly string[]): number | undefined =>
  names.map((name) => node[name]).find((it): it is number => typeof it === 'number');

function absorbParts(documents: Documents, node: JsonObject, out: Building): void {
  for (const [name, property] of entries(node['properties'])) {
    const known = out.properties.get(name);
    out.properties.set(name, known === undefined || known === property ? property : both(documents, known, property));
  }
  for (const name of list(node['required'])) if (typeof name === 'string') out.required.add(name);
  out.items = node['items'] ?? out.items;
  out.rest = node['additionalProperties'] ?? out.rest;
}

/** A property that two parts of an `allOf` describe must keep both. */
function both(documents: Documents, known: Json, more: Json): Json {
  const isSame = isObject(known) && isObject(more) && known['$ref'] !== undefined && known['$ref'] === more['$ref'];
  if (isSame || !isObject(more)) return known;
  const depth = isObject(known) && typeof known['x-merged'] === 'number' ? known['x-merged'] : 0;
  return depth > 8 ? known : documents.adopt({ allOf: [known, more], 'x-merged': depth + 1 }, more);
}

function absorbChoices(node: JsonObject, out: Building): void {
  for (const word of ['oneOf', 'anyOf'] as const) {
    const all = list(node[word]);
    // Alternatives that only say which properties must be there tell nothing about the shape.
    const real = all.filter((it) => !isObject(it) || Object.keys(it).some((name) => name !== 'required' && name !== 'not'));
    if (real.length > 0 && out.choices.length > 0) out.unread.add(word);
    else if (real.length > 0) out.choices = [...real];
  }
  if (isObject(node['discriminator'])) out.discriminator = node['discriminator'];
}
