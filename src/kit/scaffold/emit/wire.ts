import type { Field, ObjectShape, Scalar, Shape, VariantsShape } from '../contract.ts';
import { camel } from '../names.ts';
import type { Plan } from '../plan.ts';
import { comment, key, literal, usedIn } from '../text.ts';
import { ordered } from './circles.ts';

const JSON_ZOD: Readonly<Record<Scalar, string>> = {
  text: 'z.string()',
  boolean: 'z.boolean()',
  number: 'z.number()',
  int32: 'z.int32()',
  integer: 'z.int()',
  int64: 'digits()',
  date: 'z.iso.date()',
  instant: 'z.iso.datetime({ offset: true })',
  mixed: 'mixed()',
  json: 'z.unknown()',
};
const XML_ZOD: Readonly<Record<Scalar, string>> = {
  text: 'xml.text()',
  boolean: 'xml.boolean()',
  number: 'xml.number()',
  int32: 'xml.int32()',
  integer: 'xml.digits()',
  int64: 'xml.digits()',
  date: 'xml.date()',
  instant: 'xml.text()',
  mixed: 'xml.text()',
  json: 'z.unknown()',
};
const TYPES: Readonly<Record<Scalar, string>> = {
  text: 'string',
  boolean: 'boolean',
  number: 'number',
  int32: 'number',
  integer: 'number',
  int64: 'string',
  date: 'string',
  instant: 'string',
  mixed: 'string',
  json: 'unknown',
};

/** Names of the replies' shapes: what `connector.ts` reads each reply with. */
export const replyName = (plan: Plan, operation: Plan['operations'][number]): string => {
  const { reply } = operation.operation;
  return plan.wire.get(reply) ?? `${operation.word.slice(0, 1).toUpperCase()}${operation.word.slice(1)}Reply`;
};

/** `wire.ts`: the agency's messages as zod shapes, nothing of ours. */
export function emitWire(plan: Plan): string {
  const writer = new WireWriter(plan);
  const { order, circular } = ordered(plan.wire);
  const roots = new Set(plan.operations.map(({ operation }) => operation.reply));
  const blocks = order.map((shape) => writer.declaration(shape, circular.has(shape), roots.has(shape)));
  const others = plan.operations.filter(({ operation }) => !plan.wire.has(operation.reply));
  for (const one of others) {
    const name = replyName(plan, one);
    blocks.push(
      `/** ${comment(one.operation.name)}: the reply. */\nexport const ${name} = ${writer.zod(one.operation.reply)};\nexport type ${name} = z.infer<typeof ${name}>;`,
    );
  }
  const text = blocks.join('\n\n');
  const helpers = usedIn(text, ['digits', 'fitting', 'mixed', 'variant', 'xml']);
  const ours = helpers.length > 0 ? `import { ${helpers.join(', ')} } from 'yimen/connect';\n` : '';
  return `import { z } from 'zod';\n${ours}\n${text}\n`;
}

