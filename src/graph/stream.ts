import { type ExecutionResult, GraphQLError, type GraphQLFormattedError, type GraphQLSchema, getOperationAST, subscribe } from 'graphql';
import type { RequestContext } from './context.ts';
import { type Documents, requestError } from './documents/index.ts';
import { publicError } from './errors.ts';
import type { Execution } from './execution/index.ts';
import { checkPersonalUrl } from './personal-url.ts';

/** An operation whose answers go out as a stream of events. */
export interface StreamRequest {
  readonly method: string;
  readonly query?: string | null | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | null | undefined;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  readonly context: RequestContext;
}

export interface StreamTools {
  readonly schema: GraphQLSchema;
  readonly documents: Documents;
  readonly execution: Execution;
  readonly onInternal: (error: unknown, traceId: string) => void;
}

type Events = AsyncIterable<ExecutionResult> | readonly ExecutionResult[];

/** Runs an operation by the same documents, rules and error shape as a single answer; a query streams its one result. */
export async function openStream(request: StreamRequest, tools: StreamTools): Promise<AsyncIterable<ExecutionResult>> {
  const events = await run(request, tools);
  return shaped(events, request, tools);
}

async function run(request: StreamRequest, { schema, documents, execution }: StreamTools): Promise<Events> {
  const prepared = documents.prepare(request, request.context.caller);
  if ('errors' in prepared) return [{ errors: prepared.errors.map(requestError) }];
  const { document } = prepared;
  const operation = getOperationAST(document, request.operationName);
  if (!operation) return [{ errors: [wrong('The document holds no operation of this name, or several without a name.')] }];
  if (operation.operation === 'mutation') return [{ errors: [wrong('Send mutations by POST to /graphql.')] }];
  const refused = request.method === 'GET' ? checkPersonalUrl(document, schema) : undefined;
  if (refused) return [{ errors: [refused] }];
  const tooMany = documents.tooManyQuestions({ ...request, document });
  if (tooMany) return [{ errors: [tooMany] }];
  const { context: contextValue, operationName, variables } = request;
  if (operation.operation === 'query') return [await execution.run({ document, operationName, variables }, contextValue)];
  const args = { schema, document, contextValue, operationName: operationName ?? null, variableValues: variables ?? {} };
  const events = await subscribe(args);
  return Symbol.asyncIterator in events ? events : [events];
}

const wrong = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });

async function* shaped(events: Events, { context }: StreamRequest, { onInternal }: StreamTools): AsyncGenerator<ExecutionResult> {
  for await (const event of unbroken(events, context, onInternal)) {
    const errors = event.errors?.map((error) => {
      if (error.originalError && !error.extensions['code']) onInternal(error.originalError, context.traceId);
      return withTrace(publicError(formatted(error), error), context.traceId);
    });
    // What was seen is written down before anybody sees it.
    await context.looks.keep();
    yield { ...event, ...(errors && { errors: errors as never }) };
  }
}

/** A source that breaks is told to the client as an error of ours, not as a line that went dead. */
async function* unbroken(
  events: Events,
  { traceId }: RequestContext,
  onInternal: StreamTools['onInternal'],
): AsyncGenerator<ExecutionResult> {
  try {
    yield* events;
  } catch (error) {
    onInternal(error, traceId);
    const originalError = error instanceof Error ? error : null;
    yield { errors: [new GraphQLError('', { originalError, extensions: { code: 'INTERNAL' } })] };
  }
}

/** An error of values given for variables has no code of its own. */
function formatted(error: GraphQLError): GraphQLFormattedError {
  const isInput = !error.originalError && !error.extensions['code'];
  const plain = error.toJSON();
  return isInput ? { ...plain, extensions: { code: 'BAD_USER_INPUT' } } : plain;
}

const withTrace = (error: GraphQLFormattedError, traceId: string): GraphQLFormattedError => ({
  ...error,
  extensions: { ...error.extensions, traceId },
});
