import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { request } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectHttpRefused, expectRefused, expectRequestRefused, MARK, post, watchCalls } from './attack.ts';
import { type Hall, startHall } from './harness.ts';
import { production, registering } from './production.ts';

const USCC = '91321071990000017N';
const PERSON = '321012198812139970';
const { persons }: { readonly persons: readonly { readonly idNumber: string }[] } = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../catalogue/sandbox/subjects.json'), 'utf8'),
);

const times = (count: number, part: (i: number) => string, between = ' ') => Array.from({ length: count }, (_, i) => part(i)).join(between);
const nested = (depth: number, open = 'a', inner = 'a') => `{ ${`${open} { `.repeat(depth)}${inner}${' }'.repeat(depth)} }`;
/** Fields of the schema that lead back to where they began. */
const CIRCLE = 'registration { shareholders { enterprise {';
const circles = (count: number) => `{ enterprise(uscc: "${USCC}") { ${`${CIRCLE} `.repeat(count)}uscc${' } } }'.repeat(count)} } }`;
const bomb = (height: number) =>
  `{ ...f0 } ${times(height, (i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`)} fragment f${height} on Query { __typename }`;

const circularIntrospection = (count: number) =>
  `{ __schema { types { ${'fields { type { '.repeat(count)}name${' } }'.repeat(count)} } } }`;

const limit = (name: string, most: number) => ({
  code: 'LIMIT_EXCEEDED',
  message: new RegExp(`^The document is too large: it may hold at most ${most} `),
  extensions: { limit: name, most },
});

let hall: Hall;
beforeAll(async () => {
  hall = await startHall();
});
afterEach(async () => {
  expect((await hall.ask('{ __typename }')).data).toEqual({ __typename: 'Query' });
});
afterAll(() => hall[Symbol.asyncDispose]());

describe('documents that are none', () => {
  it('B1 empty', async () => {
    const calls = watchCalls(hall);
    for (const accept of ['application/graphql-response+json', 'application/json'])
      for (const body of ['{"query":""}', '{"query":""}', '{"query":null}', '{}'])
        expectHttpRefused(await post(hall, body, { accept }), 400);
    await expectRefused(hall, '', { code: 'BAD_USER_INPUT' });
    expect(calls()).toBe(0);
  });

  it.each([
    ['B2 a brace alone', '{'],
    ['B3 an unknown word for an operation', `${MARK} { agencies { code } }`],
    ['B4 NUL', '{ agencies { code } }\u0000'],
    ['B4 half a character', '{ agency(id: "\ud800") { code } }'],
    ['B4 half a character outside of text', '{ agencies { code\udc00 } }'],
  ])('%s', (_name, query) =>
    expectRefused(hall, query, { code: 'BAD_USER_INPUT', message: /^The document is not valid GraphQL at the place given\.$/ }),
  );

  it('B18 a misspelt field', () =>
    expectRefused(hall, `{ enterprise(uscc: "${USCC}") { registratoin { nameZh } } }`, {
      code: 'BAD_USER_INPUT',
      message: /^Cannot query field "registratoin" on type "Enterprise"\.$/,
    }));

  it('B21 parts that come later', async () => {
    const query = `{ enterprise(uscc: "${USCC}") { uscc ... @defer { tax { arrears } } } }`;
    await expectRefused(hall, query, { code: 'BAD_USER_INPUT', message: /^@defer and @stream are not supported: / });
  });
});

describe('documents that are too large', () => {
  it.each([
    ['B5 101 aliases', `{ ${times(101, (i) => `a${i}: enterprise(uscc: "${USCC}") { tax { arrears } }`)} }`, 'aliases', 50],
    ['B6 101 aliases of __typename', `{ ${times(101, (i) => `a${i}: __typename`)} }`, 'aliases', 50],
    ['B7 500 equal fields', `{ enterprise(uscc: "${USCC}") { ${times(500, () => 'uscc')} } }`, 'equalFields', 10],
    ['B8 depth 30', circles(10), 'depth', 15],
    ['B9 depth 5,000', nested(5_000), 'tokens', 2_000],
    ['B13 5,000 directives', `{ __typename ${times(5_000, () => '@skip(if: false)')} }`, 'tokens', 2_000],
    ['B13 60 directives', `{ __typename ${times(60, () => '@skip(if: false)')} }`, 'directives', 50],
    ['B14 200 operations', times(200, (i) => `query q${i} { __typename }`), 'operations', 10],
    ['B17 circular introspection', circularIntrospection(7), 'depth', 15],
    ['B17 circular introspection that is not deep', circularIntrospection(3), 'introspection', 2],
    ['B22 equal fields to merge', `{ ${times(120, () => `enterprise(uscc: "${USCC}") { uscc }`)} }`, 'equalFields', 10],
    ['T14 more root fields than a page needs', `{ ${times(21, (i) => `a${i}: agencies { code }`)} }`, 'rootFields', 20],
  ])('%s', (_name, query, name, most) => expectRefused(hall, query, limit(name, most)));

  it('B10 depth hidden in fragments', () => {
    const chain = times(6, (i) => `fragment f${i} on Enterprise { ${CIRCLE} ...f${i + 1} } } } }`);
    const query = `{ enterprise(uscc: "${USCC}") { ...f0 } } ${chain} fragment f6 on Enterprise { uscc }`;
    return expectRefused(hall, query, limit('depth', 15));
  });

  it('B11 circular fragments', async () => {
    const circle = 'fragment a on Query { agencies { code } ...b } fragment b on Query { ...a }';
    for (const query of [`{ ...a } ${circle}`, `{ __typename } ${circle}`, '{ ...a } fragment a on Query { ...a }'])
      await expectRefused(hall, query, { code: 'LIMIT_EXCEEDED', message: /a fragment holds itself/, extensions: { limit: 'depth' } });
  });

  it('B9 deeper than the parser can go', async () => {
    await using wide = await startHall({ limits: { tokens: 10_000 } });
    await expectRefused(wide, nested(3_300), limit('depth', 15));
    const list = (depth: number) => `{ agency(id: ${'['.repeat(depth)}${']'.repeat(depth)}) { code } }`;
    await expectRefused(wide, list(4_900), limit('depth', 15));
    // Deep, and within what the parser can do with any frames on its stack.
    await expectRefused(hall, list(200), { code: 'BAD_USER_INPUT' });
  });

  it('B12 a bomb of fragments', () => expectRefused(hall, bomb(16), limit('rootFields', 20)));

  it('B12 a bomb of fragments below the root', () => {
    const query = `{ agency(id: "taxation") { ...f0 } } ${bomb(16).replaceAll('on Query', 'on Agency').slice('{ ...f0 }'.length)}`;
    return expectRefused(hall, query, limit('fields', 500));
  });

  it('B15 an array of requests', async () => {
    const calls = watchCalls(hall);
    const body = JSON.stringify(
      Array.from({ length: 10 }, () => ({ query: `# ${MARK}\n{ enterprise(uscc: "${USCC}") { tax { arrears } } }` })),
    );
    for (const accept of ['application/graphql-response+json', 'application/json', 'application/json'])
      expectHttpRefused(await post(hall, body, { accept }), 400);
    expectHttpRefused(await post(hall, body, { accept: 'text/event-stream' }, {}, '/graphql/stream'), 400);
    expect(calls()).toBe(0);
  });

  it('B19 a comment of 2 MB, and of what is still a body', async () => {
    const comment = (length: number) => JSON.stringify({ query: `# ${MARK.repeat(length / MARK.length)}\n{ __typename }` });
    for (let time = 0; time < 2; time++) expectHttpRefused(await post(hall, comment(2_000_000)), 413);
    await expectRefused(hall, `# ${'字'.repeat(34_000)}\n{ __typename }`, limit('bytes', 100_000));
  });
});

