/** Variables that nobody sends by accident. Each is refused as a request, never echoed, and the gateway goes on. */
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Hall, startHall } from './harness.ts';

let hall: Hall;
beforeAll(async () => {
  hall = await startHall();
});
afterAll(() => hall?.[Symbol.asyncDispose]());

async function post(body: string) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${await hall.token('clerk')}` };
  const reply = await request(`${hall.url}/graphql`, { method: 'POST', headers, body });
  const text = await reply.body.text();
  return { status: reply.statusCode, text, answer: JSON.parse(text) as { errors?: { extensions: { code: string } }[]; data?: unknown } };
}
const alive = async () => expect((await hall.ask('{ __typename }')).data).toEqual({ __typename: 'Query' });
const NAMED = 'query ($name: String!) { enterprises(name: $name) { totalCount } }';

describe('variables', () => {
  it('B29: twenty thousand bad items are one refusal, not twenty thousand', async () => {
    const query = 'mutation ($input: OpenCaseInput!) { openCase(input: $input) { problems { code } } }';
    const items = Array.from({ length: 20_000 }, (_, i) => `!bad-${i}`);
    const { answer, text } = await post(JSON.stringify({ query, variables: { input: { items, applicant: { nameZh: '示例' } } } }));
    expect(answer.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(answer.data).toBeUndefined();
    expect(text.length).toBeLessThan(50_000);
    expect(text).not.toContain('!bad-');
    await alive();
  });

  it.each([
    ['B30', '{"query":"{ __typename }","variables":{"__proto__":{"polluted":"yes"}}}'],
    ['T7', '{"query":"{ __typename }","variables":{"a":{"constructor":{"prototype":{"polluted":"yes"}}}}}'],
  ])('%s: keys that reach for the prototype are refused, and reach nothing', async (_, body) => {
    expect((await post(body)).status).toBe(400);
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
    await alive();
  });

  it('B31: JSON twenty thousand levels deep', async () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const { status, answer } = await post(`{"query":${JSON.stringify(NAMED)},"variables":{"name":${deep}}}`);
    expect(status).toBeLessThan(500);
    expect(answer.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    await alive();
  });

  it('B32: a number that is none', async () => {
    const query = 'query ($first: Int) { enterprises(name: "示例", first: $first) { totalCount } }';
    for (const number of ['1e400', '-1e400', '1e10', '0.5']) {
      const { answer, text } = await post(`{"query":${JSON.stringify(query)},"variables":{"first":${number}}}`);
      expect(answer.errors?.[0]?.extensions.code, number).toBe('BAD_USER_INPUT');
      expect(text).not.toMatch(/Infinity|1e\+?400/);
    }
    await alive();
  });
});
