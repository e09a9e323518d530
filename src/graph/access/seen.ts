import {
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  getNamedType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';

/** By section, too: what a ticket stands for is decided by its holder, not by the document. */
const known = new WeakMap<FieldNode, Map<string, readonly string[]>>();

/**
 * Paths below a section that its selection would show, like `identity.card.validTo`. What begins another subject ends a path:
 * its sections are looks of their own. Where directives decide, it counts as seen. Computed once per document.
 */
export function pathsSeen(section: string, record: GraphQLObjectType, { fieldNodes, fragments }: GraphQLResolveInfo): readonly string[] {
  const [first] = fieldNodes;
  const bySection = first && fieldNodes.length === 1 ? (known.get(first) ?? new Map<string, readonly string[]>()) : undefined;
  const remembered = bySection?.get(section);
  if (remembered) return remembered;
  const paths = new Set<string>();
  for (const { selectionSet } of fieldNodes) if (selectionSet) walk(selectionSet, record, section, paths, fragments);
  const seen = [...paths];
  if (first && bySection) known.set(first, bySection.set(section, seen));
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
      const inner = selection.kind === 'FragmentSpread' ? fragments[selection.name.value] : selection;
      if (inner && isAbout(inner.typeCondition?.name.value, type)) walk(inner.selectionSet, type, at, paths, fragments);
    }
  }
}

/** Whether a fragment says something of this type: what is for other records shows nothing of this one. */
const isAbout = (condition: string | undefined, type: GraphQLObjectType): boolean =>
  condition === undefined || condition === type.name || type.getInterfaces().some(({ name }) => name === condition);

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
