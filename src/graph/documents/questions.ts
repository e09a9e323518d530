import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  getNullableType,
  getVariableValues,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import type { Served } from '../../connect/index.ts';
import { fragmentsOf } from './measure.ts';

/** What a list counts that no `first` limits: shareholders, members of a household, projects. */
const UNSIZED = 5;
/** What a page counts whose size cannot be told: the largest there is. */
const LARGEST_PAGE = 100;

type Variables = Readonly<Record<string, unknown>>;

/** An operation that may run. */
export interface Runnable {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Variables;
}

export interface Serving {
  readonly schema: GraphQLSchema;
  readonly served: ReadonlyMap<string, Served>;
  readonly asks?: RootAsks | undefined;
}

/** Sections that a field asks by itself, once for each time that they are named, given its arguments; by `Query.guide`. */
export type RootAsks = ReadonlyMap<string, (args: Readonly<Record<string, unknown>>) => readonly string[]>;

/** Where a selection stands: of which type, for how many subjects, and whether a `first` above it has sized its lists. */
interface Place {
  readonly type: GraphQLNamedType | undefined;
  readonly subjects: number;
  readonly sized: boolean;
}

/** Counts by agency, and whether they are the same whatever the variables. */
export interface Questions {
  readonly counts: ReadonlyMap<string, number>;
  readonly fixed: boolean;
}

/** How many (section, subject) pairs an operation asks of each agency, at most. Nothing is asked to find out. */
export function questionsOf({ document, operation, variables }: Runnable, { schema, served, asks }: Serving): Questions {
  const counts = new Map<string, number>();
  const fragments = fragmentsOf(document);
  const pages = pageSizes(operation, variables);

  function select({ selections }: SelectionSetNode, place: Place): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        enter(selection, place);
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      const narrowed = fragment?.typeCondition?.name.value;
      if (fragment) select(fragment.selectionSet, narrowed ? { ...place, type: schema.getType(narrowed) } : place);
    }
  }

  function count(section: string, subjects: number): void {
    const agency = served.get(section)?.agency;
    if (agency) counts.set(agency, (counts.get(agency) ?? 0) + subjects);
  }

  /** Undefined where they are wrong: such a request is refused when it is run. */
  function argumentsOf(node: FieldNode, field: GraphQLField<unknown, unknown>): Readonly<Record<string, unknown>> | undefined {
    pages.fixed &&= operation.variableDefinitions?.length === 0;
    const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
    try {
      return coerced && getArgumentValues(field, node, coerced);
    } catch (error) {
      if (error instanceof GraphQLError) return undefined;
      throw error;
    }
  }

  function enter(node: FieldNode, { type, subjects, sized }: Place): void {
    const field = fieldOf(type, node.name.value);
    if (!type || !field) return;
    const name = `${type.name}.${field.name}`;
    count(name, subjects);
    const ownAsks = asks?.get(name);
    const args = ownAsks && argumentsOf(node, field);
    if (args) for (const section of ownAsks(args)) count(section, subjects);
    if (!node.selectionSet) return;
    const page = pages.of(node, field);
    const times = page ?? (!sized && isListType(getNullableType(field.type)) ? UNSIZED : 1);
    select(node.selectionSet, { type: getNamedType(field.type), subjects: subjects * times, sized: page !== undefined });
  }

  select(operation.selectionSet, { type: schema.getRootType(operation.operation) ?? undefined, subjects: 1, sized: false });
  return { counts, fixed: pages.fixed };
}

function fieldOf(type: GraphQLNamedType | undefined, name: string): GraphQLField<unknown, unknown> | undefined {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
}

interface PageSizes {
  /** Whether no variable has been looked at. */
  fixed: boolean;
  /** How many a field gives by its `first`, or undefined when it has none. */
  of(node: FieldNode, field: GraphQLField<unknown, unknown>): number | undefined;
}

function pageSizes(operation: OperationDefinitionNode, variables: Variables): PageSizes {
  const defaults = new Map(operation.variableDefinitions?.map((it) => [it.variable.name.value, it.defaultValue]));
  const sizes: PageSizes = {
    fixed: true,
    of(node, { args }) {
      const first = args.find(({ name }) => name === 'first');
      if (!first) return undefined;
      const written = node.arguments?.find(({ name }) => name.value === 'first');
      const size = written ? sizeIn(written.value, first.defaultValue) : first.defaultValue;
      // What is no size at all is refused when it is read; here it must not make a request look small.
      return typeof size === 'number' && size >= 0 ? size : LARGEST_PAGE;
    },
  };
  function sizeIn(node: ValueNode, fallback: unknown): unknown {
    if (node.kind === Kind.INT) return Number(node.value);
    if (node.kind !== Kind.VARIABLE) return undefined;
    sizes.fixed = false;
    const given = variables[node.name.value];
    if (given !== undefined) return given;
    const written = defaults.get(node.name.value);
    return written ? sizeIn(written, fallback) : fallback;
  }
  return sizes;
}
