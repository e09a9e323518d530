import { badInput } from './scalars.ts';

const MOST = 100;
const USUAL = 20;

/** What a client says of the page it wants. */
export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

/** One page of a list, in the shape of a connection. */
export interface Page<T> {
  readonly totalCount: number;
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly nodes: readonly T[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/**
 * A page of a list. A cursor names the entry, not its number: entries that came or went since the page before move nothing.
 * Throws `BAD_USER_INPUT` for a wrong `first` and for a cursor of another list.
 */
export function pageOf<T>(all: readonly T[], nameOf: (entry: T) => string, { first, after }: PageArguments): Page<T> {
  const count = first ?? USUAL;
  if (count < 1 || count > MOST) throw badInput(`first must be 1 to ${MOST}`);
  const start = after === null || after === undefined ? 0 : startAfter(after, all, nameOf);
  const nodes = all.slice(start, start + count);
  const edges = nodes.map((node) => ({ cursor: cursorOf(nameOf(node)), node }));
  const pageInfo = { hasNextPage: start + nodes.length < all.length, endCursor: edges.at(-1)?.cursor ?? null };
  return { totalCount: all.length, edges, nodes, pageInfo };
}

const cursorOf = (name: string): string => Buffer.from(name).toString('base64url');

function startAfter<T>(cursor: string, all: readonly T[], nameOf: (entry: T) => string): number {
  const name = Buffer.from(cursor, 'base64url').toString();
  const at = all.findIndex((entry) => nameOf(entry) === name);
  if (at < 0) throw badInput('after is not a cursor of this list: ask for the first page again, without after');
  return at + 1;
}
