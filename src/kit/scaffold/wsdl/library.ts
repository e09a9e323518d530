import type { Omissions } from '../contract.ts';
import { childrenOf, importedFile, type Node, qualified, readTree, resolved } from './tree.ts';

export const XSD = 'http://www.w3.org/2001/XMLSchema';

/** A declaration of a schema, with what the schema says of all its declarations. */
export interface Declared {
  readonly node: Node;
  readonly schema: SchemaContext;
}

export interface SchemaContext {
  readonly target: string;
  readonly elementsQualified: boolean;
  readonly attributesQualified: boolean;
}

const KINDS = ['element', 'complexType', 'simpleType', 'group', 'attributeGroup', 'attribute'] as const;
type Kind = (typeof KINDS)[number];

/** Namespaces whose schemas everybody knows. */
const KNOWN = new Set([XSD, 'http://www.w3.org/XML/1998/namespace', 'http://schemas.xmlsoap.org/soap/encoding/']);

/** Everything the schemas of a contract declare, by qualified name. */
export class Library {
  readonly #declared: Readonly<Record<Kind, Map<string, Declared>>> = {
    element: new Map(),
    complexType: new Map(),
    simpleType: new Map(),
    group: new Map(),
    attributeGroup: new Map(),
    attribute: new Map(),
  };
  readonly #heirs = new Map<string, string[]>();
  readonly #substitutes = new Map<string, string[]>();
  readonly #read = new Set<string>();
  readonly #omissions: Omissions;

  constructor(omissions: Omissions) {
    this.#omissions = omissions;
  }

  find(kind: Kind, name: string): Declared | undefined {
    return this.#declared[kind].get(name);
  }

  /** Types that extend or restrict a type, directly. */
  heirs = (name: string): readonly string[] => this.#heirs.get(name) ?? [];
  /** Elements that may stand for an element. */
  substitutes = (name: string): readonly string[] => this.#substitutes.get(name) ?? [];

  /** Takes a schema in, with all it includes and imports. `adopted` is the namespace of who includes one that has none. */
  add(schema: Node, adopted = ''): void {
    const target = schema.attributes['targetNamespace'] ?? adopted;
    const { elementFormDefault, attributeFormDefault } = schema.attributes;
    const context = {
      target,
      elementsQualified: elementFormDefault === 'qualified',
      attributesQualified: attributeFormDefault === 'qualified',
    };
    for (const node of schema.children) {
      if (node.name === 'include' || node.name === 'import' || node.name === 'redefine') this.#follow(node, target);
      const kind = KINDS.find((it) => it === node.name);
      const name = node.attributes['name'];
      if (!kind || !name) continue;
      const whole = qualified(target, name);
      if (this.#declared[kind].has(whole)) continue;
      this.#declared[kind].set(whole, { node, schema: context });
      this.#note(node, whole);
    }
  }

  #note(node: Node, name: string): void {
    const head = node.name === 'element' ? node.attributes['substitutionGroup'] : undefined;
    if (head) push(this.#substitutes, resolved(node, head), name);
    const content = node.name === 'complexType' ? childrenOf(node, 'complexContent')[0] : undefined;
    const derivation = content && childrenOf(content, 'extension', 'restriction')[0];
    const base = derivation?.attributes['base'];
    if (derivation && base) push(this.#heirs, resolved(derivation, base), name);
  }

  #follow(node: Node, target: string): void {
    const location = node.attributes['schemaLocation'];
    const namespace = node.attributes['namespace'] ?? '';
    if (KNOWN.has(namespace)) return;
    // Without a location the schema is another one of the same contract.
    if (!location) return;
    const file = importedFile(node, location);
    if (!file) {
      this.#omissions.add(`schema ${location}`, node.place, 'it is on the network or missing; only files are read');
      return;
    }
    if (node.name === 'redefine')
      this.#omissions.add(`redefine of ${location}`, node.place, 'the schema is taken without its redefinitions');
    const key = `${file}\n${node.name === 'import' ? '' : target}`;
    if (this.#read.has(key)) return;
    this.#read.add(key);
    this.add(readTree(file), node.name === 'import' ? namespace : target);
  }
}

function push(map: Map<string, string[]>, name: string, one: string): void {
  map.set(name, [...(map.get(name) ?? []), one]);
}