describe('T14 questions to agencies are counted before anything is sent', () => {
  const all = `enterprises(name: "示例", first: $n) { nodes { enterprise { registration { shareholders { enterprise { registration { nameZh } } } } } } }`;
  const over = (asked: number, most = 500, agency = 'market-regulation') => ({
    code: 'LIMIT_EXCEEDED',
    extensions: { limit: 'perAgency', agency, asked, most },
  });

  it('T14 a page of searches, by number, by variable, by default and through fragments', async () => {
    await expectRefused(hall, `{ ${all.replace('$n', '100')} }`, over(601));
    await expectRefused(hall, `query ($n: Int!) { ${all} }`, over(601), { variables: { n: 100 } });
    await expectRefused(hall, `query ($n: Int = 100) { ${all} }`, over(601));
    await expectRefused(hall, `{ ...f } fragment f on Query { ${all.replace('$n', '100')} }`, over(601));
    // A size that is none does not make the request look small.
    await expectRefused(hall, `query ($n: Int) { ${all} }`, over(601), { variables: { n: null } });
  });

  it('T14 what stays within the limit is answered', async () => {
    const { data, errors } = await hall.ask(`query ($n: Int!) { ${all} }`, { n: 5 });
    expect(errors).toBeUndefined();
    expect(data.enterprises.nodes.length).toBeGreaterThan(0);
  });

  it('T14 101 names for one section are 101 questions', async () => {
    await using wide = await startHall({ limits: { aliases: 200, perAgency: 100 } });
    const sections = (count: number) => `{ person(idNumber: "${PERSON}") { ${times(count, (i) => `a${i}: identity { nameZh }`)} } }`;
    await expectRefused(wide, sections(101), over(101, 100, 'public-security'));
    const calls = watchCalls(wide);
    expect((await wide.ask(sections(100))).errors).toBeUndefined();
    expect(calls()).toBeGreaterThan(0);
  });

  it('T14 what a guide asks by itself, and what is asked about relations', async () => {
    await using wide = await startHall({ limits: { perAgency: 20 } });
    const people = persons.slice(0, 40).map(({ idNumber }) => ({ role: 'LEGAL_REPRESENTATIVE', idNumber }));
    const variables = (count: number) => ({ input: { theme: 'open-company', applicant: { people: people.slice(0, count) } } });
    const guide = 'query ($input: GuideInput!) { guide(input: $input) { steps { item { slug } } } }';
    const twice = 'query ($input: GuideInput!) { a: guide(input: $input) { __typename } b: guide(input: $input) { __typename } }';
    const calls = watchCalls(wide);
    expect((await wide.ask(guide, variables(0))).errors).toBeUndefined();
    const asked = async (query: string, count: number) => {
      const { errors = [] } = await wide.ask(query, variables(count));
      return errors[0]?.extensions['asked'];
    };
    const one = Number(await asked(guide, 40));
    expect(one).toBeGreaterThan(20);
    expect(await asked(twice, 40)).toBe(2 * one);
    // What is written into the document counts as what comes in variables does.
    const written = `{ guide(input: { theme: "open-company", applicant: { people: [${people.map(({ idNumber }) => `{ role: LEGAL_REPRESENTATIVE, idNumber: "${idNumber}" }`)}] } }) { __typename } }`;
    await expectRefused(wide, written, { code: 'LIMIT_EXCEEDED', extensions: { limit: 'perAgency', asked: one, most: 20 } });
    const others = people.slice(0, 21).map(({ idNumber }) => ({ subject: { idNumber }, relation: 'HOUSEHOLD' }));
    const input = { subject: { idNumber: PERSON }, purpose: { kind: 'CONSULTATION' }, evidence: 'IDENTITY_CARD', others };
    const open = 'mutation ($input: OpenSessionInput!) { openSession(input: $input) { problems { code } } }';
    const { errors } = await wide.ask(open, { input }, { role: 'clerk' });
    expect(errors).toMatchObject([{ extensions: over(21, 20, 'public-security').extensions }]);
    expect(calls()).toBe(0);
  });

  it('T14 time to refuse', async () => {
    const token = await hall.token('clerk');
    for (const [name, query] of [
      ['a bomb of 2^16 fields', bomb(16)],
      ['a document 5,000 levels deep', nested(5_000)],
    ] as const) {
      const took: number[] = [];
      for (let i = 0; i < 50; i++) took.push((await hall.ask(query, {}, { token })).tookMs);
      took.sort((a, b) => a - b);
      console.log(`${name}: refused in ${took[25]?.toFixed(1)} ms (median of 50), ${took.at(-1)?.toFixed(1)} ms at most`);
      expect(took[25]).toBeLessThan(100);
    }
  });
});

