import type { Field, Input, Shape } from '../contract.ts';
import type { Named, Plan, PlannedOperation, PlannedType } from '../plan.ts';
import { comment, key, literal, usedIn } from '../text.ts';
import { Prefixes } from './prefixes.ts';

/** Stands for the call in an expression until it is known whether a function needs it. */
const CALL = '\u0001';

/** The function that writes an operation's question, and what it takes. */
export interface Asking {
  readonly name: string;
  readonly takesArgs: boolean;
  readonly takesCall: boolean;
}

/** `ask.ts`: the questions as the agency wants them written. */
export function emitAsk(plan: Plan): { readonly text: string; readonly asking: ReadonlyMap<PlannedOperation, Asking> } {
  const writer = new AskWriter(plan);
  const asking = new Map<PlannedOperation, Asking>();
  const questions = plan.operations.map((operation) => {
    const { text, ...its } = writer.question(operation);
    asking.set(operation, its);
    return text;
  });
  const types = [...new Set(plan.inputTypes.values())];
  const blocks = [
    ...types.flatMap((type) => (type.kind === 'enum' ? [writer.book(type)] : [])),
    ...questions,
    ...types.flatMap((type) => (type.kind === 'input' ? [writer.message(type)] : type.kind === 'choice' ? [writer.choice(type)] : [])),
  ];
  const text = blocks.join('\n\n');
  return { text: `${writer.imports(text)}\n\n${text}\n`, asking };
}

