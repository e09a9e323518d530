import type { Field, Shape } from '../contract.ts';
import type { Named, Plan, PlannedOperation, PlannedType } from '../plan.ts';
import { type Described, description } from '../text.ts';

const OUTPUT = {
  text: 'String',
  boolean: 'Boolean',
  number: 'Float',
  int32: 'Int',
  integer: 'Float',
  int64: 'String',
  date: 'Date',
  instant: 'DateTime',
  mixed: 'String',
  json: 'String',
} as const;
/** A question may hold whole numbers of 32 bits only, unless the contract says they are larger. */
const INPUT = { ...OUTPUT, integer: 'Int' } as const;

/** The connector's own part of the schema. */
export function emitGraphql(plan: Plan): string {
  const owner = plan.extends ?? 'Query';
  const sections = plan.operations.map((operation) => indent(section(operation, plan)));
  const blocks = [
    `extend type ${owner} {\n${sections.join('\n')}\n}`,
    ...plan.operations.map((operation) => recordType(operation, plan)),
    ...new Set([...plan.types.values(), ...plan.inputTypes.values()].map((type) => typeText(type, plan))),
  ];
  return `${blocks.join('\n\n')}\n`;
}

const indent = (text: string): string => text.replace(/^(?=.)/gm, '  ');
const quoted = (text: string): string => JSON.stringify(text);
const said = (own: string | undefined, wire: string, name: string, kind: Described): string => quoted(description(own, wire, name, kind));

function section({ operation, field, record, args }: PlannedOperation, plan: Plan): string {
  const head = said(operation.description, operation.name, field, '接口操作');
  if (plan.extends !== undefined || args.length === 0) return `${head}\n${field}: ${record} @access(rule: SESSION)`;
  const lines = args.map((arg) =>
    indent(`${said(arg.field.description, arg.field.wire, arg.name, '接口参数')}\n${arg.name}: ${inputType(arg.field, plan)}`),
  );
  return `${head}\n${field}(\n${lines.join('\n')}\n): ${record} @access(rule: SESSION)`;
}

function recordType({ operation, record, fields }: PlannedOperation, plan: Plan): string {
  const { reply } = operation;
  const own = reply.kind === 'object' ? reply.description : undefined;
  const lines = ['"Source. 数据来源。"\nprovenance: Provenance!', ...fields.map((it) => outputField(it, plan))];
  return `${said(own ?? operation.description, operation.name, record, '接口类型')}\ntype ${record} implements AgencyRecord {\n${lines.map(indent).join('\n')}\n}`;
}

function outputField({ name, field }: Named, plan: Plan): string {
  return `${said(field.description ?? descriptionOf(field.shape) ?? asJson(field.shape), field.wire, name, '接口字段')}\n${name}: ${outputType(field.shape, plan, field.required && !field.nullable)}`;
}

/** What has no shape is handed on as text. */
const asJson = (shape: Shape): string | undefined =>
  shape.kind === 'scalar' && shape.scalar === 'json' ? 'Anything, as JSON text' : undefined;

const descriptionOf = (shape: Shape): string | undefined => ('description' in shape ? shape.description : undefined);

function typeText(type: PlannedType, plan: Plan): string {
  const head = said(descriptionOf(type.shape), type.shape.name, type.name, '接口类型');
  const body = bodyLines(type, plan).map(indent).join('\n');
  return `${head}\n${WORDS[type.kind]} ${type.name} ${type.kind === 'choice' ? '@oneOf ' : ''}{\n${body}\n}`;
}

const WORDS = { object: 'type', input: 'input', choice: 'input', enum: 'enum', map: 'type', variants: 'type' } as const;

function bodyLines(type: PlannedType, plan: Plan): string[] {
  if (type.kind === 'enum') return type.values.map(([name, wire]) => `${said(undefined, wire, name, '接口代码')}\n${name}`);
  if (type.kind === 'object') return type.fields.map((it) => outputField(it, plan));
  if (type.kind === 'input')
    return type.fields.map(
      (it) => `${said(it.field.description, it.field.wire, it.name, '接口字段')}\n${it.name}: ${inputType(it.field, plan)}`,
    );
  if (type.kind === 'map')
    return ['"Key. 键。"\nkey: String!', `"Value. 值。"\nvalue: ${outputType(type.shape.of, plan, !type.shape.nullable)}`];
  return type.shape.variants.map((variant, i) => {
    const head = said(undefined, variant.values.join(', ') || variant.name, type.names[i] ?? '', '接口类型');
    const shown = type.kind === 'choice' ? inputShape(variant.shape, plan) : outputType(variant.shape, plan, false);
    return `${head}\n${type.names[i]}: ${shown}`;
  });
}

function outputType(shape: Shape, plan: Plan, mustBe: boolean): string {
  const bang = mustBe ? '!' : '';
  if (shape.kind === 'scalar') return `${OUTPUT[shape.scalar]}${bang}`;
  if (shape.kind === 'list') return `[${outputType(shape.of, plan, !shape.nullable)}]${bang}`;
  const name = plan.types.get(shape)?.name ?? '';
  return shape.kind === 'map' ? `[${name}!]${bang}` : `${name}${bang}`;
}

function inputType(field: Field, plan: Plan): string {
  return `${inputShape(field.shape, plan)}${field.required && !field.nullable ? '!' : ''}`;
}

function inputShape(shape: Shape, plan: Plan): string {
  if (shape.kind === 'scalar') return INPUT[shape.scalar];
  if (shape.kind === 'list') return `[${inputShape(shape.of, plan)}!]`;
  return plan.inputTypes.get(shape)?.name ?? '';
}
