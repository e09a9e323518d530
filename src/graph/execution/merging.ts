import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';
import { fragmentsOf } from '../documents/index.ts';

/** A field as it stands in a selection, fragments written out. */
interface Written {
  readonly node: FieldNode;
  /** Whether a directive, its own or of a fragment around it, may leave it away. */
  readonly isConditional: boolean;
}

/**
 * Whether an operation selects the same field twice and a directive may leave one of them away: then what is selected below
 * depends on variables, which compiled code does not follow.
 */
export function mergesConditionally(document: DocumentNode, operation: OperationDefinitionNode): boolean {
  return mergesIn([operation.selectionSet.selections], fragmentsOf(document));
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

function mergesIn(lists: readonly (readonly SelectionNode[])[], fragments: Fragments): boolean {
  const byName = new Map<string, Written[]>();
  for (const written of lists.flatMap((list) => writtenOut(list, fragments, false))) {
    const name = (written.node.alias ?? written.node.name).value;
    byName.set(name, [...(byName.get(name) ?? []), written]);
  }
  return [...byName.values()].some((group) => {
    const below = group.flatMap(({ node }) => (node.selectionSet ? [node.selectionSet.selections] : []));
    return (group.length > 1 && group.some(({ isConditional }) => isConditional)) || (below.length > 0 && mergesIn(below, fragments));
  });
}

function writtenOut(selections: readonly SelectionNode[], fragments: Fragments, around: boolean): readonly Written[] {
  return selections.flatMap((selection): readonly Written[] => {
    const isConditional = around || (selection.directives?.length ?? 0) > 0;
    if (selection.kind === Kind.FIELD) return [{ node: selection, isConditional }];
    const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    return inner ? writtenOut(inner.selectionSet.selections, fragments, isConditional) : [];
  });
}
