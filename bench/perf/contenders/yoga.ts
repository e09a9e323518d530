/** GraphQL Yoga on `node:http` with undici. Parsed and validated documents are kept, errors masked: its defaults. */
import { createServer } from 'node:http';
import DataLoader from 'dataloader';
import { createSchema, createYoga } from 'graphql-yoga';
import { SDL, type Section } from '../world.ts';
import { isList, port } from './given.ts';
import { perSection, Query, Enterprise as single } from './resolvers.ts';
import { askMany, type Row } from './upstream.ts';

interface Context {
  readonly loaders: Readonly<Record<Section, DataLoader<string, Row>>>;
}

/** Lists are fetched by loaders; for a single enterprise they would only cost a turn of the loop. */
const batched = perSection(
  (section) =>
    ({ uscc }: Row, _args: unknown, { loaders }: Context) =>
      loaders[section].load(uscc),
);

const newLoaders = () =>
  perSection(
    (section) => new DataLoader<string, Row>(async (usccs) => (await askMany(section, usccs)).map((row) => row ?? new Error('not found'))),
  );

const yoga = createYoga<object, object>({
  schema: createSchema<object>({ typeDefs: SDL, resolvers: { Query, Enterprise: isList ? batched : single } }),
  ...(isList && { context: () => ({ loaders: newLoaders() }) }),
  // Pages for people and lines of log take no part in this.
  graphiql: false,
  landingPage: false,
  logging: false,
});
createServer(yoga).listen(port, '127.0.0.1', 4_096);
