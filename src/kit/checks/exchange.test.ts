import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Call, connector, databaseSettings, type ExchangeClient, lookup, type ServedFields, value } from '../../connect/index.ts';
import { conformance } from '../conformance.ts';
import { DatabaseHost } from '../exchange/database-host.ts';
import { sandbox } from '../sandbox.ts';

const KEY = 'A1';
const Answer = z.object({ name: z.string() });
const REQUEST = { table: 'qqb', id: 'lsh', service: 'fwbm', payload: 'qqnr', createdAt: 'cjsj' };
const REPLY = { table: 'ydb', id: 'lsh', payload: 'ydnr', read: 'dqbz' };

const agency = sandbox({
  transport: 'exchange',
  id: 'toy',
  request: REQUEST,
  reply: REPLY,
  settings: ({ url, user, password, schema }) => ({ url, user, password: { sandbox: password }, schema }),
  samples: { 'Toy.name': [KEY] },
  open: () => ({ answer: ({ payload }) => ({ payload: JSON.stringify({ name: `name of ${payload}` }) }) }),
});

type Ask = (client: ExchangeClient, key: string, call: Call) => Promise<z.infer<typeof Answer> | null>;

const right: Ask = (client, key, call) => client.ask('queryName', { key }, Answer, call);

const toy = (ask: Ask) =>
  connector({
    id: 'toy',
    agency: 'taxation',
    settings: z.strictObject({ ...databaseSettings(), schema: z.string() }),
    open({ settings: { schema, ...address }, database }) {
      const [request, reply] = [REQUEST, REPLY].map((table) => ({ ...table, table: `${schema}.${table.table}` })) as [
        typeof REQUEST,
        typeof REPLY,
      ];
      const client = database.exchange({ ...address, request, reply, pollEvery: '20ms' });
      const name = lookup({ one: async (key: string, call) => value(await ask(client, key, call)) });
      return { fields: { Toy: { name } } as unknown as ServedFields };
    },
  });

const databases = new DatabaseHost(1_000);

async function sentences(ask: Ask, names: RegExp): Promise<readonly string[]> {
  const checks = conformance({ connector: toy(ask), sandbox: agency, databases }).filter(({ name }) => names.test(name));
  const outcomes: string[] = [];
  for (const { name, run } of checks) await run().catch((error: Error) => outcomes.push(`${name} | ${error.message}`));
  return [`${checks.length} checks`, ...outcomes];
}

const OF_TABLES = /keeps one request open|late reply|second reply/;

describe('the conformance kit, over an exchange database', () => {
  it('passes a connector that is right', async () => {
    expect(await sentences(right, OF_TABLES)).toEqual(['3 checks']);
  });

  it('catches a connector whose same question is another one every time', async () => {
    const numbered: Ask = (client, key, call) => client.ask('queryName', { key, at: performance.now() }, Answer, call);
    const found = (await sentences(numbered, OF_TABLES)).join('\n');
    expect(found).toMatch(/should ask again with the request that is open already: one question wrote 2 rows/);
    expect(found).toMatch(/should have been answered by the late reply, got AGENCY_TIMEOUT after 9 more questions/);
  });

  it('catches a connector that takes the same reply for every question', async () => {
    const ids = new WeakMap<ExchangeClient, string>();
    const stuck: Ask = async (client, key, call) => {
      const id = ids.get(client) ?? (await client.put({ service: 'queryName', body: { key } }, call));
      ids.set(client, id);
      return client.take(id, Answer, call);
    };
    expect((await sentences(stuck, OF_TABLES)).join('\n')).toMatch(/two questions wrote 1 rows, a second reply stood in/);
  });
});
