import { GraphQLError } from 'graphql';

/** How large a document may be. Fields are counted as if every fragment were written out where it is spread. */
export interface DocumentLimits {
  /** Words and signs of the text. */
  readonly tokens: number;
  /** Fields within fields. */
  readonly depth: number;
  /** Aliases in the whole document. */
  readonly aliases: number;
  /** Fields of an operation itself. */
  readonly rootFields: number;
  /** Fields in all. */
  readonly fields: number;
  /** Directives in the whole document. */
  readonly directives: number;
  /** Sections times subjects that one request may ask of one agency. */
  readonly perAgency: number;
}

export const DEFAULT_LIMITS: DocumentLimits = {
  tokens: 2_000,
  depth: 15,
  aliases: 50,
  rootFields: 20,
  fields: 500,
  directives: 50,
  perAgency: 500,
};

/** Limits that no setting moves. */
export const FIXED_LIMITS = { bytes: 100_000, operations: 10, equalFields: 10, introspection: 2 } as const;

type DocumentLimit = Exclude<keyof DocumentLimits, 'perAgency'> | keyof typeof FIXED_LIMITS;

const MEANINGS: Readonly<Record<DocumentLimit, string>> = {
  bytes: 'bytes of text',
  tokens: 'tokens',
  operations: 'operations',
  directives: 'directives',
  aliases: 'aliases',
  equalFields: 'equal fields in one selection',
  depth: 'levels',
  rootFields: 'fields of an operation itself',
  fields: 'fields, fragments written out',
  introspection: 'lists of the schema within each other',
};

/** A document that is too large in one way. The words name the limit and nothing of the document. */
export const limitExceeded = (limit: DocumentLimit, most: number): GraphQLError =>
  new GraphQLError(`The document is too large: it may hold at most ${most} ${MEANINGS[limit]}.`, {
    extensions: { code: 'LIMIT_EXCEEDED', limit, most },
  });

/** Throws unless the number is within the limit. */
export function hold(limit: DocumentLimit, count: number, most: number): void {
  if (count > most) throw limitExceeded(limit, most);
}
