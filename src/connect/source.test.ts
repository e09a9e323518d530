import { expect, it } from 'vitest';
import { z } from 'zod';
import { connector } from './connector.ts';
import { createEngine } from './engine.ts';
import { value } from './lookup.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const caller = { role: 'clerk', actor: 'li' } as const;

async function answerOf(lookup: object): Promise<unknown> {
  const open = () => ({ fields: { Enterprise: { tax: lookup } } });
  const tested = connector({ id: 'tax', agency: 'taxation', settings: z.strictObject({}), open: open as never });
  const engine = createEngine({ connectors: [{ connector: tested, settings: {} }], clock: { now: Date.now }, log: quiet });
  try {
    const reader = engine.reader({ caller, traceId: 't', signal: new AbortController().signal });
    return await reader.read('Enterprise.tax', 'k').catch((error: { fault: string }) => error.fault);
  } finally {
    await engine.close();
  }
}

it.each([
  ['load', { batch: 5, load: (keys: readonly string[]) => keys.map((key) => value({ key })) }],
  ['load, together with others', { batch: 5, together: true, load: (keys: readonly string[]) => keys.map((key) => value({ key })) }],
  ['one', { one: (key: string) => value({ key }) }],
])('a connector in plain JavaScript may answer without a promise: %s', async (_, lookup) => {
  expect(await answerOf(lookup)).toMatchObject({ key: 'k' });
});

it.each([
  ['throws before it promises', { batch: 5, load: () => nothing().items }],
  ['throws for one key', { one: () => nothing().items }],
  ['gives nothing', { batch: 5, load: () => undefined }],
  ['gives fewer readings than keys', { batch: 5, load: async () => [] }],
])('a connector that %s fails alone, as a broken reply does', async (_, lookup) => {
  expect(await answerOf(lookup)).toBe('PROTOCOL');
});

/** What a beginner takes for an object. */
const nothing = () => undefined as unknown as { readonly items: never };
