/** Mercurius with graphql-jit and nothing around it: what a skilled hand reaches when nobody has to be kept out. */
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { SDL } from '../world.ts';
import { isList, port } from './given.ts';
import { Enterprise, perSection, Query } from './resolvers.ts';
import { askMany, type Row } from './upstream.ts';

/** Lists are fetched by loaders, one question for each section. */
const loaders = {
  Enterprise: perSection((section) => ({
    loader: (queries: readonly { obj: Row }[]) =>
      askMany(
        section,
        queries.map(({ obj }) => obj.uscc),
      ),
    // No enterprise comes twice in an answer: keeping answers by a serialized key would only cost.
    opts: { cache: false },
  })),
};

// Fastify's own log is off by default, and stays off: this contender is bare.
const app = Fastify({ logger: false });
app.register(mercurius, {
  schema: SDL,
  // A loader costs a turn of the loop: a single enterprise is asked for directly.
  resolvers: isList ? { Query } : { Query, Enterprise },
  ...(isList && { loaders }),
  // Documents are compiled the second time they come.
  jit: 1,
});
await app.listen({ port, host: '127.0.0.1', backlog: 4_096 });
