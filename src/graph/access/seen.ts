import {
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  getNamedType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';

const known = new WeakMap<FieldNode, readonly string[]>();

/**
 * Paths below a section that its selection would show, like `identity.card.validTo`. What begins another subject ends a path:
 * its sections are looks of their own. Where directives decide, it counts as seen. Computed once per document.
 */
export function pathsSeen(section: string, record: GraphQLObjectType, { fieldNodes, fragments }: GraphQLResolveInfo): readonly string[] {
  const [first] = fieldNodes;
  const remembered = first && fieldNodes.length === 1 ? known.get(first) : undefined;
  if (remembered) return remembered;
  const paths = new Set<string>();
  for (const { selectionSet } of fieldNodes) if (selectionSet) walk(selectionSet, record, section, paths, fragments);
  const seen = [...paths];
  if (first && fieldNodes.length === 1) known.set(first, seen);
  return seen;
}

function walk(
  { selections }: SelectionSetNode,
  type: GraphQLObjectType,
  at: string,
  paths: Set<string>,
  fragments: GraphQLResolveInfo['fragments'],
): void {
  for (const selection of selections) {
    if (selection.kind === 'Field') walkField(selection, type, at, paths, fragments);
    else {
      const inner = selection.kind === 'FragmentSpread' ? fragments[selection.name.value]?.selectionSet : selection.selectionSet;
      if (inner) walk(inner, type, at, paths, fragments);
    }
  }
}

/** Where a record says it comes from is nobody's data. */
const NOBODYS = new Set(['provenance', '__typename']);

function walkField(
  { name, selectionSet }: FieldNode,
  type: GraphQLObjectType,
  at: string,
  paths: Set<string>,
  fragments: GraphQLResolveInfo['fragments'],
): void {
  if (NOBODYS.has(name.value)) return;
  const field = type.getFields()[name.value];
  const inner = field && getNamedType(field.type);
  const path = `${at}.${name.value}`;
  if (!selectionSet || !isObjectType(inner)) paths.add(path);
  else if (!isSubject(inner)) walk(selectionSet, inner, path, paths, fragments);
  // Of another subject only its own key lies in this record.
  else for (const key of keysIn(selectionSet, fragments)) paths.add(key === undefined ? path : `${path}.${key}`);
}

const isSubject = ({ astNode }: GraphQLObjectType): boolean => astNode?.directives?.some(({ name }) => name.value === 'subject') ?? false;

const KEYS = new Set(['id', 'idNumber', 'uscc', 'code']);

function keysIn({ selections }: SelectionSetNode, fragments: GraphQLResolveInfo['fragments']): readonly (string | undefined)[] {
  return selections.flatMap((selection): readonly (string | undefined)[] => {
    if (selection.kind === 'Field') return [KEYS.has(selection.name.value) ? selection.name.value : undefined];
    const inner = selection.kind === 'FragmentSpread' ? fragments[selection.name.value]?.selectionSet : selection.selectionSet;
    return inner ? keysIn(inner, fragments) : [];
  });
}
