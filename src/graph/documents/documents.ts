import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Caller, Role, Served } from '../../connect/index.ts';
import { DEFAULT_LIMITS, type DocumentLimits, FIXED_LIMITS, limitExceeded } from './limits.ts';
import { introspects, measure } from './measure.ts';
import { questionsOf, type RootAsks, type Runnable } from './questions.ts';
import { compiled, hashOf, type Manifest } from './registered.ts';

const MOST_DOCUMENTS = 2_000;
/** Tokens of all remembered documents, some 300 bytes each: strangers' documents must not fill the memory. */
const MOST_TOKENS = 300_000;
const BYTES_PER_TOKEN = 300;

/** A document that may run, or what is wrong with it. */
type Prepared = { readonly document: DocumentNode } | { readonly errors: readonly GraphQLError[] };

/** How a request names its document: by its text, or by the hash of one that is registered. */
interface AskedDocument {
  readonly query?: string | null | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | null | undefined;
}

/** An operation of a prepared document, with raw values of its variables. */
interface AskedOperation {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** Documents that were held to all rules once, for every door. */
export interface Documents {
  /** Those of the hall's manifest. */
  readonly registered: readonly DocumentNode[];
  /** The document that a caller names, parsed and validated once for all who send it. */
  prepare(asked: AskedDocument, caller: Caller): Prepared;
  /** The error for an operation that would ask one agency too much. Asks nobody. */
  tooManyQuestions(operation: AskedOperation): GraphQLError | undefined;
  /** Questions that one request may ask of one agency. */
  readonly perAgency: number;
}

interface DocumentsOptions {
  readonly schema: GraphQLSchema;
  /** Who serves each section. */
  readonly served: ReadonlyMap<string, Served>;
  /** What fields ask by themselves. */
  readonly asks?: RootAsks | undefined;
  readonly limits?: { readonly [L in keyof DocumentLimits]?: DocumentLimits[L] | undefined } | undefined;
  /** Everybody may ask for the schema, and kiosks may try what they want where no manifest is given. */
  readonly sandbox: boolean;
  /** Registered documents. Whoever is bound to them runs no other. */
  readonly manifest?: Manifest | undefined;
  /** Whether everybody is bound to registered documents. */
  readonly only?: boolean | undefined;
}

interface Known {
  readonly document: DocumentNode;
  readonly introspects: boolean;
}

/** Throws when a registered document cannot run. */
export function createDocuments(options: DocumentsOptions): Documents {
  const limits = { ...DEFAULT_LIMITS, ...given(options.limits) };
  const compile = (source: string) => compiledBy(options.schema, limits, source);
  const registered = compiled(options.manifest ?? {}, (source) => firstError(compile(source)));
  const registeredByText = new Map([...registered.values()].map((each) => [each.document.loc?.source.body ?? '', each]));
  /** By their text. */
  const known = new LRUCache<string, Known>({ max: MOST_DOCUMENTS, maxSize: MOST_TOKENS, sizeCalculation: weight });

  /** What operations ask too much of, or null, where they ask the same whatever their variables. */
  const fixed = new WeakMap<OperationDefinitionNode, readonly [agency: string, asked: number] | null>();

  function tooMuchOf(runnable: Runnable): readonly [agency: string, asked: number] | null {
    const questions = questionsOf(runnable, options);
    const over = [...questions.counts].find(([, count]) => count > limits.perAgency) ?? null;
    if (questions.fixed) fixed.set(runnable.operation, over);
    return over;
  }

  function byText(source: string, caller: Caller): Known | readonly GraphQLError[] {
    const found = registeredByText.get(source) ?? (isBound(caller, options) ? [notTrusted()] : known.get(source));
    if (found) return found;
    const fresh = compile(source);
    if ('document' in fresh) known.set(source, fresh);
    return fresh;
  }

  function find({ query, extensions }: AskedDocument, caller: Caller): Known | readonly GraphQLError[] {
    const named = hashIn(extensions);
    if (!query) return (named && registered.get(named)) || [named === null ? badHash() : notTrusted()];
    if (isLongerThan(FIXED_LIMITS.bytes, query)) return [limitExceeded('bytes', FIXED_LIMITS.bytes)];
    return named === undefined || named === hashOf(query) ? byText(query, caller) : [badHash()];
  }

  return {
    registered: [...registered.values()].map(({ document }) => document),
    perAgency: limits.perAgency,
    prepare(asked, caller) {
      const found = find(asked, caller);
      if (!('document' in found)) return { errors: found };
      if (found.introspects && !options.sandbox && !READERS_OF_THE_SCHEMA.includes(caller.role)) return { errors: [introspectionOff()] };
      return { document: found.document };
    },
    tooManyQuestions({ document, operationName, variables }) {
      const operation = getOperationAST(document, operationName);
      if (!operation) return undefined;
      const known = fixed.get(operation);
      const over = known === undefined ? tooMuchOf({ document, operation, variables: variables ?? {} }) : known;
      return over ? tooMany(over, limits.perAgency) : undefined;
    },
  };
}

const MOST_BYTES_A_CHARACTER = 3;

const isLongerThan = (bytes: number, text: string): boolean =>
  text.length > bytes || (text.length * MOST_BYTES_A_CHARACTER > bytes && Buffer.byteLength(text) > bytes);

/** A document's share of what may be remembered: its tokens, and its text, which they point into. */
function weight({ document: { loc } }: Known): number {
  let tokens = 1;
  for (let token = loc?.startToken; token; token = token.next ?? undefined) tokens++;
  return tokens + Math.ceil((loc?.source.body.length ?? 0) / BYTES_PER_TOKEN);
}

/** What is wrong with a document by the rules that need no caller; nothing when it may run. */
export function checkDocument(source: string, { schema, limits }: Pick<DocumentsOptions, 'schema' | 'limits'>): readonly GraphQLError[] {
  const result = compiledBy(schema, { ...DEFAULT_LIMITS, ...given(limits) }, source);
  return 'document' in result ? [] : result;
}

/** Settings that are not given leave the default. */
const given = <T extends object>(limits: T | undefined): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(limits ?? {}).filter(([, value]) => value !== undefined)) as never;

