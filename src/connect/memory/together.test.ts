import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { connector } from '../connector.ts';
import { createEngine, type Engine } from '../engine.ts';
import { AgencyError, type AgencyFault } from '../errors.ts';
import { type BatchLookup, lookup, value } from '../lookup.ts';
import type { Call, Role } from '../types.ts';

const SECTION = 'Enterprise.tax';
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const engines: Engine[] = [];

afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()));
});

/** An engine with one agency, which notes the keys of every call. */
function hall(spec: Partial<BatchLookup<string, { key: string }>> = {}, answer?: (keys: readonly string[], call: Call) => Promise<void>) {
  const calls: string[][] = [];
  const told: object[] = [];
  const log = { ...quiet, warn: (fields: object) => void told.push(fields) };
  const tax = lookup<string, { key: string }>({
    batch: 100,
    together: true,
    async load(keys, call) {
      calls.push([...keys]);
      await answer?.(keys, call);
      return keys.map((key) => value({ key }));
    },
    ...spec,
  });
  const open = () => ({ fields: { Enterprise: { tax } } });
  const tested = connector({ id: 'tax', agency: 'taxation', settings: z.strictObject({}), open: open as never });
  const engine = createEngine({ connectors: [{ connector: tested, settings: {} }], clock: { now: Date.now }, log, remember: false });
  engines.push(engine);
  const ask = (key: string, { role = 'clerk' as Role, purpose = 'CONSULTATION', signal = new AbortController().signal } = {}) =>
    engine.reader({ caller: { role, purpose, actor: `of ${key}` }, traceId: `trace of ${key}`, signal }).read(SECTION, key);
  const many = (from: number, to: number) => Promise.all(Array.from({ length: to - from }, (_, i) => ask(`k${from + i}`)));
  return { calls, told, ask, many };
}

const failing = (fault: AgencyFault, of: (keys: readonly string[]) => boolean) => async (keys: readonly string[], call: Call) => {
  if (of(keys)) throw new AgencyError(call, fault);
};
const outcome = (answer: Promise<unknown>) =>
  answer.then(
    () => 'answered',
    (error: AgencyError) => error.fault ?? 'given up',
  );

describe('what several requests ask at the same moment', () => {
  it('goes out in one call, and each has the answer to what it asked', async () => {
    const { calls, many } = hall();
    const answers = await many(0, 40);
    expect(answers.map((answer) => answer?.['key'])).toEqual(Array.from({ length: 40 }, (_, i) => `k${i}`));
    expect(calls.map((keys) => keys.length)).toEqual([40]);
  });

  it('goes out in as many calls as the agency takes keys', async () => {
    const { calls, many } = hall({ batch: 15 });
    await many(0, 40);
    expect(calls.map((keys) => keys.length)).toEqual([15, 15, 10]);
  });

  it('waits for nobody: what is asked in the next turn is another call', async () => {
    const { calls, ask } = hall();
    const first = ask('a');
    await new Promise((done) => setTimeout(done, 5));
    await Promise.all([first, ask('b')]);
    expect(calls).toEqual([['a'], ['b']]);
  });

  it('goes out by itself where the agency may be told who asks', async () => {
    const { calls, many } = hall({ together: false });
    await many(0, 4);
    expect(calls.map((keys) => keys.length)).toEqual([1, 1, 1, 1]);
  });

  it('T11 is asked apart for callers of other rights or purposes', async () => {
    const { calls, ask } = hall();
    await Promise.all([ask('a'), ask('b', { role: 'kiosk' }), ask('c', { purpose: 'ITEM x' }), ask('d')]);
    expect(calls.toSorted()).toEqual([['a', 'd'], ['b'], ['c']]);
  });
});

describe('a call for several requests', () => {
  it.each(['REFUSED', 'PROTOCOL'] as const)('that is %s because of one key costs the others nothing', async (fault) => {
    const { ask } = hall(
      {},
      failing(fault, (keys) => keys.includes('odd')),
    );
    const answers = await Promise.all(['a', 'odd', 'b'].map((key) => outcome(ask(key))));
    expect(answers).toEqual(['answered', fault, 'answered']);
  });

  it('that an agency is too unwell for is not sent again for each', async () => {
    const { calls, many } = hall(
      {},
      failing('CREDENTIALS', () => true),
    );
    expect(await outcome(many(0, 5))).toBe('CREDENTIALS');
    expect(calls).toHaveLength(1);
  });

  it('goes on for the others when a client goes, and ends when all have gone', async () => {
    const aborted: boolean[] = [];
    const { ask } = hall({}, (_, { signal }) => {
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, 100);
        signal.addEventListener('abort', () => {
          clearTimeout(timer);
          aborted.push(true);
          resolve();
        });
      });
    });
    const [one, two] = [new AbortController(), new AbortController()];
    const some = [ask('a', one), ask('b')].map(outcome);
    setTimeout(() => one.abort(), 20);
    expect(await Promise.all(some)).toEqual(['UNAVAILABLE', 'answered']);
    expect(aborted).toEqual([]);
    const all = [ask('c', two), ask('d', two)].map(outcome);
    setTimeout(() => two.abort(), 20);
    expect(await Promise.all(all)).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
    await expect.poll(() => aborted).toEqual([true]);
  });
});
