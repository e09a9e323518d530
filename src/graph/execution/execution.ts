import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { mergesConditionally } from './merging.ts';

/** An operation of a prepared document, with raw values of its variables. */
export interface Operation {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** Runs operations of prepared documents. */
export interface Execution {
  /** The answer, as `execute` of graphql-js gives it. Without `data` nothing was asked: the values of variables do not fit. */
  run(operation: Operation, contextValue: unknown): ExecutionResult | Promise<ExecutionResult>;
  /** Compiles all queries of a document before anybody asks for them. */
  compile(document: DocumentNode): void;
}

export interface ExecutionOptions {
  readonly schema: GraphQLSchema;
  /** How often an operation is run step by step before it is compiled: a document that is sent once must not cost more than it is worth. */
  readonly compileAfter?: number;
}

type Compiled = (root: undefined, context: unknown, variables: object | null | undefined) => ExecutionResult | Promise<ExecutionResult>;

/** How often an operation was run; what it was compiled to, null where it cannot be. */
interface Known {
  runs: number;
  compiled?: Compiled | null;
}

const MOST_KNOWN = 1_000;
const COMPILE_AFTER = 2;
/** After a compilation so many times its length pass before the next: whoever keeps sending new documents gets a tenth of the process. */
const PAUSE = 9;

export function createExecution({ schema, compileAfter = COMPILE_AFTER }: ExecutionOptions): Execution {
  const operations = new LRUCache<OperationDefinitionNode, Known>({ max: MOST_KNOWN });
  let notBefore = 0;

  function knownOf(operation: OperationDefinitionNode): Known {
    const found = operations.get(operation);
    if (found) return found;
    const fresh: Known = { runs: 0 };
    operations.set(operation, fresh);
    return fresh;
  }

  function compiledOf({ document, operationName }: Operation): Compiled | null {
    const operation = getOperationAST(document, operationName);
    if (operation?.operation !== 'query') return null;
    const known = knownOf(operation);
    if (known.compiled === undefined && known.runs++ >= compileAfter) compileInTurn(known, document, operation);
    return known.compiled ?? null;
  }

  function compileInTurn(known: Known, document: DocumentNode, operation: OperationDefinitionNode): void {
    const begun = performance.now();
    if (begun < notBefore) return;
    known.compiled = compiled(schema, document, operation);
    const ended = performance.now();
    notBefore = ended + PAUSE * (ended - begun);
  }

  function stepByStep({ document, operationName, variables }: Operation, contextValue: unknown) {
    return execute({ schema, document, contextValue, operationName: operationName ?? null, variableValues: variables ?? {} });
  }

  return {
    run(operation, context) {
      const query = compiledOf(operation);
      if (!query) return stepByStep(operation, context);
      const result = query(undefined, context, operation.variables);
      // Values that do not fit: graphql-js says so in the words that are known to hold no value.
      if (!('then' in result) && !('data' in result)) return stepByStep(operation, context);
      return 'then' in result ? result.then(whole) : whole(result);
    },
    compile(document) {
      for (const operation of document.definitions)
        if (operation.kind === 'OperationDefinition' && operation.operation === 'query')
          knownOf(operation).compiled = compiled(schema, document, operation);
    },
  };
}

function compiled(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Compiled | null {
  // Compiled code keeps values in plain objects, where this name is none for a value.
  if (document.loc?.source.body.includes('__proto__') || mergesConditionally(document, operation)) return null;
  const result = compileQuery(schema, document, operation.name?.value ?? '', { disablingCapturingStackErrors: true });
  return isCompiledQuery(result) ? (result.query as Compiled) : null;
}

/** Compiled code leaves `extensions` away where there are none; readers of a `GraphQLError` rely on them. */
function whole(result: ExecutionResult): ExecutionResult {
  if (!result.errors) return result;
  return { ...result, errors: result.errors.map((error) => (error.extensions ? error : withExtensions(error))) };
}

const withExtensions = (error: GraphQLError): GraphQLError =>
  Object.create(error, {
    extensions: { value: error.originalError instanceof GraphQLError ? error.originalError.extensions : {}, enumerable: true },
  });
