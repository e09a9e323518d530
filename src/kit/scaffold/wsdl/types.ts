import type { EnumShape, Field, ObjectShape, Omissions, ScalarShape, Shape, VariantsShape } from '../contract.ts';
import { builtin, builtinSample } from './builtins.ts';
import { type Declared, type Library, type SchemaContext, XSD } from './library.ts';
import { contentOf } from './particles.ts';
import { isTrue, Shapeless } from './shapeless.ts';
import { childOf, childrenOf, documentation, localOf, type Node, namespaceOf, qualified, resolved } from './tree.ts';

/** Reads the types of XML Schema into shapes; each type becomes one shape. */
export class Types {
  readonly library: Library;
  readonly omissions: Omissions;
  /** Elements that must be there and are left out, of the type that is being read. */
  lost: string[] = [];
  readonly #known = new Map<Node, Shape>();
  /** Types as bases, without the choice among their heirs. */
  readonly #plain = new Map<Node, Shape>();
  /** Bases that are being read for an heir. */
  readonly #bases = new Set<Node>();
  readonly #enums = new Map<Node, EnumShape>();

  constructor(library: Library, omissions: Omissions) {
    this.library = library;
    this.omissions = omissions;
  }

  /** The field of an element declaration, global or local. Throws {@link Shapeless}. */
  element(declared: Declared, isGlobal: boolean, hint: string): Field {
    const { node, schema } = declared;
    const name = node.attributes['name'] ?? '';
    const form = node.attributes['form'];
    const isQualified = isGlobal || (form ? form === 'qualified' : schema.elementsQualified);
    return {
      wire: name,
      shape: this.typeOfElement(declared, `${hint} ${name}`.trim()),
      required: node.attributes['minOccurs'] !== '0',
      nullable: isTrue(node.attributes['nillable']),
      description: documentation(node),
      namespace: isQualified ? schema.target || undefined : undefined,
    };
  }

  typeOfElement({ node, schema }: Declared, hint: string): Shape {
    const type = node.attributes['type'];
    if (type !== undefined) return this.named(resolved(node, type), hint);
    const inline = childOf(node, 'complexType') ?? childOf(node, 'simpleType');
    if (inline) return this.#inline({ node: inline, schema }, hint);
    const head = node.attributes['substitutionGroup'];
    const declared = head ? this.library.find('element', resolved(node, head)) : undefined;
    if (declared) return this.typeOfElement(declared, hint);
    return ANYTHING;
  }

  /** The shape of a named type. */
  named(name: string, hint: string): Shape {
    const local = localOf(name);
    if (namespaceOf(name) === XSD) return builtinShape(local);
    const complex = this.library.find('complexType', name);
    if (complex) return this.#complex(complex, local, name);
    const simple = this.library.find('simpleType', name);
    if (simple) return this.#inline(simple, local);
    throw new Shapeless(`the type ${local} of ${namespaceOf(name) || 'no namespace'} is not in the contract (${hint})`);
  }

