import type { EnumShape, Field, MapShape, ObjectShape, Omissions, Shape, Variant, VariantsShape } from '../contract.ts';
import { DeadReference, type Documents, entries, isObject, type Json, type JsonObject, list, text } from './documents.ts';
import { type Flat, flatten } from './flat.ts';
import { isNumeric, isScalarType, scalar, scalarOf, typesOf } from './scalars.ts';
import { isPlainReference, withWords, wrappedIn } from './wrapping.ts';

/** A use of a shape: whether null may stand in its place, and what is said of it there. */
export interface Use {
  readonly shape: Shape;
  readonly nullable: boolean;
  readonly description?: string | undefined;
}

/** What both directions share. */
export interface SchemaTools {
  readonly documents: Documents;
  readonly omissions: Omissions;
  /** Enums are the same in both directions. */
  readonly enums: Map<object, EnumShape>;
}

type Direction = 'reply' | 'request';

/** Reads schemas into shapes. Each schema becomes one shape, however often and in however many circles it is referred to. */
export class Schemas {
  readonly #tools: SchemaTools;
  readonly #direction: Direction;
  readonly #known = new Map<object, Use>();
  /** How often each schema is being read right now. */
  readonly #open = new Map<object, number>();
  #heirs: Map<object, JsonObject[]> | undefined;

  constructor(tools: SchemaTools, direction: Direction) {
    this.#tools = tools;
    this.#direction = direction;
  }

  /** The shape of a schema; `hint` names it where it has no name of its own. Throws {@link DeadReference}. */
  use(schema: Json | undefined, hint: string): Use {
    if (!isObject(schema)) return { shape: scalar('json'), nullable: true };
    const { documents } = this.#tools;
    if (isPlainReference(schema)) {
      const said = text(schema['description']);
      const use = this.use(documents.follow(schema), hint);
      return said ? { ...use, description: said } : use;
    }
    const wrapped = wrappedIn(schema);
    if (wrapped !== undefined) return withWords(this.use(wrapped, hint), schema);
    const known = this.#known.get(schema);
    if (known) return known;
    const depth = this.#open.get(schema) ?? 0;
    if (depth > 2) throw new DeadReference('the schema consists of itself');
    this.#open.set(schema, depth + 1);
    try {
      return this.#make(schema, this.#nameOf(schema, hint));
    } finally {
      this.#open.set(schema, depth);
    }
  }

