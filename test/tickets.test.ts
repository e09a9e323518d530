import { createClient, type ExecutionResult } from 'graphql-sse';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../src/connect/index.ts';
import { type Answer, type Hall, startHall } from './harness.ts';

const USCC = '91321071990000017N';
const PERSON = '321012198812139970';
const BOTH = `{ enterprise(uscc: "${USCC}") { registration { nameZh } tax { arrears provenance { freshness } } } }`;
const IDENTITY = `{ person(idNumber: "${PERSON}") { identity { nameZh provenance { freshness } } } }`;
const ARRIVED = `subscription ($ticket: ID!) { sectionArrived(ticket: $ticket) {
  ticket section record { __typename provenance { agency { code } } ... on TaxRecord { arrears } ... on IdentityRecord { nameZh } }
} }`;

const slow = (hall: Hall, id: string, ms: number) => hall.agencies.find((agency) => agency.id === id)?.setLatency(ms);
const callsOf = (hall: Hall, id: string) => hall.agencies.find((agency) => agency.id === id)?.traffic().calls;
const within = (text: string, ticket?: string) => ({ 'x-yimen-within': text, ...(ticket && { 'x-yimen-ticket': ticket }) });
const ticketOf = (answer: Answer): string => String(answer.errors?.[0]?.extensions['ticket']);

async function stream(hall: Hall, variables: object, role: Role = 'integrator', query = ARRIVED): Promise<ExecutionResult[]> {
  const headers = { authorization: `Bearer ${await hall.token(role)}` };
  const client = createClient({ url: `${hall.url}/graphql/stream`, headers, retryAttempts: 0 });
  const results: ExecutionResult[] = [];
  for await (const result of client.iterate({ query, variables: { ...variables } })) results.push(result as ExecutionResult);
  client.dispose();
  return results;
}

describe('a slow agency never blocks the counter', () => {
  it('the others are there in time; the late one comes with a ticket, and is there when asked again', async () => {
    await using hall = await startHall();
    slow(hall, 'tax', 600);
    const early = await hall.ask(BOTH, {}, { headers: within('200ms') });
    expect(early.tookMs).toBeLessThan(550);
    expect(early.data.enterprise).toMatchObject({ registration: { nameZh: expect.any(String) }, tax: null });
    const ticket = expect.stringMatching(/^[\w-]{40,}$/);
    expect(early.errors).toMatchObject([
      {
        path: ['enterprise', 'tax'],
        extensions: { code: 'AGENCY_PENDING', agency: 'taxation', connector: 'tax', retryable: true, ticket },
      },
    ]);
    const again = await hall.ask(BOTH, {}, { headers: within('3s', ticketOf(early)) });
    expect(again.errors).toBeUndefined();
    expect(again.data.enterprise.tax.arrears).toBe('0.00');
    expect(callsOf(hall, 'tax')).toBe(1);
  });

  it('still not there: the same ticket again', async () => {
    await using hall = await startHall();
    slow(hall, 'tax', 800);
    const first = ticketOf(await hall.ask(BOTH, {}, { headers: within('50ms') }));
    expect(ticketOf(await hall.ask(BOTH, {}, { headers: within('50ms', first) }))).toBe(first);
    expect(callsOf(hall, 'tax')).toBe(1);
  });

  it('what is remembered is there however little time there is', async () => {
    await using hall = await startHall();
    await hall.ask(BOTH);
    expect((await hall.ask(BOTH, {}, { headers: within('1ms') })).errors).toBeUndefined();
  });

  it('an answer that must never be stored waits for its asker, and for nobody else', async () => {
    await using hall = await startHall();
    slow(hall, 'public-security', 400);
    const early = await hall.ask(IDENTITY, {}, { headers: within('100ms') });
    expect(early.errors).toMatchObject([{ extensions: { code: 'AGENCY_PENDING' } }]);
    const mine = await hall.ask(IDENTITY, {}, { headers: within('3s', ticketOf(early)) });
    expect(mine.data.person.identity).toMatchObject({ nameZh: expect.any(String), provenance: { freshness: 'LIVE' } });
    expect(callsOf(hall, 'public-security')).toBe(1);
    await hall.ask(IDENTITY, {}, { role: 'officer', serving: { idNumber: PERSON }, headers: within('3s', ticketOf(early)) });
    expect(callsOf(hall, 'public-security')).toBe(2);
    await hall.ask(IDENTITY);
    expect(callsOf(hall, 'public-security')).toBe(3);
  });

  it('a ticket shows nobody what was asked; nonsense is as if it were not there', async () => {
    await using hall = await startHall();
    slow(hall, 'public-security', 200);
    const ticket = ticketOf(await hall.ask(IDENTITY, {}, { headers: within('50ms') }));
    expect(Buffer.from(ticket, 'base64url').includes(PERSON)).toBe(false);
    expect((await hall.ask(BOTH, {}, { headers: { 'x-yimen-ticket': 'nonsense, AAAA' } })).errors).toBeUndefined();
  });

  it('a time that is none is refused', async () => {
    await using hall = await startHall();
    for (const text of ['soon', '0ms', '-1s']) {
      const answer = await hall.ask(BOTH, {}, { headers: within(text) });
      expect([answer.status, answer.errors?.[0]?.message], text).toEqual([
        400,
        'x-yimen-within is a duration above 0, like "800ms" or "3s"',
      ]);
    }
  });
});

