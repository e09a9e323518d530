import type { Contract, EnumShape, Field, Input, LeftOut, MapShape, ObjectShape, Operation, Shape, VariantsShape } from './contract.ts';
import { camel, Names, pascal, upper } from './names.ts';
import { parts, reachable, settled } from './settle.ts';

/** What an integrator asks for beside the contract. */
export interface Wish {
  /** Kebab-case. */
  readonly id: string;
  /** Id in the catalogue of the agency that answers. */
  readonly agency: string;
  /** Subject whose sections the operations become; without it they are questions at the root. */
  readonly extends?: string | undefined;
  /** Names the schema holds already: types, and fields of the type that is extended. */
  readonly taken: { readonly types: readonly string[]; readonly fields: readonly string[] };
}

/** A field with its name in the schema. */
export interface Named<F extends Field = Field> {
  readonly name: string;
  readonly field: F;
}

/** A type of the schema and the shape it shows. */
export type PlannedType =
  | { readonly kind: 'object'; readonly name: string; readonly shape: ObjectShape; readonly fields: readonly Named[] }
  | { readonly kind: 'input'; readonly name: string; readonly shape: ObjectShape; readonly fields: readonly Named[] }
  | {
      readonly kind: 'enum';
      readonly name: string;
      readonly shape: EnumShape;
      readonly values: readonly (readonly [name: string, wire: string])[];
    }
  | { readonly kind: 'map'; readonly name: string; readonly shape: MapShape }
  | { readonly kind: 'variants' | 'choice'; readonly name: string; readonly shape: VariantsShape; readonly names: readonly string[] };

export interface PlannedOperation {
  readonly operation: Operation;
  /** Its field in the schema. */
  readonly field: string;
  /** Its record type. */
  readonly record: string;
  /** The record's fields: those of the object that is answered, or one field that holds what is. */
  readonly fields: readonly Named[];
  readonly isWrapped: boolean;
  readonly args: readonly Named<Input>[];
  /** Name that its functions and samples share. */
  readonly word: string;
}

/** Everything the emitters need: each thing has its name. */
export interface Plan {
  readonly id: string;
  readonly prefix: string;
  readonly agency: string;
  readonly extends: string | undefined;
  readonly contract: Contract;
  readonly operations: readonly PlannedOperation[];
  /** Output types by shape, in the order they are met. */
  readonly types: ReadonlyMap<Shape, PlannedType>;
  readonly inputTypes: ReadonlyMap<Shape, PlannedType>;
  /** Shapes of replies, by their names in `wire.ts`. */
  readonly wire: ReadonlyMap<Shape, string>;
}

/** Fields that would find what every object has, or what a promise looks for. */
const RESERVED = new Set([...Object.getOwnPropertyNames(Object.prototype), 'then', 'provenance']);
/** Endings that mean something to the gateway or to the code generator. */
const MEANT = /(?:Connection|Shape|Resolvers|Args|ResolversTypes|ResolversParentTypes)$/;
const GLOBALS = [
  'Object',
  'String',
  'Number',
  'Boolean',
  'Date',
  'Array',
  'Record',
  'Map',
  'Set',
  'Promise',
  'Error',
  'Symbol',
  'Function',
  'JSON',
  'Math',
  'Readonly',
  'Partial',
  'Pick',
  'Omit',
];

/** Gives every part of a contract its name. The same contract and the same schema give the same names. */
export function planned(raw: Contract, wish: Wish): Plan {
  const prefix = pascal(wish.id);
  const contract = wish.extends === undefined ? settled(raw) : asSections(settled(raw), wish.extends);
  const types = new Names(wish.taken.types, (name) => MEANT.test(name));
  const typeName = (name: string) => types.take(pascal(`${prefix} ${name}`), pascal(`${prefix} ${name} Data`));
  const fields = new Names(wish.taken.fields, (name) => isForbidden(name, wish.extends ?? 'Query'));
  const words = new Names([], (name) => RESERVED.has(name));
  const operations = contract.operations.map((operation) => plannedOperation(operation, wish.id, typeName, fields, words));
  const output = new Map<Shape, PlannedType>();
  for (const shape of nested(contract.operations)) place(output, shape, typeName, 'object');
  const input = new Map<Shape, PlannedType>();
  for (const shape of reachable(operations.flatMap(({ args }) => args.map(({ field }) => field.shape)))) {
    const known = output.get(shape);
    if (shape.kind === 'enum' && known) input.set(shape, known);
    else place(input, shape, shape.kind === 'enum' ? typeName : (name) => typeName(`${name} Input`), 'input');
  }
  return {
    id: wish.id,
    prefix,
    agency: wish.agency,
    extends: wish.extends,
    contract,
    operations,
    types: output,
    inputTypes: input,
    wire: wireNames(contract),
  };
}

/** Whether the schema's rules forbid a field's name: it repeats its type, or begins like a command. */
function isForbidden(name: string, type: string): boolean {
  if (type === 'Query' && /^(?:query|get|list)/.test(name)) return true;
  return name.toLowerCase().startsWith(type.toLowerCase());
}

