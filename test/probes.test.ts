import fc from 'fast-check';
import { getIntrospectionQuery } from 'graphql';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectHttpRefused, expectRefused, post, watchCalls } from './attack.ts';
import { type Hall, startHall } from './harness.ts';

const PERSON = '321012198812139970';
const MUTATION = 'mutation ($input: WithdrawInput!) { withdraw(input: $input) { __typename } }';

let hall: Hall;
let authorization: string;
beforeAll(async () => {
  hall = await startHall();
  authorization = `Bearer ${await hall.token('clerk')}`;
});
afterAll(() => hall[Symbol.asyncDispose]());

const get = (search: object, headers: Record<string, string> = {}) =>
  request(`${hall.url}/graphql?${new URLSearchParams(search as Record<string, string>)}`, { headers: { authorization, ...headers } });

const times = (count: number, part: (i: number) => string) => Array.from({ length: count }, (_, i) => part(i)).join(' ');
const twice = async (look: () => Promise<void>) => {
  await look();
  await look();
};

describe('what an auditing tool looks for (graphql-cop)', () => {
  it('alias overloading', () =>
    expectRefused(hall, `query cop { ${times(101, (i) => `alias${i}: __typename`)} }`, { code: 'LIMIT_EXCEEDED' }));

  it('array batching', () =>
    twice(async () => expectHttpRefused(await post(hall, JSON.stringify(Array(10).fill({ query: 'query cop { __typename }' }))), 400)));

  it('circular introspection', () => {
    const circle = 'fields { type { fields { type { fields { type { fields { type { name } } } } } } } }';
    return expectRefused(hall, `query cop { __schema { types { ${circle} } } }`, { code: 'LIMIT_EXCEEDED' });
  });

  it('directive overloading', () =>
    expectRefused(hall, `query cop { __typename ${'@aa'.repeat(100)} }`, { code: 'LIMIT_EXCEEDED', extensions: { limit: 'directives' } }));

  it('field duplication', () =>
    expectRefused(hall, `query cop { ${'__typename '.repeat(500)} }`, { code: 'LIMIT_EXCEEDED', extensions: { limit: 'equalFields' } }));

  it('suggestions', () => expectRefused(hall, 'query cop { __schema { directive } agencyy { code } }', { code: 'BAD_USER_INPUT' }));

  it('mutations by GET', () =>
    twice(async () => {
      const reply = await get({ query: MUTATION });
      expect([reply.statusCode, reply.headers['allow']]).toEqual([405, 'POST']);
      expect(await reply.body.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    }));

  it('posts that a page can send without asking first', () =>
    twice(async () => {
      for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x'])
        expectHttpRefused(await post(hall, 'query=%7B__typename%7D', { 'content-type': type }), 415);
      const asForm = await get({ query: '{ __typename }' }, { 'content-type': 'application/x-www-form-urlencoded' });
      expect(asForm.statusCode).toBe(415);
      await asForm.body.dump();
    }));

  it('a query by GET needs a token, as every other', () =>
    twice(async () => {
      const reply = await request(`${hall.url}/graphql?query=%7B__typename%7D`);
      expect(reply.statusCode).toBe(401);
      await reply.body.dump();
    }));

  it('traces and debugging consoles', () =>
    twice(async () => {
      const headers = { 'apollo-federation-include-trace': 'ftv1', 'x-apollo-tracing': '1', 'x-debug': '1' };
      expect(JSON.parse((await post(hall, '{"query":"{ __typename }"}', headers)).text)).toEqual({ data: { __typename: 'Query' } });
      const page = await get({}, { accept: 'text/html' });
      expect(page.statusCode).toBe(406);
      expect(await page.body.text()).not.toMatch(/<html|graphiql|playground/i);
    }));
});

describe('guessing many at once (CrackQL)', () => {
  const guess = (i: number) => `guess${i}: issuedNotice(code: "${String(i).padStart(20, '0')}") { __typename }`;

  it('by aliases', async () => {
    await expectRefused(hall, `{ ${times(60, guess)} }`, { code: 'LIMIT_EXCEEDED', extensions: { limit: 'aliases' } });
    await expectRefused(hall, `{ ${times(25, guess)} }`, { code: 'LIMIT_EXCEEDED', extensions: { limit: 'rootFields' } });
    const hidden = times(25, (i) => `fragment f${i} on Query { ${guess(i)} }`);
    await expectRefused(hall, `{ ${times(25, (i) => `...f${i}`)} } ${hidden}`, {
      code: 'LIMIT_EXCEEDED',
      extensions: { limit: 'rootFields' },
    });
  });

  it('by batches and by many operations', async () => {
    const calls = watchCalls(hall);
    const body = Array.from({ length: 60 }, (_, i) => ({ query: `{ ${guess(i)} }` }));
    await twice(async () => expectHttpRefused(await post(hall, JSON.stringify(body)), 400));
    expect(calls()).toBe(0);
    await expectRefused(
      hall,
      times(60, (i) => `query q${i} { ${guess(i)} }`),
      { code: 'LIMIT_EXCEEDED' },
    );
  });
});

describe('what people need still runs', () => {
  it('introspection as tools ask it', async () => {
    const query = getIntrospectionQuery({
      schemaDescription: true,
      inputValueDeprecation: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
    });
    const { data, errors } = await hall.ask(query);
    expect(errors).toBeUndefined();
    expect(data.__schema.types.length).toBeGreaterThan(50);
  });
});

/** Documents that are nearly right: real names, any shape. */
const documents = fc.letrec<{ selection: string; field: string; document: string }>((tie) => ({
  field: fc
    .tuple(
      fc.constantFrom('', 'a: ', 'b: '),
      fc.constantFrom(
        '__typename',
        '__schema',
        'agencies',
        'code',
        `person(idNumber: "${PERSON}")`,
        'identity',
        'nope',
        'enterprises(name: "x", first: $n)',
        '...f',
        '... on Agency',
        '...',
      ),
      fc.constantFrom('', '@skip(if: true)', '@include', '@defer', '@nope(x: {a: [$n]})'),
      fc.option(tie('selection'), { nil: '', freq: 2 }),
    )
    .map((parts) => parts.join(' ')),
  selection: fc.array(tie('field'), { maxLength: 4 }).map((fields) => `{ ${fields.join(' ')} }`),
  document: fc
    .tuple(
      fc.constantFrom('', 'query ($n: Int)', 'query q($n: Nope!)', 'subscription', 'mutation', 'fragment g on Query'),
      tie('selection'),
      fc.constantFrom(
        '',
        'fragment f on Query { agencies { code } ...f }',
        'fragment f on Agency { code }',
        'type Query { a: Int }',
        '{',
        '"',
      ),
    )
    .map((parts) => parts.join(' ')),
})).document;

describe('whatever is sent', () => {
  it('is never our fault', async () => {
    const anything = fc.oneof(
      documents,
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'{}()[]:!$@"…&|= \n#a1.'), maxLength: 60 }),
    );
    await fc.assert(
      fc.asyncProperty(anything, fc.jsonValue(), fc.boolean(), async (query, variables, byGet) => {
        const asked = { query, variables };
        const status = byGet
          ? await get({ query, variables: JSON.stringify(variables) }).then(({ statusCode, body }) => body.dump().then(() => statusCode))
          : (await post(hall, JSON.stringify(asked))).status;
        expect(status).toBeLessThan(500);
        const stream = await post(hall, JSON.stringify(asked), { accept: 'text/event-stream' }, {}, '/graphql/stream');
        expect(stream.status).toBeLessThan(500);
        expect(stream.text).not.toContain('INTERNAL');
      }),
      { numRuns: 300 },
    );
    expect((await hall.ask('{ __typename }')).status).toBe(200);
  });
});
