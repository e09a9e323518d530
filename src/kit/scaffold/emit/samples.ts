import type { Field, Scalar, Shape } from '../contract.ts';
import type { Plan, PlannedOperation } from '../plan.ts';
import { clean, key, literal } from '../text.ts';
import { isSoap, Prefixes } from './prefixes.ts';

/** How many values one record shows before it keeps to what must be there. */
const BUDGET = 300;
const LEAST = 30;
/** Values that all records of a large contract show together. */
const WHOLE = 12_000;
const DEPTH = 6;

const JSON_SAMPLES: Readonly<Record<Exclude<Scalar, 'text'>, unknown>> = {
  boolean: true,
  number: 1.5,
  int32: 1,
  integer: 1,
  int64: 4_294_967_297,
  date: '2026-01-15',
  instant: '2026-01-15T08:00:00Z',
  mixed: '示例',
  json: { note: '示例' },
};
const XML_SAMPLES: Readonly<Record<Exclude<Scalar, 'text'>, unknown>> = {
  boolean: 'true',
  number: '1.5',
  int32: '1',
  integer: '1',
  int64: '9007199254740993',
  date: '2026-01-15',
  instant: '2026-01-15T08:00:00Z',
  mixed: '示例',
  json: '示例',
};

/** Makes sample messages from shapes, always the same ones. */
class Samples {
  readonly #isXml: boolean;
  readonly #prefixes: Prefixes;
  readonly #budget: number;
  #left = 0;

  constructor(plan: Plan) {
    this.#isXml = plan.contract.kind === 'wsdl';
    this.#prefixes = new Prefixes(plan);
    this.#budget = Math.max(LEAST, Math.min(BUDGET, Math.floor(WHOLE / plan.operations.length)));
  }

  /** What the agency answers to one operation. */
  reply({ operation }: PlannedOperation): unknown {
    this.#left = this.#budget;
    const content = this.#value(operation.reply, 'reply', []);
    if (!isSoap(operation)) return content;
    const { reply, replyNamespace } = operation.way;
    const fields = operation.reply.kind === 'object' ? operation.reply.fields : [];
    const declared = Object.fromEntries(this.#prefixes.declarations(fields, true));
    const its = typeof content === 'object' && content !== null ? content : { '#text': content };
    if (!replyNamespace) return { [reply]: { ...declared, ...its } };
    return { [`r:${reply}`]: { '@xmlns:r': replyNamespace, ...declared, ...its } };
  }

  #value(shape: Shape, hint: string, open: readonly Shape[]): unknown {
    this.#left--;
    if (shape.kind === 'scalar') return this.#scalar(shape, hint);
    if (shape.kind === 'enum') return shape.values[0] ?? '';
    if (shape.kind === 'list') return this.#isSpent(shape.of, open) ? [] : [this.#value(shape.of, hint, open)];
    if (shape.kind === 'map') return this.#isSpent(shape.of, open) ? {} : { sample: this.#value(shape.of, hint, open) };
    if (shape.kind === 'object') return this.#object(shape, [...open, shape]);
    const first = shape.variants.find((it) => !open.includes(it.shape)) ?? shape.variants[0];
    const value = first ? this.#value(first.shape, hint, [...open, shape]) : {};
    if (shape.by === undefined || !first || typeof value !== 'object') return value;
    const mark =
      shape.by === '@type'
        ? { '@xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance', '@xsi:type': first.values[0] }
        : { [shape.by]: first.values[0] };
    return { ...value, ...mark };
  }

  #scalar(shape: Extract<Shape, { kind: 'scalar' }>, hint: string): unknown {
    if (shape.scalar === 'text')
      return clean(shape.sample === undefined ? '' : String(shape.sample)) || `示例 ${clean(hint).replace(/^[@#]/, '')}`.slice(0, 60);
    const value = (this.#isXml ? XML_SAMPLES : JSON_SAMPLES)[shape.scalar];
    return shape.sample === undefined || shape.scalar === 'json' ? value : shape.sample;
  }

