import {
  ApolloServer,
  type ApolloServerOptionsWithGateway,
  type ApolloServerPlugin,
  type GraphQLResponse,
  HeaderMap,
} from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { type ExecutionResult, GraphQLError, type GraphQLSchema, parse } from 'graphql';
import type { RequestContext } from './context.ts';
import { type Documents, requestError } from './documents/index.ts';
import { publicError } from './errors.ts';
import type { Execution } from './execution/index.ts';
import { checkPersonalUrl } from './personal-url.ts';

const MODERN = 'application/graphql-response+json';

/** What Apollo hands to executors and plugins. */
export interface ApolloContext extends RequestContext {
  /** What the request has come to before Apollo sees it: then nothing is asked a second time. */
  readonly result?: ExecutionResult | undefined;
}

export interface ApolloOptions {
  readonly schema: GraphQLSchema;
  readonly documents: Documents;
  readonly execution: Execution;
  /** Told of every error that is not the client's or an agency's fault. */
  readonly onInternal: (error: unknown, traceId: string) => void;
}

/** The server that runs the GraphQL protocol. It has no HTTP of its own. */
export function createApollo({ schema, documents, execution, onInternal }: ApolloOptions): ApolloServer<ApolloContext> {
  return new ApolloServer<ApolloContext>({
    gateway: executedBy(
      schema,
      ({ document, request: { operationName, variables }, context }) =>
        context.result ?? execution.run({ document, operationName, variables }, context),
    ),
    introspection: true,
    includeStacktraceInErrorResponses: false,
    // The endpoint takes bearer tokens only, never cookies, so a foreign page has nothing to ride on.
    csrfPrevention: false,
    persistedQueries: false,
    // Documents come prepared: Apollo parses and validates nothing by itself.
    documentStore: null,
    stopOnTerminationSignals: false,
    hideSchemaDetailsFromClientErrors: true,
    formatError: publicError,
    // As answers are written that go past Apollo, which would end its own with a line break.
    stringifyResult: (result) => JSON.stringify(result),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      requestErrorStatus,
      preparedDocuments(documents),
      personalDataOffTheUrl(schema),
      streamsElsewhere,
      traced(onInternal),
    ],
  });
}

type Gateway = ApolloServerOptionsWithGateway<ApolloContext>['gateway'];
type Executor = Awaited<ReturnType<Gateway['load']>>['executor'];
type Executed = Parameters<NonNullable<Executor>>[0] & { readonly context: ApolloContext };

/** Apollo's door for executors of one's own. */
function executedBy(schema: GraphQLSchema, run: (executed: Executed) => ExecutionResult | Promise<ExecutionResult>): Gateway {
  const executor = (async (executed: Executed) => run(executed)) as Executor;
  return {
    onSchemaLoadOrUpdate(tell) {
      tell({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    load: async () => ({ executor }),
    stop: async () => undefined,
  };
}

const REQUEST_ERRORS = new Set<unknown>(['BAD_USER_INPUT', 'LIMIT_EXCEEDED', 'DOCUMENT_NOT_TRUSTED']);

/** GraphQL over HTTP: a request error is 200 without `data` for clients that only know `application/json`. */
const requestErrorStatus: ApolloServerPlugin<RequestContext> = {
  async requestDidStart() {
    return {
      async willSendResponse({ request, response }) {
        if (request.http?.headers.get('accept')?.includes(MODERN) || response.body.kind !== 'single') return;
        const { data, errors } = response.body.singleResult;
        const isRequestError = data === undefined && errors?.every(({ extensions }) => REQUEST_ERRORS.has(extensions?.['code']));
        if (isRequestError && response.http.status === 400 && request.query) response.http.status = 200;
      },
    };
  },
};

const STAND_IN = '{ __typename }';
const STAND_IN_DOCUMENT = parse(STAND_IN);

/**
 * Gives Apollo the document that the request names. Where it may not run, or would ask an agency too much, a harmless
 * document stands in for it up to the point at which a plugin may answer.
 */
function preparedDocuments(documents: Documents): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart({ request, contextValue }) {
      const { persistedQuery, ...extensions } = request.extensions ?? {};
      // Without either, Apollo says what a request must hold.
      if (!request.query && !persistedQuery) return {};
      const prepared = documents.prepare(request, contextValue.caller);
      const document = 'document' in prepared ? prepared.document : STAND_IN_DOCUMENT;
      Object.assign(request, { query: 'document' in prepared && request.query ? request.query : STAND_IN, extensions });
      return {
        async didResolveSource(asked) {
          Object.assign(asked, { document });
        },
        async responseForOperation() {
          if ('errors' in prepared) return refused(prepared.errors);
          const tooMany = documents.tooManyQuestions({ ...request, document });
          return tooMany ? refused([tooMany]) : null;
        },
      };
    },
  };
}

const refused = (errors: readonly GraphQLError[]): GraphQLResponse => ({
  http: { status: 400, headers: new HeaderMap() },
  body: { kind: 'single', singleResult: { errors: errors.map(requestError).map((error) => publicError(error.toJSON(), error)) } },
});

/** Identity numbers never travel in a URL: logs of every proxy on the way would hold them. */
function personalDataOffTheUrl(schema: GraphQLSchema): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ request, document }) {
          const refused = request.http?.method === 'GET' ? checkPersonalUrl(document, schema) : undefined;
          if (refused) throw refused;
        },
      };
    },
  };
}

/** One answer cannot hold what is still to come. */
const streamsElsewhere: ApolloServerPlugin<RequestContext> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ operation }) {
        if (operation?.operation !== 'subscription') return;
        const extensions = { code: 'BAD_USER_INPUT', http: { status: 400 } };
        throw new GraphQLError('Subscriptions are streamed: send them to /graphql/stream, with Accept: text/event-stream.', { extensions });
      },
    };
  },
};

/** Every error carries the request's trace id; those that are nobody's fault but ours are logged. */
function traced(onInternal: ApolloOptions['onInternal']): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      return {
        async didEncounterErrors({ errors, contextValue }) {
          for (const error of errors)
            if (error.originalError && !error.extensions['code']) onInternal(error.originalError, contextValue.traceId);
        },
        async willSendResponse({ response, contextValue }) {
          if (response.body.kind !== 'single') return;
          const result = response.body.singleResult;
          if (!result.errors) return;
          result.errors = result.errors.map((e) => ({ ...e, extensions: { ...e.extensions, traceId: contextValue.traceId } }));
        },
      };
    },
  };
}
