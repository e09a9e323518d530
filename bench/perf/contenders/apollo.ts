/**
 * Apollo Server the obvious way: Fastify, axios with its defaults, a DataLoader for each section and request. Settings are
 * what their guides show; nobody tuned it, and nobody slowed it down.
 */
import { ApolloServer } from '@apollo/server';
import fastifyApollo, { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import axios from 'axios';
import DataLoader from 'dataloader';
import Fastify from 'fastify';
import { SDL, type Section } from '../world.ts';
import { agencies, port } from './given.ts';
import { perSection } from './resolvers.ts';
import type { Match, Row } from './upstream.ts';

type Loaders = Readonly<Record<Section, DataLoader<string, Row>>>;

async function get<T>(section: Section, path: string, params: object): Promise<readonly T[]> {
  const { data } = await axios.get<{ items: readonly T[] }>(`http://127.0.0.1:${agencies[section]}${path}`, { params });
  return data.items;
}

const newLoaders = (): Loaders =>
  perSection(
    (section) =>
      new DataLoader<string, Row>(async (usccs) => {
        const rows = await get<Row>(section, '/records', { keys: usccs.join(',') });
        const byKey = new Map(rows.map((row) => [row.uscc, row]));
        return usccs.map((uscc) => byKey.get(uscc) ?? new Error('not found'));
      }),
  );

interface Context {
  readonly loaders: Loaders;
}

const resolvers = {
  Query: {
    enterprise: (_root: unknown, { uscc }: { uscc: string }) => ({ uscc }),
    async enterprises(_root: unknown, { name }: { name: string }) {
      const found = await get<Match>('registration', '/search', { name });
      return { nodes: found.map(({ uscc, nameZh, status }) => ({ nameZh, status, enterprise: { uscc } })) };
    },
  },
  Enterprise: perSection(
    (section) =>
      ({ uscc }: Row, _args: unknown, { loaders }: Context) =>
        loaders[section].load(uscc),
  ),
};

const app = Fastify();
const apollo = new ApolloServer<Context>({ typeDefs: SDL, resolvers, plugins: [fastifyApolloDrainPlugin(app)] });
await apollo.start();
await app.register(fastifyApollo(apollo), { context: async () => ({ loaders: newLoaders() }) });
await app.listen({ port, host: '127.0.0.1', backlog: 4_096 });