describe('sectionArrived', () => {
  it('pushes the section when it is there, with its record, and ends', async () => {
    await using hall = await startHall();
    slow(hall, 'tax', 500);
    const ticket = ticketOf(await hall.ask(BOTH, {}, { headers: within('100ms') }));
    const record = { __typename: 'TaxRecord', arrears: '0.00', provenance: { agency: { code: 'taxation' } } };
    expect(await stream(hall, { ticket })).toEqual([{ data: { sectionArrived: { ticket, section: 'Enterprise.tax', record } } }]);
    expect(callsOf(hall, 'tax')).toBe(1);
  });

  it('pushes what must never be stored, to its asker only', async () => {
    await using hall = await startHall();
    slow(hall, 'public-security', 300);
    const ticket = ticketOf(await hall.ask(IDENTITY, {}, { headers: within('50ms') }));
    const foreign = await stream(hall, { ticket }, 'officer');
    expect(foreign).toMatchObject([
      { errors: [{ message: expect.stringContaining('not yours'), extensions: { code: 'BAD_USER_INPUT' } }] },
    ]);
    expect(await stream(hall, { ticket })).toMatchObject([{ data: { sectionArrived: { record: { __typename: 'IdentityRecord' } } } }]);
    expect(callsOf(hall, 'public-security')).toBe(1);
  });

  it('says so when the agency failed after all', async () => {
    await using hall = await startHall();
    slow(hall, 'tax', 300);
    await hall.fault('tax', 'error');
    const ticket = ticketOf(await hall.ask(BOTH, {}, { headers: within('100ms') }));
    expect(await stream(hall, { ticket })).toMatchObject([
      { data: { sectionArrived: { record: null } }, errors: [{ extensions: { code: 'AGENCY_UNAVAILABLE', agency: 'taxation' } }] },
    ]);
  });
});

describe('the stream keeps the rules of POST', () => {
  let hall: Hall;
  beforeAll(async () => {
    hall = await startHall();
  });
  afterAll(() => hall[Symbol.asyncDispose]());

  const send = async (options: { method?: 'GET' | 'POST'; query: string; headers?: object }) => {
    const { method = 'POST', query, headers } = options;
    const token = await hall.token('integrator');
    const search = method === 'GET' ? `?query=${encodeURIComponent(query)}` : '';
    const reply = await request(`${hall.url}/graphql/stream${search}`, {
      method,
      headers: { accept: 'text/event-stream', 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
      ...(method === 'POST' && { body: JSON.stringify({ query }) }),
    });
    return { status: reply.statusCode, text: await reply.body.text() };
  };

  it('a query streams its one answer', async () => {
    const { status, text } = await send({ query: `{ enterprise(uscc: "${USCC}") { tax { arrears } } }` });
    expect([status, text]).toEqual([200, expect.stringContaining('"arrears":"0.00"')]);
    expect(text).toMatch(/event: next[\s\S]+event: complete/);
  });

  it('no token, no stream; another Accept, no stream; PUT, no stream', async () => {
    expect((await send({ query: '{ agencies { code } }', headers: { authorization: '' } })).status).toBe(401);
    expect((await send({ query: '{ agencies { code } }', headers: { accept: 'text/html' } })).status).toBe(406);
    const put = await request(`${hall.url}/graphql/stream`, { method: 'PUT' });
    expect(put.statusCode).toBe(405);
  });

  it.each([
    ['a syntax error', '{', 'not valid GraphQL'],
    ['an unknown field, without a suggestion', '{ enterprise(uscc: "91321071990000017N") { taxx { arrears } } }', 'Cannot query field'],
    ['a wrong number, not echoed', '{ person(idNumber: "321012198812139971") { identity { nameZh } } }', 'check'],
  ])('%s', async (_, query, words) => {
    const { text } = await send({ query });
    expect(text).toContain(words);
    expect(text).toContain('"code":"BAD_USER_INPUT"');
    expect(text).toContain('"traceId":"');
    expect(text).not.toMatch(/321012198812139971|Did you mean/);
  });

  it.each(['"321012198812139970"', '{"query":5}', '[]', 'null', '{"query":"{ agencies { code } }","variables":[1]}'])(
    'a body that is no request is refused in our own words, not quoted: %s',
    async (body) => {
      const headers = {
        accept: 'text/event-stream',
        'content-type': 'application/json',
        authorization: `Bearer ${await hall.token('integrator')}`,
      };
      const reply = await request(`${hall.url}/graphql/stream`, { method: 'POST', headers, body });
      const { errors } = (await reply.body.json()) as Answer;
      expect([reply.statusCode, errors]).toEqual([
        400,
        [
          {
            message: 'send "query" as text, "operationName" as text and "variables" as an object',
            extensions: { code: 'BAD_USER_INPUT', traceId: expect.any(String) },
          },
        ],
      ]);
    },
  );

  it('a subscription sent to /graphql is told where to go', async () => {
    const { data, errors } = await hall.ask('subscription { sectionArrived(ticket: "x") { section } }');
    expect(data ?? null).toBeNull();
    expect(errors).toMatchObject([{ message: expect.stringContaining('/graphql/stream'), extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('a query by GET, with variables', async () => {
    const query = 'query ($u: UnifiedSocialCreditCode!) { enterprise(uscc: $u) { tax { arrears } } }';
    const get = async (variables: string) => {
      const search = new URLSearchParams({ query, variables });
      const headers = { accept: 'text/event-stream', authorization: `Bearer ${await hall.token('integrator')}` };
      const reply = await request(`${hall.url}/graphql/stream?${search}`, { headers });
      return [reply.statusCode, await reply.body.text()];
    };
    expect(await get(JSON.stringify({ u: USCC }))).toEqual([200, expect.stringContaining('"arrears":"0.00"')]);
    expect(await get('{321012198812139970')).toEqual([400, expect.not.stringContaining('321012198812139970')]);
  });

  it('an identity number never travels in a URL', async () => {
    const { text } = await send({ method: 'GET', query: IDENTITY });
    expect(text).toContain('never travels in a URL');
    expect(callsOf(hall, 'public-security')).toBe(0);
  });
});
