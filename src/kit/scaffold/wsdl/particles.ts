import type { Field, Shape } from '../contract.ts';
import type { SchemaContext } from './library.ts';
import { Shapeless } from './shapeless.ts';
import { localOf, type Node, namespaceOf, resolved } from './tree.ts';
import type { Types } from './types.ts';

/** How often a part may come, by itself and through what it stands in. */
interface Times {
  readonly optional: boolean;
  readonly many: boolean;
}

/** The elements of a type's content, each once: choices make them optional, repetition makes them lists. */
export function contentOf(types: Types, node: Node, schema: SchemaContext, owner: string): Field[] {
  const once = { optional: false, many: false };
  const all = node.children.flatMap((child) => particle(types, child, schema, owner, once));
  const byName = new Map<string, Field>();
  for (const field of all) {
    const known = byName.get(field.wire);
    byName.set(field.wire, known ? again(known, field) : field);
  }
  return [...byName.values()];
}

/** An element that the content names twice: in two branches of a choice it is one, in a sequence it repeats. */
function again(known: Field, more: Field): Field {
  if (!known.required && !more.required) return known;
  const shape: Shape = known.shape.kind === 'list' ? known.shape : { kind: 'list', of: known.shape, nullable: known.nullable };
  return { ...known, shape, required: true, nullable: false };
}

function particle(types: Types, node: Node, schema: SchemaContext, owner: string, outer: Times): Field[] {
  const times = {
    optional: outer.optional || node.attributes['minOccurs'] === '0',
    many: outer.many || isMany(node.attributes['maxOccurs']),
  };
  if (node.attributes['maxOccurs'] === '0') return [];
  if (node.name === 'element') return elements(types, node, schema, owner, times);
  if (node.name === 'any') {
    types.omissions.add(`further elements of ${owner}`, node.place, 'elements that are not named (xs:any) have no names to translate');
    return [];
  }
  if (node.name === 'group') {
    const group = types.library.find('group', resolved(node, node.attributes['ref'] ?? ''));
    return group ? group.node.children.flatMap((child) => particle(types, child, group.schema, owner, times)) : [];
  }
  if (node.name !== 'sequence' && node.name !== 'all' && node.name !== 'choice') return [];
  const isLoose = isMany(node.attributes['maxOccurs']) && node.children.filter((child) => child.name === 'element').length > 1;
  if (isLoose)
    types.omissions.add(
      `order in ${owner}`,
      node.place,
      'a group of elements repeats; each becomes a list of its own, which of them stood together is lost',
    );
  const inner = { ...times, optional: times.optional || node.name === 'choice' };
  return node.children.flatMap((child) => particle(types, child, schema, owner, inner));
}

const isMany = (max: string | undefined): boolean => max === 'unbounded' || Number(max ?? 1) > 1;

function elements(types: Types, node: Node, schema: SchemaContext, owner: string, times: Times): Field[] {
  const reference = node.attributes['ref'];
  try {
    if (reference === undefined) return [timed(types.element({ node, schema }, false, owner), times)];
    return substituted(types, resolved(node, reference), times, new Set());
  } catch (cause) {
    if (!(cause instanceof Shapeless)) throw cause;
    const name = node.attributes['name'] ?? reference ?? 'element';
    types.omissions.add(`${name} of ${owner}`, node.place, cause.message);
    if (!times.optional) types.lost.push(name);
    return [];
  }
}

/** A global element, and those that may stand in its place. */
function substituted(types: Types, name: string, times: Times, seen: Set<string>): Field[] {
  if (seen.has(name)) return [];
  seen.add(name);
  const declared = types.library.find('element', name);
  if (!declared) throw new Shapeless(`the element ${localOf(name)} of ${namespaceOf(name) || 'no namespace'} is not in the contract`);
  const others = types.library.substitutes(name);
  const inner = others.length > 0 ? { ...times, optional: true } : times;
  const isAbstract = declared.node.attributes['abstract'] === 'true';
  const own = isAbstract ? [] : [timed({ ...types.element(declared, true, ''), required: true }, inner)];
  return [...own, ...others.flatMap((other) => substituted(types, other, { ...times, optional: true }, seen))];
}

function timed(field: Field, { optional, many }: Times): Field {
  if (many) return { ...field, shape: { kind: 'list', of: field.shape, nullable: field.nullable }, required: true, nullable: false };
  return { ...field, required: field.required && !optional };
}
