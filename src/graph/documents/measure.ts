import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { type DocumentLimits, FIXED_LIMITS, hold } from './limits.ts';

/** How far a selection reaches with its fragments written out. */
interface Extent {
  readonly depth: number;
  readonly fields: number;
  /** Fields of the selection itself. */
  readonly own: number;
}

const NOTHING: Extent = { depth: 0, fields: 0, own: 0 };

/**
 * Throws for a document that is larger than it may be. It takes time in proportion to the text and needs no schema, so
 * that what would make validation slow (bombs of fragments, circles, thousands of fields to merge) never reaches it.
 */
export function measure(document: DocumentNode, limits: DocumentLimits): void {
  countNodes(document, limits);
  const extentOf = extents(document);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    const { depth, fields, own } = extentOf(definition.selectionSet);
    hold('depth', depth, limits.depth);
    if (definition.kind === Kind.OPERATION_DEFINITION) hold('rootFields', own, limits.rootFields);
    hold('fields', fields, limits.fields);
  }
}

/** Whether the document asks for the schema. */
export function introspects(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Field({ name }) {
      found ||= name.value === '__schema' || name.value === '__type';
    },
  });
  return found;
}

function countNodes(document: DocumentNode, limits: DocumentLimits): void {
  const seen = { operations: 0, directives: 0, aliases: 0 };
  visit(document, {
    OperationDefinition: () => hold('operations', ++seen.operations, FIXED_LIMITS.operations),
    Directive({ name }) {
      hold('directives', ++seen.directives, limits.directives);
      if (name.value === 'defer' || name.value === 'stream') throw notInParts();
    },
    Field({ alias }) {
      if (alias) hold('aliases', ++seen.aliases, limits.aliases);
    },
    SelectionSet: ({ selections }) => holdEqual(selections),
  });
}

const notInParts = () =>
  new GraphQLError('@defer and @stream are not supported: ask with the header x-yimen-within, which gives tickets for what is late.', {
    extensions: { code: 'BAD_USER_INPUT' },
  });

/** Equal fields are merged pair by pair, which takes quadratic time. */
function holdEqual(selections: readonly SelectionNode[]): void {
  const times = new Map<string, number>();
  for (const selection of selections) {
    if (selection.kind !== Kind.FIELD) continue;
    const key = (selection.alias ?? selection.name).value;
    const count = (times.get(key) ?? 0) + 1;
    times.set(key, count);
    hold('equalFields', count, FIXED_LIMITS.equalFields);
  }
}

/** Each fragment is measured once, however often it is spread. */
function extents(document: DocumentNode): (set: SelectionSetNode) => Extent {
  const fragments = fragmentsOf(document);
  const known = new Map<string, Extent | 'open'>();

  function ofFragment(name: string): Extent {
    const found = known.get(name);
    if (found === 'open') throw circular();
    if (found) return found;
    known.set(name, 'open');
    const set = fragments.get(name)?.selectionSet;
    const extent = set ? ofSelections(set) : NOTHING;
    known.set(name, extent);
    return extent;
  }

  function ofSelection(selection: SelectionNode): Extent {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return ofFragment(selection.name.value);
    const below = selection.selectionSet ? ofSelections(selection.selectionSet) : NOTHING;
    if (selection.kind === Kind.INLINE_FRAGMENT) return below;
    return { depth: below.depth + 1, fields: below.fields + 1, own: 1 };
  }

  function ofSelections({ selections }: SelectionSetNode): Extent {
    return selections.map(ofSelection).reduce(
      (sum, each) => ({
        depth: Math.max(sum.depth, each.depth),
        fields: sum.fields + each.fields,
        own: sum.own + each.own,
      }),
      NOTHING,
    );
  }
  return ofSelections;
}

const circular = () =>
  new GraphQLError('The document is too large: a fragment holds itself, so it has no end.', {
    extensions: { code: 'LIMIT_EXCEEDED', limit: 'depth' },
  });

export const fragmentsOf = (document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> =>
  new Map(document.definitions.filter((it) => it.kind === Kind.FRAGMENT_DEFINITION).map((it) => [it.name.value, it]));