  #object(shape: Extract<Shape, { kind: 'object' }>, open: readonly Shape[]): object {
    const shown = shape.fields.filter((field) => field.required || !this.#isSpent(field.shape, open));
    return Object.fromEntries(shown.flatMap((field) => this.#member(field, open)));
  }

  #member(field: Field, open: readonly Shape[]): [string, unknown][] {
    if (field.required && field.nullable && this.#isSpent(field.shape, open)) return this.#isXml ? [] : [[field.wire, null]];
    return [[this.#isXml ? this.#prefixes.element(field) : field.wire, this.#value(field.shape, field.wire, open)]];
  }

  /** Whether a part may not be shown any more: it stands inside itself, too deep, or the record is long enough. */
  #isSpent(shape: Shape, open: readonly Shape[]): boolean {
    if (open.includes(shape)) return true;
    if (shape.kind === 'list' || shape.kind === 'map') return this.#isSpent(shape.of, open);
    return shape.kind !== 'scalar' && shape.kind !== 'enum' && (this.#left <= 0 || open.length >= DEPTH);
  }
}

/** A question that the agency of the sandbox answers: what must be given, in the schema's terms. */
export function sampleKey({ args }: PlannedOperation, plan: Plan): unknown {
  if (plan.extends !== undefined) return subjectKey(plan.extends, args[0]?.field.shape);
  return Object.fromEntries(
    args.filter(({ field }) => field.required && !field.nullable).map(({ name, field }) => [name, inputSample(field.shape, plan)]),
  );
}

function inputSample(shape: Shape, plan: Plan): unknown {
  const type = plan.inputTypes.get(shape);
  // An empty code has no place in a path.
  if (type?.kind === 'enum') return (type.values.find(([, wire]) => wire !== '') ?? type.values[0])?.[0];
  if (shape.kind === 'list') return [inputSample(shape.of, plan)];
  if (type?.kind === 'input')
    return Object.fromEntries(
      type.fields.filter(({ field }) => field.required && !field.nullable).map(({ name, field }) => [name, inputSample(field.shape, plan)]),
    );
  if (type?.kind === 'choice') return { [type.names[0] ?? '']: inputSample(type.shape.variants[0]?.shape ?? shape, plan) };
  if (shape.kind !== 'scalar') return null;
  if (shape.scalar === 'text') return clean(String(shape.sample ?? '')) || 'SAMPLE-1';
  if (shape.scalar === 'instant') return new Date('2026-01-15T08:00:00Z');
  if (shape.scalar === 'int64') return '4294967297';
  return shape.sample ?? (shape.scalar === 'mixed' ? 'SAMPLE-1' : JSON_SAMPLES[shape.scalar]);
}

function subjectKey(subject: string, shape: Shape | undefined): string {
  if (shape?.kind === 'scalar' && shape.scalar === 'int64') return '4294967297';
  if (shape?.kind === 'scalar' && shape.scalar === 'date') return '2026-01-15';
  return { Enterprise: '91321071990000017N', Person: '321012198812139970' }[subject] ?? 'SAMPLE-1';
}

/** `sandbox/samples.ts`: what the agency of the sandbox answers. */
export function emitSamples(plan: Plan): string {
  const samples = new Samples(plan);
  const blocks = plan.operations.map((operation) => `export const ${operation.word} = ${data(samples.reply(operation))};`);
  return `/** Sample replies, made from the contract. All of them are invented. 示例数据，均为虚构。 */\n${blocks.join('\n\n')}\n`;
}

/** Plain data as TypeScript. */
export function data(value: unknown): string {
  if (value instanceof Date) return `new Date(${literal(value.toISOString())})`;
  if (typeof value === 'string') return literal(value);
  if (Array.isArray(value)) return `[${value.map(data).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${key(name)}: ${data(member)}`);
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n}`;
}