  #inline(declared: Declared, hint: string): Shape {
    const { node } = declared;
    if (node.name === 'complexType') return this.#complex(declared, hint, undefined);
    const known = this.#known.get(node);
    if (known) return known;
    const shape = this.#simple(node, declared.schema, hint);
    this.#known.set(node, shape);
    return shape;
  }

  /** A type where it is used: an abstract one stands for its heirs, told apart by `xsi:type`. */
  #complex(declared: Declared, local: string, name: string | undefined): Shape {
    const { node } = declared;
    if (isOpen(node)) return ANYTHING;
    const known = this.#known.get(node);
    if (known) return known;
    const heirs = name ? this.#allHeirs(name, new Set()) : [];
    if (!isTrue(node.attributes['abstract'])) {
      if (heirs.length > 0)
        this.omissions.add(
          `heirs of ${local}`,
          node.place,
          `${heirs.map(localOf).join(', ')} may come in its place (xsi:type); only what all of them have is read`,
        );
      return this.plain(declared, local);
    }
    const shape: VariantsShape = { kind: 'variants', name: local, description: documentation(node), by: '@type', variants: [] };
    this.#known.set(node, shape);
    for (const heir of heirs) {
      const its = this.library.find('complexType', heir);
      if (its && !isTrue(its.node.attributes['abstract']))
        shape.variants.push({ name: localOf(heir), values: [localOf(heir)], shape: this.plain(its, localOf(heir)) });
    }
    if (shape.variants.length > 0) return shape;
    this.#known.delete(node);
    throw new Shapeless(`${local} is abstract and nothing extends it`);
  }

  #allHeirs(name: string, seen: Set<string>): readonly string[] {
    if (seen.has(name)) return [];
    seen.add(name);
    return this.library.heirs(name).flatMap((heir) => [heir, ...this.#allHeirs(heir, seen)]);
  }

  /** A complex type itself, whoever may stand in for it. */
  plain({ node, schema }: Declared, name: string): Shape {
    const known = this.#plain.get(node);
    if (known) return known;
    const shape: ObjectShape = { kind: 'object', name, description: documentation(node), fields: [], lacks: [] };
    this.#plain.set(node, shape);
    if (!isTrue(node.attributes['abstract'])) this.#known.set(node, shape);
    const outer = this.lost;
    this.lost = [];
    shape.fields.push(...this.#fieldsOf(node, schema, name));
    shape.lacks.push(...this.lost);
    this.lost = outer;
    if (isTrue(node.attributes['mixed']))
      this.omissions.add(`text between the elements of ${name}`, node.place, 'mixed content has no place in a record');
    return shape;
  }

  #fieldsOf(node: Node, schema: SchemaContext, name: string): Field[] {
    const content = childOf(node, 'complexContent') ?? childOf(node, 'simpleContent');
    if (!content) return [...contentOf(this, node, schema, name), ...this.#attributesOf(node, schema, name)];
    const derivation = childrenOf(content, 'extension', 'restriction')[0];
    const base = derivation?.attributes['base'];
    if (!derivation || !base) throw new Shapeless('it does not say what it extends');
    const own = this.#attributesOf(derivation, schema, name);
    const inherited = this.#baseFields(resolved(derivation, base), derivation, name);
    if (content.name === 'simpleContent') return merged(inherited, own);
    const elements = contentOf(this, derivation, schema, name);
    if (derivation.name === 'extension') return merged(inherited, [...elements, ...own]);
    // A restriction repeats the elements it keeps; attributes stay unless it says otherwise.
    return merged(
      inherited.filter((field) => field.wire.startsWith('@')),
      [...elements, ...own],
    );
  }

  #baseFields(base: string, at: Node, name: string): readonly Field[] {
    if (base === qualified(XSD, 'anyType')) return [];
    if (localOf(base) === 'Array' && namespaceOf(base).includes('soap/encoding')) throw new Shapeless('SOAP-encoded arrays are not read');
    const complex = this.library.find('complexType', base);
    if (complex) {
      // Read again, not taken from the base's shape: that may be half read, when a base holds its own heirs.
      if (this.#bases.has(complex.node)) throw new Shapeless('a type extends itself');
      this.#bases.add(complex.node);
      try {
        return this.#fieldsOf(complex.node, complex.schema, localOf(base));
      } finally {
        this.#bases.delete(complex.node);
      }
    }
    const inline = childOf(at, 'simpleType');
    const text = inline
      ? this.#simple(inline, { target: '', elementsQualified: false, attributesQualified: false }, name)
      : this.#enumerated(at, this.named(base, name), name);
    return [{ wire: '#text', shape: text, required: true, nullable: false }];
  }

  #attributesOf(node: Node, schema: SchemaContext, name: string): Field[] {
    return node.children.flatMap((child): Field[] => {
      if (child.name === 'attribute') return this.#attribute(child, schema, name);
      if (child.name !== 'attributeGroup') return [];
      const group = this.library.find('attributeGroup', resolved(child, child.attributes['ref'] ?? ''));
      return group ? this.#attributesOf(group.node, group.schema, name) : [];
    });
  }

  #attribute(node: Node, schema: SchemaContext, owner: string): Field[] {
    const { use, ref, type } = node.attributes;
    if (use === 'prohibited') return [];
    if (ref?.startsWith('xml:'))
      return [{ wire: `@${ref.slice(4)}`, shape: TEXT, required: use === 'required', nullable: false, namespace: XML }];
    const global = ref === undefined ? undefined : this.library.find('attribute', resolved(node, ref));
    if (ref !== undefined && !global) return [];
    if (global)
      return this.#attribute(global.node, global.schema, owner).map((field) => ({
        ...field,
        required: use === 'required',
        namespace: global.schema.target || undefined,
      }));
    const name = node.attributes['name'] ?? '';
    // A declaration of a namespace is no attribute, whatever some contracts say.
    if (name === 'xmlns') return [];
    const inline = childOf(node, 'simpleType');
    const shape = type
      ? this.named(resolved(node, type), name)
      : inline
        ? this.#inline({ node: inline, schema }, `${owner} ${name}`)
        : TEXT;
    const isQualified = (node.attributes['form'] ?? (schema.attributesQualified ? 'qualified' : '')) === 'qualified';
    const namespace = isQualified ? schema.target || undefined : undefined;
    return [{ wire: `@${name}`, shape, required: use === 'required', nullable: false, description: documentation(node), namespace }];
  }

  #simple(node: Node, schema: SchemaContext, name: string): Shape {
    const restriction = childOf(node, 'restriction');
    if (!restriction) return TEXT;
    const base = restriction.attributes['base'];
    const inline = childOf(restriction, 'simpleType');
    const shape = base ? this.named(resolved(restriction, base), name) : inline ? this.#simple(inline, schema, name) : TEXT;
    return this.#enumerated(restriction, shape, name, documentation(node));
  }

  /** Texts that are listed become an enum; other kinds of values keep their kind. */
  #enumerated(restriction: Node, base: Shape, name: string, description?: string): Shape {
    const values = childrenOf(restriction, 'enumeration').map((it) => it.attributes['value'] ?? '');
    if (values.length === 0 || (base.kind === 'scalar' && base.scalar !== 'text')) return sampled(base, restriction, values[0]);
    const known = this.#enums.get(restriction);
    const shape: EnumShape = known ?? { kind: 'enum', name, description, values: [...new Set(values)] };
    this.#enums.set(restriction, shape);
    return shape;
  }
}

