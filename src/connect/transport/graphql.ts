import { buildSchema, type DocumentNode, GraphQLError, type GraphQLSchema, Kind, parse, print, validate } from 'graphql';
import { z } from 'zod';
import { AgencyError } from '../errors.ts';
import type { Call } from '../types.ts';
import { jsonClient } from './json.ts';
import { type LinkOptions, type LinkTools, type Meanings, meant } from './link.ts';

export interface GraphqlOptions extends LinkOptions {
  /** The agency's own schema, as SDL: every document is checked against it when the connector is opened. */
  readonly schema: string;
  /** What the codes in `errors[].extensions.code` mean. A code that is not listed means `REFUSED`; no code `UNAVAILABLE`. */
  readonly meanings?: Meanings;
}

/** An agency that speaks GraphQL itself. */
export interface GraphqlClient {
  /**
   * One query, checked against the agency's schema: throws with the place when it does not fit, so that the gateway does
   * not start with a question that the agency cannot understand. `shape` checks `data` of every reply.
   */
  query<T>(document: string, shape: z.ZodType<T>): GraphqlQuery<T>;
}

/** Asks with variables; null when a code means "no such record". An answer with errors is a failure, whatever data it has. */
export type GraphqlQuery<T> = (variables: Readonly<Record<string, unknown>>, call: Call) => Promise<T | null>;

const Reply = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.object({ extensions: z.object({ code: z.string().optional() }).optional() })).optional(),
});

export function graphqlClient(options: GraphqlOptions, tools: LinkTools): GraphqlClient {
  const { schema: text, meanings = {}, ...link } = options;
  const schema = buildSchema(text);
  const headers = { accept: 'application/graphql-response+json, application/json', ...link.headers };
  const client = jsonClient({ ...link, headers }, tools);
  return {
    query(source, shape) {
      const document = fitting(source, schema);
      const query = print(document);
      return async (variables, call) => {
        const { data, errors } = await client.request({ path: '', body: { query, variables } }, Reply, call);
        if (errors && errors.length > 0) return failure(errors[0]?.extensions?.code, meanings, call);
        return checked(data, shape, call);
      };
    },
  };
}

/** A question to an agency that speaks GraphQL which the agency could not understand. */
export class UnfitDocument extends TypeError {
  override readonly name = 'UnfitDocument';
  /** The text of the document. */
  readonly document: string;
  /** Where in the text, both from 1. */
  readonly at: { readonly line: number; readonly column: number };

  constructor(document: string, { message, locations }: GraphQLError) {
    const at = locations?.[0] ?? { line: 1, column: 1 };
    super(`the query does not fit the agency's schema: ${message} (line ${at.line}, column ${at.column})`);
    this.document = document;
    this.at = at;
  }
}

/** The document, if it is one query that the schema knows. */
function fitting(source: string, schema: GraphQLSchema): DocumentNode {
  let document: DocumentNode;
  try {
    document = parse(source);
  } catch (cause) {
    throw cause instanceof GraphQLError ? new UnfitDocument(source, cause) : cause;
  }
  checkQuery(document);
  const [error] = validate(schema, document);
  if (error) throw new UnfitDocument(source, error);
  return document;
}

function checkQuery({ definitions }: DocumentNode): void {
  const operations = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (operations.length !== 1 || operations[0]?.operation !== 'query')
    throw new TypeError('a document for an agency holds one query, and nothing that changes anything');
}

function failure(code: string | undefined, meanings: Meanings, call: Call): null {
  if (code === undefined) throw new AgencyError(call, 'UNAVAILABLE', { private: { reason: 'errors without a code' } });
  return meant(meanings, code, call);
}

function checked<T>(data: unknown, shape: z.ZodType<T>, call: Call): T {
  const parsed = shape.safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AgencyError(call, 'PROTOCOL', { private: { reason: `${issue?.path.join('.') || 'data'}: ${issue?.code}` } });
}