it('B16 introspection is for those who build and watch, in production', async () => {
  const { issuer } = await hall.sandbox.describe();
  await using real = await production({ issuers: [issuer] });
  const target = { url: real.url, signed: hall.signed, agencies: hall.agencies };
  const off = { code: 'BAD_USER_INPUT', message: /^introspection is off/ };
  for (const query of [
    '{ __schema { queryType { name } } }',
    '{ __type(name: "Person") { name } }',
    '{ ...f } fragment f on Query { __schema { queryType { name } } }',
  ])
    for (const role of ['clerk', 'citizen', 'officer'] as const) await expectRefused(target, query, off, { role });
  for (const role of ['integrator', 'supervisor', 'auditor'] as const)
    expect((await post(target, '{"query":"{ __schema { queryType { name } } }"}', {}, { role })).text).toContain('"queryType"');
  expect((await post(target, '{"query":"{ __typename }"}')).text).toContain('"Query"');
});

describe('B20 where only registered documents run', () => {
  it('B20 no other does', async () => {
    await using strict = await startHall({ documents: { manifest: registering('{ agencies { code } }'), only: true } });
    await expectRefused(strict, '{ agencies { nameZh } }', { code: 'DOCUMENT_NOT_TRUSTED' });
    await expectRequestRefused(
      strict,
      { extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } },
      { code: 'DOCUMENT_NOT_TRUSTED' },
    );
    expect((await strict.ask('{ agencies { code } }')).errors).toBeUndefined();
  });
});

it('GET is held to the same', async () => {
  const authorization = `Bearer ${await hall.token('clerk')}`;
  const reply = await request(`${hall.url}/graphql?query=${encodeURIComponent(bomb(16))}`, { headers: { authorization } });
  expect(await reply.body.json()).toMatchObject({ errors: [{ extensions: { code: 'LIMIT_EXCEEDED' } }] });
});
