/** A document that is asked again and again becomes compiled and goes past Apollo; nothing of what it may or says changes by that. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Hall, startHall } from './harness.ts';

const USCC = '91321071990000017N';
const PERSON = '321012198812139970';
/** Enough for a document to be compiled, also where another was compiled just before. */
const TIMES = 15;

let hall: Hall;
let headers: Readonly<Record<string, string>>;
beforeAll(async () => {
  hall = await startHall({ memory: { enabled: false } });
  headers = await hall.serve({ subject: { idNumber: PERSON }, purpose: { kind: 'THEME', code: 'newborn' } });
});
afterAll(() => hall?.[Symbol.asyncDispose]());

const callsTo = async (connector: string): Promise<number> => {
  const reply = await fetch(`${hall.url}/metrics`, { headers: { authorization: `Bearer ${await hall.token('integrator')}` } });
  const lines = (await reply.text()).split('\n').filter((line) => line.startsWith('yimen_agency_calls_total'));
  return lines.filter((line) => line.includes(`connector="${connector}"`)).reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
};

/** An answer without what differs from one request to the next. */
const lasting = (text: string): string =>
  text.replace(/"(traceId|retrievedAt|asOf)":"[^"]*"/g, '"$1":"…"').replace(/"retryAfterMs":\d+/g, '"retryAfterMs":0');

const ASKED: readonly [what: string, query: string, variables?: object][] = [
  [
    'what is public',
    `{ enterprise(uscc: "${USCC}") { uscc registration { nameZh provenance { agency { code } retrievedAt freshness } } credit { grade } } }`,
  ],
  [
    'what the purpose needs',
    'query ($id: CitizenIdNumber!) { person(idNumber: $id) { household { householdId address } idNumber } }',
    { id: PERSON },
  ],
  ['a field that the purpose does not need', `{ person(idNumber: "${PERSON}") { household { householdId division } } }`],
  ['another subject', '{ person(idNumber: "321012199001019974") { identity { nameZh } } }'],
  ['a value that does not fit', 'query ($id: CitizenIdNumber!) { person(idNumber: $id) { id } }', { id: '321012198812139971' }],
  ['a value that is missing', 'query ($id: CitizenIdNumber!) { person(idNumber: $id) { id } }'],
  ['a page that is too long', '{ enterprises(name: "示例", first: 101) { totalCount } }'],
  [
    'too many questions',
    `{ ${[1, 2, 3, 4, 5, 6, 7, 8].map((i) => `a${i}: enterprises(name: "示例", first: 100) { nodes { registration { nameZh } } }`).join(' ')} }`,
  ],
  ['a subscription', 'subscription { caseUpdated(number: "320000202511280001") { number } }'],
  ['a name that objects have', `{ __proto__: enterprise(uscc: "${USCC}") { constructor: uscc } toString: __typename }`],
  [
    'the same field twice, once perhaps',
    `query ($on: Boolean = true) { enterprise(uscc: "${USCC}") { uscc @skip(if: $on) registration { nameZh } registration @skip(if: $on) { status } } }`,
  ],
];

describe('asked again and again', () => {
  it.each(ASKED)('%s: the same answer as the first time', async (_, query, variables = {}) => {
    const answers: string[] = [];
    for (let i = 0; i < TIMES; i++) {
      const { status, text } = await hall.ask(query, variables, { role: 'clerk', headers });
      answers.push(`${status} ${lasting(text)}`);
    }
    expect(new Set(answers)).toEqual(new Set([answers[0]]));
  });

  it.each([
    ['that is not in its document', 'query A { __typename }', 'B'],
    ['of a document that may not run', 'query A { nobody }', 'A'],
    ['of another name in a document that may not run', 'query A { nobody }', 'B'],
  ])('an operation %s is refused as a request', async (_, query, operationName) => {
    for (let i = 0; i < TIMES; i++) {
      const reply = await fetch(`${hall.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${await hall.token('clerk')}` },
        body: JSON.stringify({ query, operationName }),
      });
      const { data, errors } = (await reply.json()) as { data?: unknown; errors: { extensions: { code: string } }[] };
      expect([reply.status, data, errors[0]?.extensions.code]).toEqual([200, undefined, 'BAD_USER_INPUT']);
    }
  });

  it('with a dead agency: its error is told, and the others are asked once', async () => {
    const query = `{ enterprise(uscc: "${USCC}") { registration { nameZh } tax { taxpayerType } } }`;
    for (let i = 0; i < TIMES; i++) expect((await hall.ask(query)).errors).toBeUndefined();
    await hall.fault('tax', 'garbage');
    const before = await callsTo('market-regulation');
    const answer = await hall.ask(query);
    await hall.fault('tax', 'none');
    expect(answer.data.enterprise).toMatchObject({ registration: { nameZh: expect.any(String) }, tax: null });
    expect(answer.errors).toHaveLength(1);
    expect((await callsTo('market-regulation')) - before).toBe(1);
  });

  it('every look is written down, the first as the last', async () => {
    const other = '91321071990000025H';
    const day = { from: new Date(Date.now() - 86_400_000).toISOString(), to: new Date(Date.now() + 86_400_000).toISOString() };
    const log = 'query ($filter: AccessLogFilter!) { accessLog(filter: $filter, first: 100) { nodes { fields } } }';
    for (let i = 0; i < TIMES; i++) await hall.ask(`{ enterprise(uscc: "${other}") { registration { nameZh } } }`);
    const { data } = await hall.ask(log, { filter: { ...day, subject: { uscc: other } } }, { role: 'auditor' });
    expect(data.accessLog.nodes).toEqual(Array(TIMES).fill({ fields: ['Enterprise.registration.nameZh'] }));
  });
});