function compiledBy(schema: GraphQLSchema, limits: DocumentLimits, source: string): Known | readonly GraphQLError[] {
  try {
    const document = parse(source, { maxTokens: limits.tokens });
    measure(document, limits);
    const errors = validate(schema, document, undefined, { hideSuggestions: true });
    return errors.length > 0 ? errors.map((error) => namedLimit(error, limits)) : { document, introspects: introspects(document) };
  } catch (error) {
    // The parser calls itself: what nests too deep for the stack is deeper than any limit.
    if (error instanceof RangeError) return [limitExceeded('depth', limits.depth)];
    if (error instanceof GraphQLError) return [namedLimit(error, limits)];
    throw error;
  }
}

/** Two limits are kept by graphql-js, which has no codes for them. */
function namedLimit(error: GraphQLError, { tokens }: DocumentLimits): GraphQLError {
  if (/^Syntax Error: Document contains more tha[nt] \d+ tokens/.test(error.message)) return limitExceeded('tokens', tokens);
  if (error.message === 'Maximum introspection depth exceeded') return limitExceeded('introspection', FIXED_LIMITS.introspection);
  return error;
}

function firstError(result: Known | readonly GraphQLError[]): Known {
  if ('document' in result) return result;
  throw result[0];
}

/** Who runs registered documents only. */
function isBound({ role }: Caller, { sandbox, manifest, only }: DocumentsOptions): boolean {
  if (role === 'kiosk') return !sandbox || manifest !== undefined;
  return only === true && !(sandbox && (role === 'integrator' || role === 'supervisor'));
}

const READERS_OF_THE_SCHEMA: readonly Role[] = ['integrator', 'supervisor', 'auditor'];

/** The hash a request names: undefined without one, null when it is no hash. */
function hashIn(extensions: AskedDocument['extensions']): string | null | undefined {
  const persisted = extensions?.['persistedQuery'];
  if (persisted === undefined || persisted === null) return undefined;
  const hash = typeof persisted === 'object' && 'sha256Hash' in persisted ? persisted.sha256Hash : undefined;
  return typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash) ? hash : null;
}

const refusal = (code: string, message: string, more: object = {}) => new GraphQLError(message, { extensions: { code, ...more } });

const notTrusted = () =>
  refusal('DOCUMENT_NOT_TRUSTED', 'This document is not registered at the hall: send the hash, or the very text, of one that is.');
const badHash = () =>
  refusal('BAD_USER_INPUT', 'extensions.persistedQuery.sha256Hash is the SHA-256 of the document in lower-case hexadecimal.');
const introspectionOff = () =>
  refusal('BAD_USER_INPUT', 'introspection is off: the schema is at /schema.graphql for whoever is signed in.');

const tooMany = ([agency, asked]: readonly [string, number], most: number) =>
  refusal('LIMIT_EXCEEDED', `The request would ask one agency ${asked} questions; at most ${most} are allowed. Ask for less at a time.`, {
    limit: 'perAgency',
    agency,
    asked,
    most,
  });
