import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema, GraphQLError, graphql } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { httpFace } from '../http-face.ts';
import type { Call } from '../types.ts';

const SDL = 'type Query { plot(id: ID!): Plot } type Plot { id: ID! area: Float! owner: String } type Mutation { burn: Boolean }';
const Plot = z.object({ plot: z.object({ id: z.string(), area: z.number() }).nullable() });
const QUERY = 'query ($id: ID!) { plot(id: $id) { id area } }';

const call: Call = {
  caller: { role: 'clerk', actor: 'x' },
  signal: new AbortController().signal,
  traceId: 't',
  connector: 'land',
  agency: 'land',
  operation: 'Plot.land',
};

const root = {
  plot({ id }: { id: string }) {
    if (id === 'gone') throw new GraphQLError('no such plot', { extensions: { code: 'NOT_FOUND' } });
    if (id === 'busy') throw new GraphQLError('busy', { extensions: { code: 'TOO_MANY' } });
    if (id === 'odd') throw new GraphQLError('odd', { extensions: { code: 'ODD' } });
    if (id === 'broken') throw new Error('oh');
    return { id, area: 12.5 };
  },
};

/** A land registry that speaks GraphQL, run by graphql-js. */
const registry = createServer(async (request, reply) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { query, variables } = JSON.parse(Buffer.concat(chunks).toString());
  const result = await graphql({ schema: buildSchema(SDL), source: query, rootValue: root, variableValues: variables });
  reply.writeHead(200, { 'content-type': 'application/graphql-response+json' }).end(JSON.stringify(result));
});

const closers: (() => Promise<void>)[] = [];
const client = () => {
  const url = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/graphql`;
  const clock = { now: () => 0 };
  const http = httpFace({ clock, connections: 4, outbound: { loopback: true }, onOpen: (close) => closers.push(close) });
  return http.graphql({ url, schema: SDL, meanings: { NOT_FOUND: 'absent', TOO_MANY: 'THROTTLED' } });
};

beforeAll(() => new Promise<void>((ready) => registry.listen(0, '127.0.0.1', ready)));
afterAll(async () => {
  await Promise.all(closers.map((close) => close()));
  registry.close();
});

describe('an agency that speaks GraphQL', () => {
  it('answers', async () => {
    expect(await client().query(QUERY, Plot)({ id: 'p1' }, call)).toEqual({ plot: { id: 'p1', area: 12.5 } });
  });

  it.each([
    ['busy', 'AGENCY_THROTTLED'],
    ['odd', 'AGENCY_REFUSED'],
    ['broken', 'AGENCY_UNAVAILABLE'],
  ])('fails as its codes mean: %s', async (id, code) => {
    await expect(client().query(QUERY, Plot)({ id }, call)).rejects.toMatchObject({ code });
  });

  it('knows no such record', async () => {
    expect(await client().query(QUERY, Plot)({ id: 'gone' }, call)).toBeNull();
  });

  it('a reply of another shape is a protocol error that names the place', async () => {
    const text = z.object({ plot: z.object({ area: z.string() }) });
    await expect(client().query(QUERY, text)({ id: 'p1' }, call)).rejects.toMatchObject({
      code: 'AGENCY_PROTOCOL',
      private: { reason: 'plot.area: invalid_type' },
    });
  });

  it.each([
    [
      'query { plot(id: "1") { surface } }',
      'the query does not fit the agency\'s schema: Cannot query field "surface" on type "Plot". (line 1, column 25)',
    ],
    ['mutation { burn }', 'a document for an agency holds one query'],
    ['query a { plot(id: "1") { id } } query b { plot(id: "2") { id } }', 'a document for an agency holds one query'],
  ])('refuses %s before anything is asked', (document, words) => {
    expect(() => client().query(document, Plot)).toThrow(words);
  });
});