  #nameOf(schema: JsonObject, hint: string): string {
    const { name, parent } = this.#tools.documents.nameOf(schema);
    return (parent === 'schemas' || parent === 'definitions' || parent === '$defs') && name ? name : hint;
  }

  #make(schema: JsonObject, name: string): Use {
    const flat = flatten(this.#tools.documents, schema);
    for (const word of flat.unread)
      this.#omit(
        `${word} of ${name}`,
        schema,
        `"${word}" says what may not be written as a type; values are taken as the rest describes them`,
      );
    const heirs = flat.discriminator && flat.choices.length === 0 ? this.#heirsOf(schema) : [];
    const keep = (shape: Shape, nullable = flat.nullable): Use => {
      const use = { shape, nullable, description: flat.description };
      this.#known.set(schema, use);
      return use;
    };
    if (flat.choices.length > 0) return this.#choice(schema, flat, flat.choices, name, keep);
    if (heirs.length > 0) return this.#choice(schema, flat, heirs, name, keep);
    if (flat.values && flat.values.length > 0 && flat.values.every((it) => typeof it !== 'object'))
      return keep(this.#values(schema, flat, flat.values, name));
    const types = typesOf(flat);
    if (types.length > 1)
      return types.every(isScalarType)
        ? keep(scalar(types.every(isNumeric) ? 'number' : 'mixed'))
        : this.#choice(
            schema,
            flat,
            types.map((type) => this.#ofType(schema, type)),
            name,
            keep,
          );
    if (types[0] === 'object') return this.#object(schema, flat, name, keep);
    if (types[0] === 'array') return this.#list(schema, flat, name, keep);
    return types[0] ? keep(scalarOf(types[0], flat)) : keep(scalar('json'), true);
  }

  #ofType(schema: JsonObject, type: string): JsonObject {
    const { nullable: _, ...rest } = schema;
    return this.#tools.documents.adopt({ ...rest, type }, schema);
  }

  #values(schema: JsonObject, flat: Flat, values: readonly Json[], name: string): Shape {
    if (flat.types.includes('string') || values.every((it) => typeof it === 'string')) return this.#enumOf(schema, flat, values, name);
    if (values.every((it) => typeof it === 'boolean')) return scalar('boolean');
    if (values.every((it) => typeof it === 'number')) {
      const whole = values.every(Number.isInteger);
      return {
        ...scalarOf(whole ? 'integer' : 'number', { ...flat, minimum: Math.min(...values), maximum: Math.max(...values) }),
        sample: values[0] as number,
      };
    }
    return { ...scalar('mixed'), sample: values[0] as string };
  }

  #enumOf(schema: JsonObject, flat: Flat, values: readonly Json[], name: string): EnumShape {
    const known = this.#tools.enums.get(schema);
    if (known) return known;
    const shape: EnumShape = { kind: 'enum', name, description: flat.description, values: [...new Set(values.map(String))] };
    this.#tools.enums.set(schema, shape);
    return shape;
  }

  #object(schema: JsonObject, flat: Flat, name: string, keep: (shape: Shape) => Use): Use {
    const others = isObject(flat.rest) && Object.keys(flat.rest).length > 0 ? flat.rest : undefined;
    if (flat.properties.size === 0) return others ? this.#map(others, name, keep) : keep(scalar('json'));
    if (flat.rest === true || others)
      this.#omit(`further properties of ${name}`, schema, 'properties beyond those named have no names to translate');
    const shape: ObjectShape = { kind: 'object', name, description: flat.description, fields: [], lacks: [] };
    const use = keep(shape);
    for (const [wire, property] of flat.properties) {
      const field = this.field(wire, property, flat.required.has(wire), `${name} ${wire}`);
      if (field) shape.fields.push(field);
      else if (flat.required.has(wire) && !isHidden(property, this.#direction)) shape.lacks.push(wire);
    }
    return use;
  }

  /** A property as a field; undefined where it is left out, which is then named. */
  field(wire: string, property: Json, required: boolean, hint: string): Field | undefined {
    if (wire === '__proto__' || isHidden(property, this.#direction)) return undefined;
    try {
      const { shape, nullable, description } = this.use(property, hint);
      return { wire, shape, required, nullable, description };
    } catch (cause) {
      if (!(cause instanceof DeadReference)) throw cause;
      this.#omit(wire, property, cause.message);
      return undefined;
    }
  }

  #map(values: JsonObject, name: string, keep: (shape: Shape) => Use): Use {
    const shape: MapShape = { kind: 'map', name, of: scalar('json'), nullable: true };
    const use = keep(shape);
    const { shape: of, nullable } = this.use(values, `${name} value`);
    shape.of = of;
    shape.nullable = nullable;
    return use;
  }

  #list(schema: JsonObject, flat: Flat, name: string, keep: (shape: Shape) => Use): Use {
    const shape: Extract<Shape, { kind: 'list' }> = { kind: 'list', of: scalar('json'), nullable: true };
    const use = keep(shape);
    const { shape: of, nullable } = this.use(flat.items ?? this.#tools.documents.adopt({}, schema), `${name} item`);
    shape.of = of;
    shape.nullable = nullable;
    return use;
  }

  #choice(schema: JsonObject, flat: Flat, all: readonly Json[], name: string, keep: (shape: Shape, nullable?: boolean) => Use): Use {
    const { documents } = this.#tools;
    const isNull = (it: Json) => isObject(it) && (it['type'] === 'null' || it['const'] === null);
    const nullable = flat.nullable || all.some(isNull);
    const members = all
      .filter((it) => !isNull(it))
      .map((it) => (flat.properties.size > 0 && !isHeir(it) ? this.#withBase(schema, flat, it) : it));
    const flats = members.map((member) => flatten(documents, member));
    if (members.length === 1) return keep(this.use(members[0], name).shape, nullable || flats[0]?.nullable);
    if (flats.every((it) => it.values?.every((value) => typeof value === 'string')))
      return keep(
        this.#enumOf(
          schema,
          flat,
          flats.flatMap((it) => it.values ?? []),
          name,
        ),
        nullable,
      );
    if (flats.every((it) => it.choices.length === 0 && typesOf(it).length > 0 && typesOf(it).every(isScalarType)))
      return keep(scalar(flats.every((it) => typesOf(it).every((type) => type === 'string')) ? 'text' : 'mixed'), nullable);
    const by = text(flat.discriminator?.['propertyName']);
    const shape: VariantsShape = {
      kind: 'variants',
      name,
      description: flat.description,
      by: members.every((it) => this.#ownName(it)) ? by : undefined,
      variants: [],
    };
    const use = keep(shape, nullable || flats.some((it) => it.nullable));
    for (const [i, member] of members.entries()) shape.variants.push(this.#variant(member, flats[i] as Flat, flat, name));
    return use;
  }

  #variant(member: Json, its: Flat, flat: Flat, name: string): Variant {
    const own = this.#ownName(member);
    const { shape } = this.use(member, `${name} ${own ?? typesOf(its)[0] ?? 'value'}`);
    const values = this.#valuesOf(member, own, flat);
    const isWhole = !this.#open.get(this.#memberTarget(member) as object);
    const by = this.#direction === 'request' && isWhole && values.length === 1 ? text(flat.discriminator?.['propertyName']) : undefined;
    return { name: own ?? (shape.kind === 'scalar' ? shape.scalar : shape.kind), values, shape: unmarked(shape, by) };
  }

  /** The discriminator's values that mean this member: those of the mapping, else the schema's own name. */
  #valuesOf(member: Json, own: string | undefined, { discriminator }: Flat): readonly string[] {
    const { documents } = this.#tools;
    const target = this.#memberTarget(member);
    const mapped = entries(discriminator?.['mapping']).filter(([, reference]) => {
      if (typeof reference !== 'string' || !discriminator) return false;
      if (reference === own) return true;
      const node = documents.adopt({ $ref: reference }, discriminator);
      try {
        return documents.follow(node) === target;
      } catch {
        return reference.split('/').at(-1) === own;
      }
    });
    return mapped.length > 0 ? mapped.map(([value]) => value) : own ? [own] : [];
  }

  #memberTarget(member: Json): Json | undefined {
    const inner = isObject(member) && isObject(member['x-member']) ? member['x-member'] : member;
    return this.#tools.documents.follow(inner as Json);
  }

  #ownName(member: Json): string | undefined {
    const target = this.#memberTarget(member);
    return isObject(target) ? this.#nameOf(target, '') || undefined : undefined;
  }

  /** A member together with the properties that stand beside the choice. */
  #withBase(schema: JsonObject, { properties, required, rest }: Flat, member: Json): Json {
    const open = rest === undefined ? {} : { additionalProperties: rest };
    const base = { type: 'object', properties: Object.fromEntries(properties), required: [...required], ...open };
    return this.#tools.documents.adopt({ allOf: [base, member], 'x-member': member }, isObject(member) ? member : schema);
  }

  /** Schemas that build on one with a discriminator: where it is named, any of them may come. */
  #heirsOf(base: JsonObject): JsonObject[] {
    this.#heirs ??= this.#findHeirs();
    const direct = this.#heirs.get(base) ?? [];
    return direct.flatMap((heir) => [this.#plain(heir), ...this.#heirsOf(heir)]);
  }

  #plain = (heir: JsonObject): JsonObject => this.#tools.documents.adopt({ allOf: [heir], 'x-member': heir, 'x-heir': true }, heir);

  #findHeirs(): Map<object, JsonObject[]> {
    const { documents } = this.#tools;
    const found = new Map<object, JsonObject[]>();
    const components = documents.root['components'];
    for (const [, schema] of entries(isObject(components) ? components['schemas'] : undefined)) {
      if (!isObject(schema)) continue;
      for (const part of list(schema['allOf'])) {
        const base = isObject(part) && part['$ref'] ? quietly(() => documents.follow(part)) : undefined;
        if (isObject(base) && base !== schema) found.set(base, [...(found.get(base) ?? []), schema]);
      }
    }
    return found;
  }

  #omit(what: string, node: unknown, reason: string): void {
    this.#tools.omissions.add(what, this.#tools.documents.place(node), reason);
  }
}

/** What a request says of a variant without the mark that tells it apart: the mark follows from the choice. */
const unmarked = (shape: Shape, by: string | undefined): Shape =>
  by !== undefined && shape.kind === 'object' ? { ...shape, fields: shape.fields.filter(({ wire }) => wire !== by) } : shape;

const isHeir = (it: Json): boolean => isObject(it) && it['x-heir'] === true;

function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** A property that travels the other way only. */
function isHidden(property: Json, direction: Direction): boolean {
  return isObject(property) && property[direction === 'reply' ? 'writeOnly' : 'readOnly'] === true;
}