class WireWriter {
  readonly #plan: Plan;
  readonly #isXml: boolean;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#isXml = plan.contract.kind === 'wsdl';
  }

  declaration(shape: Shape, isCircular: boolean, isRoot: boolean): string {
    const name = this.#plan.wire.get(shape) ?? '';
    const head = `/** ${comment(('description' in shape && shape.description) || ('name' in shape ? shape.name : name))} */`;
    const open = isRoot ? 'export const' : 'const';
    if (!isCircular) return `${head}\n${open} ${name} = ${this.#body(shape)};\nexport type ${name} = z.infer<typeof ${name}>;`;
    return `${head}\nexport interface ${name} ${this.#interfaceBody(shape)}\n${open} ${name}: z.ZodType<${name}> = z.lazy(() => ${this.#body(shape)});`;
  }

  /** The zod of a shape where it is used. */
  zod(shape: Shape): string {
    const name = this.#plan.wire.get(shape);
    if (name) return name;
    if (shape.kind === 'scalar') return (this.#isXml ? XML_ZOD : JSON_ZOD)[shape.scalar];
    if (shape.kind === 'list') {
      const of = `${this.zod(shape.of)}${shape.nullable && !this.#isXml ? '.nullable()' : ''}`;
      return this.#isXml ? `xml.list(${shape.nullable ? `xml.nillable(${of})` : of})` : `z.array(${of})`;
    }
    if (shape.kind === 'map') return `z.record(z.string(), ${this.zod(shape.of)}${shape.nullable ? '.nullable()' : ''})`;
    return this.#body(shape);
  }

  #body(shape: Shape): string {
    if (shape.kind === 'enum') return this.#enumBody(shape.values);
    if (shape.kind === 'object') return this.#objectBody(shape);
    return shape.kind === 'variants' ? this.#variantsBody(shape) : this.zod(shape);
  }

  #enumBody(values: readonly string[]): string {
    const all = `[${values.map(literal).join(', ')}]`;
    return this.#isXml ? `xml.oneOf(${all})` : `z.enum(${all})`;
  }

  #objectBody({ fields }: ObjectShape): string {
    const lines = fields.map((field) => `${remark(field)}${key(field.wire)}: ${this.#field(field)},`);
    return this.#isXml ? `xml.element({\n${lines.join('\n')}\n})` : `z.object({\n${lines.join('\n')}\n})`;
  }

  #field(field: Field): string {
    const zod = this.zod(field.shape);
    if (!this.#isXml) {
      // Absent and null mean the same to who reads the schema, and agencies mix them up.
      if (!field.required) return `${zod}.nullish()`;
      return field.nullable ? `${zod}.nullable()` : zod;
    }
    if (field.shape.kind === 'list') return zod;
    const inner = field.nullable ? `xml.nillable(${zod})` : zod;
    if (field.required) return inner;
    const isPlain = field.shape.kind === 'enum' || (field.shape.kind === 'scalar' && field.shape.scalar !== 'text');
    return isPlain ? `xml.maybe(${inner})` : `${inner}.nullish()`;
  }

  #variantsBody(shape: VariantsShape): string {
    const names = variantNames(shape);
    const shapes = `() => ({ ${shape.variants.map((it, i) => `${names[i]}: ${this.zod(it.shape)}`).join(', ')} })`;
    if (shape.by === undefined) return `fitting(${shapes})`;
    const values = shape.variants.flatMap((it, i) => it.values.map((value) => `${key(value)}: ${literal(names[i] ?? '')}`));
    return `variant(${literal(shape.by)}, { ${values.join(', ')} }, ${shapes})`;
  }

  #interfaceBody(shape: Shape): string {
    if (shape.kind === 'variants')
      return `{ ${variantNames(shape)
        .map((name, i) => `${name}?: ${this.#type(shape.variants[i]?.shape as Shape)} | undefined;`)
        .join(' ')} }`;
    if (shape.kind !== 'object') return '{}';
    return `{\n${shape.fields.map((field) => `${key(field.wire)}${this.#member(field)};`).join('\n')}\n}`;
  }

  #member(field: Field): string {
    const type = this.#type(field.shape);
    if (this.#isXml && field.shape.kind === 'list') return `: ${type}`;
    if (!field.required) return `?: ${type} | null | undefined`;
    return field.nullable ? `: ${type} | null` : `: ${type}`;
  }

  #type(shape: Shape): string {
    const name = this.#plan.wire.get(shape);
    if (name) return name;
    if (shape.kind === 'scalar') return TYPES[shape.scalar];
    if (shape.kind === 'list') return `(${this.#type(shape.of)}${shape.nullable ? ' | null' : ''})[]`;
    if (shape.kind === 'map') return `Record<string, ${this.#type(shape.of)}${shape.nullable ? ' | null' : ''}>`;
    return 'unknown';
  }
}

/** What a variant is called in the wire's own result. */
export function variantNames(shape: VariantsShape): readonly string[] {
  const seen = new Map<string, number>();
  return shape.variants.map(({ name }) => {
    const plain = camel(name);
    const count = (seen.get(plain) ?? 0) + 1;
    seen.set(plain, count);
    return count === 1 ? plain : `${plain}${count}`;
  });
}

function remark({ description }: Field): string {
  const text = comment(description ?? '');
  return text ? `/** ${text} */\n` : '';
}
