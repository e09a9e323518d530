import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { Client, cacheExchange, fetchExchange } from '@urql/core';
import { auditServer } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examples } from '../src/server/index.ts';
import { type Hall, startHall } from './harness.ts';

let hall: Hall;
let headers: { authorization: string };
beforeAll(async () => {
  hall = await startHall();
  headers = { authorization: `Bearer ${await hall.token('integrator')}` };
});
afterAll(() => hall[Symbol.asyncDispose]());

describe('GraphQL over HTTP', () => {
  it("passes all of graphql-http's audit", async () => {
    const results = await auditServer({
      url: `${hall.url}/graphql`,
      fetchFn: (url: string, init: RequestInit = {}) => fetch(url, { ...init, headers: { ...(init.headers as object), ...headers } }),
    });
    const failed = results.filter((result) => result.status !== 'ok').map((result) => `${result.id} ${result.name}`);
    expect(failed).toEqual([]);
    expect(results).toHaveLength(61);
  });
});

describe.each(examples.map((example, i) => [i + 1, example] as const))('example %i', (_number, query) => {
  it('runs in Apollo Client', async () => {
    const client = new ApolloClient({ link: new HttpLink({ uri: `${hall.url}/graphql`, headers }), cache: new InMemoryCache() });
    const { data } = await client.query<Record<string, unknown>>({ query: gql(query) });
    expect(Object.values(data ?? {}).filter(Boolean).length).toBeGreaterThan(0);
    client.stop();
  });

  it('runs in urql', async () => {
    const client = new Client({
      url: `${hall.url}/graphql`,
      exchanges: [cacheExchange, fetchExchange],
      fetchOptions: { headers },
      preferGetMethod: false,
    });
    const { data, error } = await client.query(query, {}).toPromise();
    expect(error).toBeUndefined();
    expect(Object.values(data).filter(Boolean).length).toBeGreaterThan(0);
  });
});

it('Apollo Client keeps what arrived when one agency is dead', async () => {
  await hall.fault('public-security', 'down');
  const client = new ApolloClient({ link: new HttpLink({ uri: `${hall.url}/graphql`, headers }), cache: new InMemoryCache() });
  const { data, error } = await client.query<{ enterprise: Record<string, unknown> }>({
    query: gql('{ enterprise(uscc: "91321071990000017N") { uscc registration { nameZh } seals { items { number } } } }'),
    errorPolicy: 'all',
  });
  expect(data?.enterprise['registration']).toMatchObject({ nameZh: '扬州示例精密机械有限公司' });
  expect(data?.enterprise['seals']).toBeNull();
  expect(error?.message).toContain('公安局');
  client.stop();
});