function plannedOperation(
  operation: Operation,
  id: string,
  typeName: (name: string) => string,
  fields: Names,
  words: Names,
): PlannedOperation {
  const said = wordOf(operation.name);
  const word = words.take(camel(said), camel(`own ${said}`));
  const record = typeName(`${word} Record`);
  const isWrapped = operation.reply.kind !== 'object';
  const whole: Field[] = [
    { wire: operation.reply.kind === 'list' ? 'items' : 'value', shape: operation.reply, required: true, nullable: false },
  ];
  const recordFields = named(operation.reply.kind === 'object' ? operation.reply.fields : whole, record);
  const field = fields.take(camel(`${id} ${said}`), camel(`from ${id} ${said}`));
  return { operation, field, record, fields: recordFields, isWrapped, args: named(operation.inputs, undefined), word };
}

/** An operation's name without what every reading operation says. */
function wordOf(name: string): string {
  const plain = name.replace(/_?Using(?:GET|POST)(?:_\d+)?$/i, '');
  return plain.replace(/^get(?=[A-Z_\s-].)[_\s-]*/, '') || name;
}

/** Names for fields, each once. With a type's name, none repeats it. */
function named<F extends Field>(fields: readonly F[], type: string | undefined): readonly Named<F>[] {
  const names = new Names([], (name) => RESERVED.has(name) || (type !== undefined && name.toLowerCase().startsWith(type.toLowerCase())));
  return fields.map((field) => {
    const said = field.wire === '#text' ? 'value' : field.wire.replace(/^@/, '');
    const wanted = camel(said);
    const rest = type ? wanted.slice(type.length) : '';
    return { name: names.take(wanted, /^[A-Z]/.test(rest) ? camel(rest) : camel(`own ${said}`)), field };
  });
}

/** Shapes below the records: a record's own object becomes a type only where it stands inside something too. */
const nested = (operations: readonly Operation[]): readonly Shape[] =>
  reachable(operations.flatMap(({ reply }) => (reply.kind === 'object' ? parts(reply) : [reply])));

function place(types: Map<Shape, PlannedType>, shape: Shape, typeName: (name: string) => string, kind: 'object' | 'input'): void {
  if (shape.kind === 'object') {
    const name = typeName(shape.name);
    types.set(shape, { kind, name, shape, fields: named(shape.fields, kind === 'object' ? name : undefined) });
  }
  if (shape.kind === 'enum') {
    const names = new Names();
    types.set(shape, {
      kind: 'enum',
      name: typeName(shape.name),
      shape,
      values: shape.values.map((wire) => [names.take(upper(wire)), wire] as const),
    });
  }
  if (shape.kind === 'map') types.set(shape, { kind: 'map', name: typeName(`${shape.name} Entry`), shape });
  if (shape.kind === 'variants') {
    const name = typeName(shape.name);
    const fields = named(
      shape.variants.map((it) => ({ wire: it.name, shape: it.shape, required: false, nullable: false })),
      name,
    );
    types.set(shape, { kind: kind === 'input' ? 'choice' : 'variants', name, shape, names: fields.map((it) => it.name) });
  }
}

function wireNames(contract: Contract): ReadonlyMap<Shape, string> {
  const names = new Names([], (name) => GLOBALS.includes(name));
  const found = new Map<Shape, string>();
  for (const shape of reachable(contract.operations.map((it) => it.reply)))
    if (shape.kind === 'object' || shape.kind === 'enum' || shape.kind === 'variants')
      found.set(shape, names.take(pascal(shape.name), pascal(`${shape.name} Data`)));
  return found;
}

const isKey = (shape: Shape): boolean =>
  shape.kind === 'scalar' && ['text', 'int64', 'date', 'mixed', 'int32', 'integer'].includes(shape.scalar);

/** Operations as sections of a subject: the subject's key is the one input that must be given. */
function asSections(contract: Contract, subject: string): Contract {
  const leftOut: LeftOut[] = [...contract.leftOut];
  const operations = contract.operations.flatMap((operation): Operation[] => {
    const must = operation.inputs.filter((it) => it.required);
    // Some generators mark every text as optional: a single input is the key all the same.
    const [key] = must.length === 0 && operation.inputs.length === 1 ? operation.inputs : must;
    if (must.length > 1 || !key || !isKey(key.shape)) {
      const count = must.map((it) => it.wire).join(', ') || 'none';
      leftOut.push({
        what: operation.name,
        place: operation.place,
        reason: `a section of ${subject} needs exactly one plain required input, its key; this has ${count}`,
      });
      return [];
    }
    for (const { wire, required } of operation.inputs)
      if (!required && wire !== key.wire)
        leftOut.push({
          what: `input "${wire}" of ${operation.name}`,
          place: operation.place,
          reason: `a section of ${subject} is asked with its key only`,
        });
    // A subject's key is text; a whole number travels as its digits.
    const shape: Shape = key.shape.kind === 'scalar' && /^int/.test(key.shape.scalar) ? { kind: 'scalar', scalar: 'int64' } : key.shape;
    return [{ ...operation, inputs: [{ ...key, shape, required: true }] }];
  });
  return { ...contract, operations, leftOut };
}
