/**
 * Apollo Server on bare `node:http` with graphql-jit as its executor, answering from records it holds: what is left of Apollo
 * when nothing has to be fetched.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { ApolloServer, type ApolloServerOptionsWithGateway, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { enterprise, record, SDL, SECTIONS } from '../world.ts';
import { port } from './given.ts';

/** As many as W3 asks for. */
const HELD = 1_000;

const records = new Map(
  Array.from({ length: HELD }, (_, n) => {
    const uscc = enterprise(n);
    return [uscc, { uscc, ...Object.fromEntries(SECTIONS.map((section) => [section, record(section, uscc)])) }];
  }),
);

const schema = makeExecutableSchema({
  typeDefs: SDL,
  resolvers: { Query: { enterprise: (_root: unknown, { uscc }: { uscc: string }) => records.get(uscc) ?? null } },
});

type Gateway = ApolloServerOptionsWithGateway<object>['gateway'];

/** Apollo's door for another executor: documents are compiled once, Apollo keeps the parsed ones. */
function compiling(schema: GraphQLSchema): Gateway {
  const compiled = new WeakMap<DocumentNode, CompiledQuery>();
  let tell: Parameters<Gateway['onSchemaLoadOrUpdate']>[0] | undefined;
  return {
    onSchemaLoadOrUpdate(callback) {
      tell = callback;
      return () => {};
    },
    async load() {
      tell?.({ apiSchema: schema, coreSupergraphSdl: '' });
      return {
        async executor({ document, operationName, request, context }) {
          let query = compiled.get(document);
          if (!query) {
            const made = compileQuery(schema, document, operationName ?? undefined);
            if (!isCompiledQuery(made)) return made as never;
            compiled.set(document, made);
            query = made;
          }
          return (await query.query(undefined, context, request.variables ?? {})) as never;
        },
      };
    },
    async stop() {},
  };
}

const apollo = new ApolloServer({
  gateway: compiling(schema),
  // Off, as the product has them: they would look at every field of every answer.
  plugins: [ApolloServerPluginCacheControlDisabled(), ApolloServerPluginLandingPageDisabled(), ApolloServerPluginUsageReportingDisabled()],
});
await apollo.start();

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

createServer(async (request, response) => {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) if (value !== undefined) headers.set(name, String(value));
  const reply = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: request.method ?? '', headers, body: await bodyOf(request), search: '' },
    context: async () => ({}),
  });
  const text = reply.body.kind === 'complete' ? reply.body.string : '';
  response.writeHead(reply.status ?? 200, Object.fromEntries(reply.headers)).end(text);
}).listen(port, '127.0.0.1', 4_096);