class AskWriter {
  readonly #plan: Plan;
  readonly #isXml: boolean;
  readonly #prefixes: Prefixes;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#isXml = plan.contract.kind === 'wsdl';
    this.#prefixes = new Prefixes(plan);
  }

  imports(text: string): string {
    const helpers = usedIn(text, ['given', 'headersOf', 'optional', 'pathTo', 'queryOf', 'wholeNumber']);
    const types = ['Call', 'JsonRequest'].filter((name) => new RegExp(`: ${name}\\b`).test(text)).map((name) => `type ${name}`);
    const inputs = [...new Set(this.#plan.inputTypes.values())].map((type) => type.name);
    const args =
      this.#plan.extends === undefined ? this.#plan.operations.filter(({ args }) => args.length > 0).map((it) => argsType(it)) : [];
    const ours = [...inputs, ...args].sort();
    return [
      helpers.length + types.length > 0 ? `import { ${[...types, ...helpers].join(', ')} } from 'yimen/connect';` : '',
      ours.length > 0 ? `import type { ${ours.join(', ')} } from 'yimen/types';` : '',
    ]
      .filter(Boolean)
      .join('\n');
  }

  question(operation: PlannedOperation): Asking & { readonly text: string } {
    const { way } = operation.operation;
    const body = way.kind === 'rest' ? this.#rest(operation, way) : this.#soap(operation);
    const takesArgs = operation.args.length > 0;
    const takesCall = body.includes(CALL);
    const key = operation.args[0]?.name ?? '';
    const type = this.#plan.extends === undefined ? argsType(operation) : `{ readonly ${key}: string }`;
    const parameters = [takesArgs ? `args: ${type}` : '', takesCall ? 'call: Call' : ''].filter(Boolean).join(', ');
    const name = `ask${operation.word.slice(0, 1).toUpperCase()}${operation.word.slice(1)}`;
    const title = way.kind === 'rest' ? `${way.method} ${way.path}` : way.element;
    const result = way.kind === 'rest' ? ': JsonRequest' : '';
    return {
      name,
      takesArgs,
      takesCall,
      text: `/** ${comment(title)} */\nexport const ${name} = (${parameters})${result} => (${body.replaceAll(CALL, 'call')});`,
    };
  }

  #rest({ args, operation }: PlannedOperation, way: Extract<PlannedOperation['operation']['way'], { kind: 'rest' }>): string {
    const at = (place: string) => args.filter(({ field }) => field.place === place);
    const path =
      at('path').length > 0 ? `pathTo(${literal(way.path)}, { ${this.#members(at('path'), 'plain')} }, ${CALL})` : literal(way.path);
    const headers = at('header').length > 0 ? `, ...headersOf({ ${this.#members(at('header'), 'plain')} }, ${CALL})` : '';
    const lines = [
      operation.way.kind === 'rest' && operation.way.method === 'POST' ? "method: 'POST'," : '',
      `path: ${path},`,
      at('query').length > 0 ? `query: queryOf({ ${this.#members(at('query'), 'plain')} }),` : '',
      `headers: { accept: ${literal(way.accept)}${headers} },`,
      this.#body(at('content'), at('body'), way.method),
    ];
    return `{\n${lines.filter(Boolean).join('\n')}\n}`;
  }

  #body([whole]: readonly Named<Input>[], members: readonly Named[], method: 'GET' | 'POST'): string {
    if (whole) return `body: ${this.#given(whole.field, `args.${whole.name}`, 'json')},`;
    return members.length > 0 || method === 'POST' ? `body: given({ ${this.#members(members, 'json')} }),` : '';
  }

  #soap({ args }: PlannedOperation): string {
    const declared = this.#prefixes.declarations(
      args.map(({ field }) => field),
      false,
    );
    const lines = [...declared.map(([name, namespace]) => `${literal(name)}: ${literal(namespace)},`), this.#members(args, 'xml')];
    return `given({\n${lines.filter(Boolean).join('\n')}\n})`;
  }

  #members(args: readonly Named[], way: Way, object = 'args'): string {
    return args
      .map(({ name, field }) => {
        const value = `${object}.${name}`;
        const wire = way === 'xml' ? this.#prefixes.element(field) : field.wire;
        return `${key(wire)}: ${this.#given(field, value, way)}`;
      })
      .join(', ');
  }

  #given(field: Field & { readonly joined?: string | undefined }, value: string, way: Way): string {
    const { shape } = field;
    const mustBe = field.required && !field.nullable;
    if (shape.kind === 'list' && field.joined !== undefined && field.joined !== '') {
      const write = (all: string) =>
        `${isSame(shape.of, way) ? all : `${all}.map(${this.#function(shape.of, way)})`}.join(${literal(field.joined ?? ',')})`;
      return mustBe ? write(value) : `optional(${value}, (all) => ${write('all')})`;
    }
    if (isSame(shape, way)) return value;
    return mustBe ? this.#value(shape, value, way) : `optional(${value}, ${this.#function(shape, way)})`;
  }

  #function(shape: Shape, way: Way): string {
    return `(one) => ${this.#value(shape, 'one', way)}`;
  }

  #value(shape: Shape, value: string, way: Way): string {
    if (isSame(shape, way)) return value;
    if (shape.kind === 'scalar') return shape.scalar === 'instant' ? `${value}.toISOString()` : `wholeNumber(${value}, ${CALL})`;
    if (shape.kind === 'enum') return `${this.#bookName(shape)}[${value}]`;
    if (shape.kind === 'list') return `${value}.map((item) => ${this.#value(shape.of, 'item', way)})`;
    return `${this.#messageName(shape)}(${value}${this.#needsCall(shape, way, new Set()) ? `, ${CALL}` : ''})`;
  }

  #needsCall(shape: Shape, way: Way, seen: Set<Shape>): boolean {
    if (seen.has(shape)) return false;
    seen.add(shape);
    if (shape.kind === 'scalar') return !isSame(shape, way) && shape.scalar === 'int64';
    if (shape.kind === 'list') return this.#needsCall(shape.of, way, seen);
    if (shape.kind === 'variants') return shape.variants.some((it) => this.#needsCall(it.shape, way, seen));
    return shape.kind === 'object' && shape.fields.some((field) => this.#needsCall(field.shape, way, seen));
  }

  book(type: Extract<PlannedType, { kind: 'enum' }>): string {
    const lines = type.values.map(([name, wire]) => `${name}: ${literal(wire)},`);
    return `const ${this.#bookName(type.shape)}: Readonly<Record<${type.name}, string>> = {\n${lines.join('\n')}\n};`;
  }

  /** A function that writes an input type as the agency's message. */
  message(type: Extract<PlannedType, { kind: 'input' }>): string {
    const way: Way = this.#isXml ? 'xml' : 'json';
    const call = this.#needsCall(type.shape, way, new Set()) ? ', call: Call' : '';
    const body = this.#members(type.fields, way, 'it').replaceAll(CALL, 'call');
    return `function ${this.#messageName(type.shape)}(it: ${type.name}${call}): Readonly<Record<string, unknown>> {\nreturn given({ ${body} });\n}`;
  }

  /** A function that writes the one variant that is given, with the mark by which the agency knows it. */
  choice(type: Extract<PlannedType, { kind: 'variants' | 'choice' }>): string {
    const { by, variants } = type.shape;
    const call = this.#needsCall(type.shape, 'json', new Set()) ? ', call: Call' : '';
    const lines = variants.map((variant, i) => {
      const name = `it.${type.names[i]}`;
      const value = this.#value(variant.shape, name, 'json').replaceAll(CALL, 'call');
      const marked =
        by !== undefined && variant.values.length === 1 ? `{ ...${value}, ${key(by)}: ${literal(variant.values[0] ?? '')} }` : value;
      return i < variants.length - 1 ? `if (${name} !== undefined) return ${marked};` : `return ${marked};`;
    });
    return `function ${this.#messageName(type.shape)}(it: ${type.name}${call}): unknown {\n${lines.join('\n')}\n}`;
  }

  #bookName(shape: Shape): string {
    const name = this.#plan.inputTypes.get(shape)?.name ?? '';
    return `${name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()}_CODES`;
  }

  #messageName(shape: Shape): string {
    return `from${this.#plan.inputTypes.get(shape)?.name ?? ''}`;
  }
}

/** Where a value is written: plain text of a path, query or header; a JSON body; XML. */
type Way = 'plain' | 'json' | 'xml';

function isSame(shape: Shape, way: Way): boolean {
  if (shape.kind === 'list') return isSame(shape.of, way);
  if (shape.kind !== 'scalar') return false;
  return shape.scalar !== 'instant' && !(way === 'json' && shape.scalar === 'int64');
}

/** The generated type of a root field's arguments. */
export const argsType = ({ field }: PlannedOperation): string => `Query${field.slice(0, 1).toUpperCase()}${field.slice(1)}Args`;
