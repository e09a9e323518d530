/** Bodies that no client would send: whatever arrives, the gateway answers below 500, without a stack, and goes on. */
import { request } from 'undici';
import type { Hall } from '../harness.ts';

const GOOD = [
  '{ __typename }',
  'query ($id: CitizenIdNumber!) { person(idNumber: $id) { identity { nameZh } } }',
  '{ enterprise(uscc: "91321071990000017N") { registration { nameZh legalRepresentative { nameZh } } } }',
  'mutation ($input: OpenCaseInput!) { openCase(input: $input) { case { number } problems { code } } }',
  'query ($f: String) { ...a } fragment a on Query { enterprises(name: $f, first: 3) { nodes { nameZh } } }',
  '{ guide(input: { theme: "open-company" }) { steps { item { nameZh } } } }',
];
const PIECES = [
  '{',
  '}',
  '(',
  ')',
  '$',
  '"',
  '"""',
  '...',
  '@skip(if: true)',
  '@',
  ':',
  '!',
  '[',
  ']',
  '\u0000',
  '\ud800',
  '𠮷',
  '-1',
  '1e999',
  'null',
  'fragment a on Query { ...a }',
  'mutation',
  'subscription',
  '__schema { types { name } }',
  '#',
  '\\u{110000}',
  '０',
  '‮',
];
const VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  '',
  'x'.repeat(5_000),
  [],
  {},
  [[[[]]]],
  { a: { b: { c: {} } } },
  '321012198812139970',
  '示例',
];
const HEADERS: readonly Readonly<Record<string, string>>[] = [
  {},
  { 'content-type': 'application/json; charset=utf-8' },
  { accept: 'application/graphql-response+json' },
  { accept: 'text/html' },
  { 'x-yimen-session': 'x' },
  { 'x-yimen-deadline': '1ms' },
  { 'x-yimen-within': '1ms' },
  { 'x-yimen-ticket': 'a,b,c' },
  { 'accept-language': '\u00ff;q=2' },
];

/** Numbers that are the same for the same seed (a mulberry of 32 bits), so that what was found is found again. */
function dice(seed: number): (most: number) => number {
  let state = seed >>> 0;
  return (most) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % most;
  };
}

type Dice = ReturnType<typeof dice>;
const one = <T>(from: readonly T[], roll: Dice): T => from[roll(from.length)] as T;

/** A document that was once good: pieces are put in, taken out, doubled. */
function document(roll: Dice): string {
  let text = one(GOOD, roll);
  for (let i = roll(4); i > 0; i--) {
    const at = roll(text.length + 1);
    const change = roll(3);
    if (change === 0) text = text.slice(0, at) + one(PIECES, roll) + text.slice(at);
    else if (change === 1) text = text.slice(0, at) + text.slice(at + roll(6));
    else text = text.slice(0, at) + text.slice(Math.max(0, at - roll(20)), at) + text.slice(at);
  }
  return text;
}

function body(roll: Dice): string {
  const kind = roll(10);
  if (kind === 0) return Array.from({ length: roll(60) }, () => String.fromCharCode(roll(256))).join('');
  if (kind === 1) return JSON.stringify(one(VALUES, roll));
  const names = ['id', 'input', 'f', 'name', '__proto__'];
  const variables = Object.fromEntries(Array.from({ length: roll(3) }, () => [one(names, roll), one(VALUES, roll)]));
  const whole = JSON.stringify({
    query: document(roll),
    variables,
    ...(roll(5) === 0 && { operationName: one(VALUES, roll) }),
    ...(roll(8) === 0 && { extensions: one(VALUES, roll) }),
  });
  return roll(12) === 0 ? whole.slice(0, roll(whole.length)) : whole;
}

/** How often each status came, and what was wrong, with the seed that finds it again. */
export interface FuzzReport {
  readonly statuses: ReadonlyMap<number, number>;
  readonly wrong: readonly string[];
}

const AT_ONCE = 8;
/** Words of a stack, or of what lies inside. */
const INSIDE = /\n\s+at |node_modules|\.[jt]s:\d+|TypeError|ECONN|select .* from/;

export async function fuzz(hall: Pick<Hall, 'url'>, token: string, runs: number, seed: number): Promise<FuzzReport> {
  const statuses = new Map<number, number>();
  const wrong: string[] = [];
  const tryOne = async (number: number) => {
    const roll = dice(seed + number);
    const path = roll(10) === 0 ? '/graphql/stream' : '/graphql';
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...one(HEADERS, roll) };
    const reply = await request(`${hall.url}${path}`, { method: 'POST', headers, body: Buffer.from(body(roll)) });
    const text = await reply.body.text();
    statuses.set(reply.statusCode, (statuses.get(reply.statusCode) ?? 0) + 1);
    const isInternal = text.includes('"INTERNAL"');
    if (reply.statusCode >= 500 || isInternal || INSIDE.test(text))
      wrong.push(`seed ${seed + number}: ${reply.statusCode} ${text.slice(0, 300)}`);
  };
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < runs) await tryOne(next++);
    }),
  );
  return { statuses, wrong };
}

export const told = ({ statuses }: FuzzReport): string =>
  [...statuses]
    .sort(([a], [b]) => a - b)
    .map(([status, times]) => `${status}: ${times}`)
    .join(', ');
