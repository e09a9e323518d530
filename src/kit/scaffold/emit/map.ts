import type { Shape } from '../contract.ts';
import type { Named, Plan, PlannedOperation, PlannedType } from '../plan.ts';
import { comment, key, literal, read, usedIn } from '../text.ts';
import { replyName, variantNames } from './wire.ts';

/** The function that maps a planned type. */
const toName = (type: PlannedType): string => `to${type.name}`;
/** The function that makes an operation's record. */
export const recordFunction = ({ record }: PlannedOperation): string => `to${record}`;
/** The table of an enum's wire values. */
const bookName = (type: PlannedType): string => type.name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();

/** `map.ts`: the agency's messages in the schema's terms. */
export function emitMap(plan: Plan): string {
  const types = [...plan.types.values()];
  const blocks = [
    ...types.filter((it) => it.kind === 'enum').map((it) => bookText(it, plan)),
    ...plan.operations.map((it) => recordText(it, plan)),
    ...types.flatMap((it) => (it.kind === 'object' ? [objectText(it, plan)] : it.kind === 'variants' ? [variantsText(it, plan)] : [])),
  ];
  const text = blocks.join('\n\n');
  const shapes = [
    ...plan.operations.map((it) => it.record),
    ...types.flatMap((it) => (it.kind === 'object' || it.kind === 'variants' ? [it.name] : [])),
  ];
  const enums = types.flatMap((it) => (it.kind === 'enum' ? [it.name] : []));
  return [
    `import type { ${shapes
      .map((name) => `${name}Shape`)
      .sort()
      .join(', ')} } from 'yimen/fields';`,
    enums.length > 0 ? `import type { ${enums.sort().join(', ')} } from 'yimen/types';` : '',
    usedIn(text, ['optional']).length > 0 ? "import { optional } from 'yimen/connect';" : '',
    "import type * as wire from './wire.ts';",
    '',
    `${text}\n`,
  ]
    .filter((line, i) => line !== '' || i > 3)
    .join('\n');
}

function bookText(type: Extract<PlannedType, { kind: 'enum' }>, plan: Plan): string {
  const lines = type.values.map(([name, wire]) => `${key(wire)}: ${literal(name)},`);
  return `const ${bookName(type)}: Readonly<Record<wire.${plan.wire.get(type.shape)}, ${type.name}>> = {\n${lines.join('\n')}\n};`;
}

function recordText(operation: PlannedOperation, plan: Plan): string {
  const reply = `wire.${replyName(plan, operation)}`;
  const head = `/** ${comment(operation.operation.name)}: the record. */\nexport const ${recordFunction(operation)} = (it: ${reply}): ${operation.record}Shape => ({`;
  if (!operation.isWrapped) return `${head}\n${operation.fields.map((field) => fieldText(field, plan)).join('\n')}\n});`;
  const [only] = operation.fields as [Named];
  return `${head}\n${only.name}: ${expressionOf(only.field.shape, 'it', plan, 0)},\n});`;
}

function objectText(type: Extract<PlannedType, { kind: 'object' }>, plan: Plan): string {
  const lines = type.fields.map((field) => fieldText(field, plan));
  return `const ${toName(type)} = (it: wire.${plan.wire.get(type.shape)}): ${type.name}Shape => ({\n${lines.join('\n')}\n});`;
}

function variantsText(type: Extract<PlannedType, { names: unknown }>, plan: Plan): string {
  const { shape } = type;
  const wires = variantNames(shape);
  const lines = shape.variants.map((variant, i) => `${type.names[i]}: ${maybe(variant.shape, read('it', wires[i] ?? ''), plan, 0)},`);
  return `const ${toName(type)} = (it: wire.${plan.wire.get(shape)}): ${type.name}Shape => ({\n${lines.join('\n')}\n});`;
}

function fieldText({ name, field }: Named, plan: Plan): string {
  const value = read('it', field.wire);
  return `${name}: ${field.required && !field.nullable ? expressionOf(field.shape, value, plan, 0) : maybe(field.shape, value, plan, 0)},`;
}

/** Whether a value is the same on both sides. */
function isSame(shape: Shape): boolean {
  if (shape.kind === 'scalar') return shape.scalar !== 'json' && shape.scalar !== 'instant';
  return shape.kind === 'list' && isSame(shape.of);
}

const maybe = (shape: Shape, value: string, plan: Plan, depth: number): string =>
  isSame(shape) ? value : `optional(${value}, ${functionOf(shape, plan, depth)})`;

const VARIABLES = ['one', 'inner', 'deep', 'deeper'];

function functionOf(shape: Shape, plan: Plan, depth: number): string {
  const type = plan.types.get(shape);
  if (type && (type.kind === 'object' || type.kind === 'variants')) return toName(type);
  const variable = VARIABLES[depth] ?? `at${depth}`;
  return `(${variable}) => ${expressionOf(shape, variable, plan, depth + 1)}`;
}

/** The expression that maps a value which is there. */
function expressionOf(shape: Shape, value: string, plan: Plan, depth: number): string {
  if (isSame(shape)) return value;
  const type = plan.types.get(shape);
  if (shape.kind === 'enum' && type) return `${bookName(type)}[${value}]`;
  if (shape.kind === 'scalar') return shape.scalar === 'instant' ? `new Date(${value})` : `JSON.stringify(${value})`;
  if (shape.kind === 'list')
    return `${value}.map(${shape.nullable ? nullableFunction(shape.of, plan, depth) : functionOf(shape.of, plan, depth)})`;
  if (shape.kind === 'map') return mapText(shape, value, plan, depth);
  return `${type ? toName(type) : ''}(${value})`;
}

function nullableFunction(shape: Shape, plan: Plan, depth: number): string {
  const variable = VARIABLES[depth] ?? `at${depth}`;
  return `(${variable}) => ${maybe(shape, variable, plan, depth + 1)}`;
}

function mapText(shape: Extract<Shape, { kind: 'map' }>, value: string, plan: Plan, depth: number): string {
  const inner = shape.nullable ? maybe(shape.of, 'entry', plan, depth) : expressionOf(shape.of, 'entry', plan, depth);
  return `Object.entries(${value}).map(([key, entry]) => ({ key, value: ${inner} }))`;
}
