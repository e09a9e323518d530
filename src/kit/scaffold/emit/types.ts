import {
  type DefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  type TypeNode,
} from 'graphql';
import type { Plan } from '../plan.ts';
import { emitGraphql } from './graphql.ts';

const SCALARS: Readonly<Record<string, string>> = {
  String: 'string',
  Boolean: 'boolean',
  Int: 'number',
  Float: 'number',
  Date: 'string',
  DateTime: 'Date',
};

/** `types.ts`: the connector's own part of the schema as TypeScript, for a project that has no generated types. */
export function emitTypes(plan: Plan): string {
  const { definitions } = parse(emitGraphql(plan), { noLocation: true });
  const printer = new TypePrinter(new Set(definitions.flatMap((it) => (it.kind === Kind.OBJECT_TYPE_DEFINITION ? [it.name.value] : []))));
  const blocks = definitions.map((definition) => printer.definition(definition));
  return `/** What \`${plan.id}.graphql\` declares, as TypeScript. */\n\n${blocks.join('\n\n')}\n`;
}

type Member = FieldDefinitionNode | InputValueDefinitionNode;

class TypePrinter {
  /** Types that are answered: their shapes are what a connector gives. */
  readonly #answered: ReadonlySet<string>;

  constructor(answered: ReadonlySet<string>) {
    this.#answered = answered;
  }

  definition(it: DefinitionNode): string {
    if (it.kind === Kind.ENUM_TYPE_DEFINITION)
      return `export type ${it.name.value} = ${(it.values ?? []).map((value) => `'${value.name.value}'`).join(' | ')};`;
    if (it.kind === Kind.OBJECT_TYPE_DEFINITION) return this.#shape(it);
    if (it.kind === Kind.OBJECT_TYPE_EXTENSION) return this.#sections(it.name.value, it.fields ?? []);
    if (it.kind !== Kind.INPUT_OBJECT_TYPE_DEFINITION) return '';
    const isOneOf = it.directives?.some(({ name }) => name.value === 'oneOf');
    const fields = it.fields ?? [];
    return isOneOf ? this.#choice(it.name.value, fields) : this.#interface(it.name.value, fields);
  }

  #shape({ name, fields = [] }: ObjectTypeDefinitionNode): string {
    const given = fields.filter((field) => field.name.value !== 'provenance');
    return this.#interface(`${name.value}Shape`, given);
  }

  #interface(name: string, members: readonly Member[]): string {
    return `export interface ${name} {\n${members.map((it) => `readonly ${this.#member(it)};`).join('\n')}\n}`;
  }

  #choice(name: string, members: readonly Member[]): string {
    const all = members.map((chosen) =>
      members.map((it) => (it === chosen ? `readonly ${it.name.value}: ${this.#type(it.type)}` : `readonly ${it.name.value}?: never`)),
    );
    return `export type ${name} =\n${all.map((one) => `| { ${one.join('; ')} }`).join('\n')};`;
  }

  #sections(owner: string, fields: readonly FieldDefinitionNode[]): string {
    const args = fields.filter((it) => it.arguments?.length).map((it) => this.#interface(argsName(owner, it), it.arguments ?? []));
    const lines = fields.map((it) => `readonly ${it.name.value}: { key: ${keyOf(owner, it)}; shape: ${this.#type(it.type)} };`);
    const sections = `/** The sections it serves. */\nexport interface Fields {\nreadonly ${owner}: {\n${lines.join('\n')}\n};\n}`;
    return [...args, sections].join('\n\n');
  }

  #member({ name, type }: Member): string {
    if (type.kind === Kind.NON_NULL_TYPE) return `${name.value}: ${this.#type(type)}`;
    return `${name.value}?: ${this.#type(type)} | null | undefined`;
  }

  #type(type: TypeNode): string {
    if (type.kind === Kind.NON_NULL_TYPE) return this.#type(type.type);
    if (type.kind === Kind.LIST_TYPE) {
      const item = this.#type(type.type);
      return `ReadonlyArray<${type.type.kind === Kind.NON_NULL_TYPE ? item : `${item} | null`}>`;
    }
    const name = type.name.value;
    return SCALARS[name] ?? (this.#answered.has(name) ? `${name}Shape` : name);
  }
}

const argsName = (owner: string, { name }: FieldDefinitionNode): string =>
  `${owner}${name.value.slice(0, 1).toUpperCase()}${name.value.slice(1)}Args`;

function keyOf(owner: string, field: FieldDefinitionNode): string {
  if (owner !== 'Query') return 'string';
  return field.arguments?.length ? argsName(owner, field) : 'Record<string, never>';
}