const XML = 'http://www.w3.org/XML/1998/namespace';
const TEXT: ScalarShape = { kind: 'scalar', scalar: 'text' };

/** An element that may hold anything is handed on as it comes. */
const ANYTHING: ScalarShape = { kind: 'scalar', scalar: 'json' };

/** Whether a type names nothing of what it may hold: `xs:any` alone, perhaps after the schema of a data set. */
function isOpen(node: Node): boolean {
  const inner = node.children.filter((it) => it.name !== 'annotation' && it.name !== 'anyAttribute');
  const isWild = (it: Node): boolean =>
    it.name === 'any' ||
    /^(?:[^:]+:)?schema$/.test(it.attributes['ref'] ?? '') ||
    (isGroup(it) && it.children.length > 0 && it.children.every(isWild));
  return node.name === 'complexType' && inner.length > 0 && inner.every(isWild) && hasWildcard(node);
}

const isGroup = ({ name }: Node): boolean => name === 'sequence' || name === 'choice' || name === 'all';
const hasWildcard = (node: Node): boolean => node.name === 'any' || node.children.some(hasWildcard);

function builtinShape(name: string): ScalarShape {
  const scalar = builtin(name);
  if (!scalar && name === 'anyType') return ANYTHING;
  if (!scalar) throw new Shapeless(`there is no type ${name} in XML Schema`);
  return { kind: 'scalar', scalar, sample: builtinSample(name) };
}

/** A restricted number keeps a sample that fits. */
function sampled(base: Shape, restriction: Node, first: string | undefined): Shape {
  const low = first ?? childOf(restriction, 'minInclusive')?.attributes['value'];
  if (low === undefined || base.kind !== 'scalar' || (base.scalar !== 'int32' && base.scalar !== 'int64')) return base;
  return { ...base, sample: low };
}

/** Fields in order; one that is described again takes the place of the first. */
function merged(first: readonly Field[], more: readonly Field[]): Field[] {
  const again = new Map(more.map((field) => [field.wire, field]));
  const known = new Set(first.map((field) => field.wire));
  return [...first.map((field) => again.get(field.wire) ?? field), ...more.filter((field) => !known.has(field.wire))];
}
