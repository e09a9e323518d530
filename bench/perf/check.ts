/** Whether a contender's answers are right. */
import { isDeepStrictEqual } from 'node:util';
import { request } from 'undici';
import type { Contender } from './contenders.ts';
import { DOCUMENTS, masked, type Question, rightAnswer } from './world.ts';

/** The text of a request. */
export function bodyOf(contender: Contender, question: Question, key: string): string {
  const query = contender.document?.(question) ?? DOCUMENTS[question];
  const variables = question === 'list' ? { name: key } : { uscc: key };
  return JSON.stringify({ query, operationName: OPERATIONS[question], variables });
}

const OPERATIONS: Readonly<Record<Question, string>> = { one: 'One', list: 'List', large: 'Large' };

/** An answer that is not the right one; asking again would not help. */
export class WrongAnswer extends Error {}

export interface Checked {
  readonly contender: Contender;
  readonly url: string;
  readonly question: Question;
}

/**
 * Asks once, and gives back how many bytes the answer has. Rejects, and says what is wrong, where it is not the right one in
 * every field.
 */
export async function check({ contender, url, question }: Checked, key: string, credential: string): Promise<number> {
  const { statusCode, body } = await request(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', authorization: credential },
    body: bodyOf(contender, question, key),
  });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`${contender.id}: HTTP ${statusCode} ${text.slice(0, 500)}`);
  const { data, errors } = JSON.parse(text) as { data?: unknown; errors?: readonly object[] };
  if (errors || !data) throw new Error(`${contender.id}: ${text.slice(0, 500)}`);
  const bytes = Buffer.byteLength(text);
  if (contender.isRight) {
    if (!contender.isRight(data, key)) throw new WrongAnswer(`${contender.id}: a wrong answer: ${text.slice(0, 500)}`);
    return bytes;
  }
  const found = contender.read?.(question, data, key) ?? data;
  const right = JSON.parse(JSON.stringify(rightAnswer(question, key)), contender.masks ? masking : undefined) as unknown;
  // graphql-js builds answers without a prototype; JSON has none to compare.
  if (!isDeepStrictEqual(found, right))
    throw new WrongAnswer(`${contender.id}: a wrong answer to "${question}": ${difference(found, right)}`);
  return bytes;
}

const masking = (name: string, value: unknown): unknown => (name === 'idNumber' ? masked(value as string) : value);

/** The first place at which two values differ. */
function difference(found: unknown, right: unknown, path = 'data'): string {
  if (typeof found !== 'object' || typeof right !== 'object' || !found || !right)
    return `${path} is ${JSON.stringify(found)}, and should be ${JSON.stringify(right)}`;
  const names = new Set([...Object.keys(right), ...Object.keys(found)]);
  for (const name of names) {
    const [a, b] = [found, right].map((side) => (side as Record<string, unknown>)[name]);
    if (!isDeepStrictEqual(a, b)) return difference(a, b, `${path}.${name}`);
  }
  return path;
}
