import { describe, expect, it } from 'vitest';
import type { Shared } from '../../store/index.ts';
import { noRedis, openTestRedis, type TestRedis } from '../../store/testing.ts';
import { Memory } from './memory.ts';
import { type Eviction, type Question, questionKey } from './question.ts';

const USCC = '91321071990000017N';
const log = { debug() {}, info() {}, warn() {}, error() {} };

const question = (part: Partial<Question> = {}): Question => ({
  connector: 'tax',
  agency: 'taxation',
  section: 'Enterprise.tax',
  key: USCC,
  identity: 'clerk',
  purpose: '',
  ...part,
});

/** Remembers a value as if its agency had just been asked. */
function remember(memory: Memory, value: unknown, { asked = memory.asked(), part = {} as Partial<Question>, tags = ['case'] } = {}) {
  const asking = question(part);
  const provenance = { agency: 'taxation', connector: 'tax', retrievedAt: new Date(), asOf: null, freshness: 'LIVE' } as const;
  const remembered = { reading: { kind: 'value', value }, provenance } as const;
  memory.remember({ text: questionKey(asking), question: asking, tags, remembered, keepMs: 60_000, asked });
}

async function recalled(memory: Memory, part: Partial<Question> = {}): Promise<unknown> {
  const asking = question(part);
  const text = questionKey(asking);
  if (!memory.recall(text)) await memory.fetch([{ text, question: asking }]);
  const reading = memory.recall(text)?.reading;
  return reading?.kind === 'value' ? reading.value : undefined;
}

describe('in one process', () => {
  const EVICTIONS: readonly Eviction[] = [
    { agency: 'taxation' },
    { subject: USCC },
    { tag: 'case' },
    { agency: 'taxation', subject: USCC },
    {},
  ];

  it.each(EVICTIONS)('an eviction of %o takes what it means', async (what) => {
    const memory = new Memory({ log });
    remember(memory, 'old');
    await memory.evict(what);
    expect(await recalled(memory)).toBeUndefined();
  });

  it('and leaves the rest', async () => {
    const memory = new Memory({ log });
    remember(memory, 'old');
    for (const what of [{ agency: 'police' }, { subject: 'other' }, { tag: 'no' }, { agency: 'taxation', subject: 'other' }])
      await memory.evict(what);
    expect(await recalled(memory)).toBe('old');
  });

  it('what was on its way when it was evicted is not remembered', async () => {
    const memory = new Memory({ log });
    const asked = memory.asked();
    await memory.evict({ subject: USCC });
    remember(memory, 'old', { asked });
    expect(await recalled(memory)).toBeUndefined();
    remember(memory, 'new');
    expect(await recalled(memory)).toBe('new');
  });

  it('is bounded', async () => {
    const memory = new Memory({ log, entries: 3 });
    for (const key of ['a', 'b', 'c', 'd']) remember(memory, key, { part: { key } });
    expect([await recalled(memory, { key: 'a' }), await recalled(memory, { key: 'd' })]).toEqual([undefined, 'd']);
    const small = new Memory({ log, bytes: 5_000 });
    for (const key of ['a', 'b', 'c', 'd']) remember(small, 'x'.repeat(2_000), { part: { key } });
    expect(await recalled(small, { key: 'a' })).toBeUndefined();
  });
});

async function replicas(redis: TestRedis): Promise<readonly [Memory, Memory, () => Promise<Memory>]> {
  const open = async () => opened(await redis.replica());
  return [await open(), await open(), open];
}

async function opened(shared: Shared): Promise<Memory> {
  const memory = new Memory({ log, shared });
  await expect.poll(() => memory.isShared, { interval: 5 }).toBe(true);
  return memory;
}

describe.skipIf(noRedis)(`shared through Redis${noRedis ? ` (skipped: ${noRedis})` : ''}`, () => {
  it('one remembers what another asked, dates included', async () => {
    await using redis = await openTestRedis();
    const [a, b] = await replicas(redis);
    remember(a, { arrears: '1.00', on: new Date(0) });
    await expect.poll(() => recalled(b), { interval: 10 }).toEqual({ arrears: '1.00', on: new Date(0) });
  });

  it('T10 no key, value, identity number or word of ours can be read there', async () => {
    await using redis = await openTestRedis();
    const [a, b] = await replicas(redis);
    remember(a, { name: '张三', id: '321012198812139970' });
    await b.evict({ agency: 'taxation', subject: USCC, tag: 'case' });
    await expect.poll(async () => (await redis.names()).length, { interval: 10 }).toBe(3);
    for (const name of await redis.names()) expect(name).toMatch(/^[\w-]{43}$/);
    const everything = Buffer.concat((await redis.contents()) as Buffer[]);
    for (const canary of [USCC, '321012198812139970', '张三', 'tax', 'Enterprise', 'case', 'clerk'])
      expect([canary, everything.includes(canary)]).toEqual([canary, false]);
  });

  it.each([{ agency: 'taxation' }, { subject: USCC }, { tag: 'case' }, {}])('one evicts %o for all within a second', async (what) => {
    await using redis = await openTestRedis();
    const [a, b, another] = await replicas(redis);
    remember(a, 'old');
    await expect.poll(() => recalled(b), { interval: 10 }).toBe('old');
    await a.evict(what);
    expect(await recalled(a)).toBeUndefined();
    await expect.poll(() => recalled(b), { interval: 10, timeout: 1_000 }).toBeUndefined();
    const late = await another();
    await expect.poll(() => recalled(late), { interval: 10, timeout: 1_000 }).toBeUndefined();
    remember(a, 'new');
    expect(await recalled(a)).toBe('new');
  });

  it('an answer asked before an eviction by another is nowhere given after it', async () => {
    await using redis = await openTestRedis();
    const [a, b] = await replicas(redis);
    const asked = a.asked();
    await b.evict({ subject: USCC });
    remember(a, 'old', { asked });
    expect(await recalled(b)).toBeUndefined();
    await expect.poll(() => recalled(a), { interval: 10, timeout: 1_000 }).toBeUndefined();
  });

  it('what another hall, or somebody without the key, put there is nothing', async () => {
    await using redis = await openTestRedis();
    const [a] = await replicas(redis);
    remember(a, 'old');
    const foreign = await opened(await redis.replica(Buffer.alloc(32, 7)));
    expect(await recalled(foreign)).toBeUndefined();
  });

  it('emptied: nothing is lost but speed, and what was evicted before does not come back', async () => {
    await using redis = await openTestRedis();
    const [a, b] = await replicas(redis);
    remember(a, 'old');
    await expect.poll(() => recalled(b), { interval: 10 }).toBe('old');
    await a.evict({ subject: USCC });
    await redis.forget();
    await expect.poll(() => recalled(b), { interval: 10, timeout: 1_500 }).toBeUndefined();
    await expect
      .poll(async () => {
        remember(a, 'new');
        return recalled(b);
      })
      .toBe('new');
  });
});
