import { request } from 'undici';
import { expect } from 'vitest';
import type { Role } from '../src/connect/index.ts';
import type { Hall } from './harness.ts';

/** Stands in every document that is to be refused: no answer may hold it. */
export const MARK = 'echo7f3a91';

interface Refused {
  readonly code: string;
  readonly message?: RegExp;
  readonly extensions?: object;
}

interface Options {
  readonly role?: Role;
  readonly variables?: object;
}

type Target = Pick<Hall, 'signed' | 'agencies'> & { readonly url: string };

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** Posts a body as it is to a path of the gateway. */
export async function post(hall: Target, body: string, headers: object = {}, { role = 'clerk' }: Options = {}, path = '/graphql') {
  const reply = await request(`${hall.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(await hall.signed(role, 'POST', path, hall.url)), ...headers },
    body,
  });
  return { status: reply.statusCode, text: await reply.body.text(), headers: reply.headers };
}

/** What is asked of all agencies from now on. */
export function watchCalls(hall: Target): () => number {
  for (const agency of hall.agencies) agency.resetTraffic();
  return () => hall.agencies.reduce((sum, agency) => sum + agency.traffic().calls, 0);
}

/**
 * A document that is refused at every door, the second time as the first: a request error without data, whose text
 * quotes nothing, and no agency is asked.
 */
export async function expectRefused(hall: Target, query: string, refused: Refused, options: Options = {}): Promise<void> {
  await expectRequestRefused(hall, { query: `# ${MARK}\n${query}`, variables: options.variables }, refused, options);
}

/** The same of a whole request. */
export async function expectRequestRefused(hall: Target, asked: object, refused: Refused, options: Options = {}): Promise<void> {
  const calls = watchCalls(hall);
  const body = JSON.stringify(asked);
  for (let time = 0; time < 2; time++) {
    const modern = await post(hall, body, { accept: 'application/graphql-response+json' }, options);
    const plain = await post(hall, body, { accept: 'application/json' }, options);
    const stream = await post(hall, body, { accept: 'text/event-stream' }, options, '/graphql/stream');
    expect([modern.status, plain.status, stream.status]).toEqual([400, 200, 200]);
    expectErrors(modern, refused);
    expectErrors(plain, refused);
    expectErrors({ ...stream, text: /^data: (\{.*\})$/m.exec(stream.text)?.[1] ?? expect.fail('no event') }, refused);
  }
  expect(calls()).toBe(0);
}

function expectErrors({ text }: Reply, { code, message = /./, extensions = {} }: Refused): void {
  const { errors, ...rest } = JSON.parse(text) as { errors: { message: string; extensions: object }[] };
  expect(rest).toEqual({});
  expect(errors[0]).toMatchObject({ message: expect.stringMatching(message), extensions: { code, ...extensions } });
  for (const { extensions: each } of errors) expect(each).toMatchObject({ code, traceId: expect.stringMatching(/^[0-9a-f]{32}$/) });
  expect(text).not.toMatch(new RegExp(`${MARK}|did you mean|stacktrace|node_modules|\\.[jt]s:\\d`, 'i'));
}

/** A refusal of HTTP itself. */
export function expectHttpRefused({ status, text }: Reply, wanted: number): void {
  const { errors, ...rest } = JSON.parse(text) as { errors: object[] };
  expect([status, rest]).toEqual([wanted, {}]);
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  expect(text).not.toMatch(new RegExp(`${MARK}|stacktrace|node_modules`));
}
