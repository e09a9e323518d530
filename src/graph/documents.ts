import { createHash } from 'node:crypto';
import { type DocumentNode, type GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import { LRUCache } from 'lru-cache';

const MOST_DOCUMENTS = 2_000;
const HASH_LENGTH = 64;

/** A document that may run, or what is wrong with it. */
export type Prepared = { readonly document: DocumentNode } | { readonly errors: readonly GraphQLError[] };

/** Documents that were parsed and validated once, for every door. */
export interface Documents {
  /** Parses and validates a document, once for all who send it. */
  prepare(source: string): Prepared;
  /** The same store as Apollo asks for it; its keys end with the document's SHA-256. */
  readonly forApollo: {
    get(key: string): Promise<DocumentNode | undefined>;
    set(key: string, document: DocumentNode): Promise<void>;
    delete(key: string): Promise<boolean>;
  };
}

export function createDocuments(schema: GraphQLSchema): Documents {
  const known = new LRUCache<string, DocumentNode>({ max: MOST_DOCUMENTS });
  const hashIn = (key: string) => key.slice(-HASH_LENGTH);
  return {
    prepare(source) {
      const hash = createHash('sha256').update(source).digest('hex');
      const found = known.get(hash);
      if (found) return { document: found };
      const prepared = parsed(source, schema);
      if ('document' in prepared) known.set(hash, prepared.document);
      return prepared;
    },
    forApollo: {
      get: async (key) => known.get(hashIn(key)),
      set: async (key, document) => void known.set(hashIn(key), document),
      delete: async (key) => known.delete(hashIn(key)),
    },
  };
}

function parsed(source: string, schema: GraphQLSchema): Prepared {
  try {
    const document = parse(source);
    const errors = validate(schema, document, undefined, { hideSuggestions: true });
    return errors.length > 0 ? { errors } : { document };
  } catch (error) {
    return { errors: [error as GraphQLError] };
  }
}
