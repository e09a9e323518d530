import { describe, expect, it, vi } from 'vitest';
import type { Shared } from '../../store/index.ts';
import { noRedis, openTestRedis } from '../../store/testing.ts';
import type { AgencyError } from '../errors.ts';
import type { Call } from '../types.ts';
import { Quota } from './quota.ts';

const MORNING = Date.parse('2026-11-24T09:00:00+08:00');
const call: Call = {
  caller: { role: 'clerk', actor: 'x' },
  signal: new AbortController().signal,
  traceId: 't',
  connector: 'tax',
  agency: 'taxation',
  operation: 'Enterprise.tax',
};

function replica(limits: { perSecond?: number; perDay?: number }, shared?: Shared, time = { now: MORNING }) {
  const quota = new Quota({ connector: 'tax', agency: 'taxation', limits, clock: { now: () => time.now }, shared });
  const ask = () =>
    (async () => quota.take(call))().then(
      () => 'ok' as const,
      (error: AgencyError) => `${error.fault} ${error.retryAfterMs}`,
    );
  return { quota, time, ask };
}

describe("an agency's own quota, counted in this process", () => {
  it('holds in any second, not only in a whole one of the clock', async () => {
    const { ask, time } = replica({ perSecond: 3 });
    const seen: string[] = [];
    for (const passed of [900, 50, 40, 20, 100, 789, 1]) {
      time.now += passed;
      seen.push(await ask());
    }
    expect(seen).toEqual(['ok', 'ok', 'ok', 'THROTTLED 890', 'THROTTLED 790', 'THROTTLED 1', 'ok']);
  });

  it('holds for a day of Asia/Shanghai, and refused calls cost nothing', async () => {
    const { ask, time, quota } = replica({ perDay: 2 });
    time.now = Date.parse('2026-11-24T23:00:00+08:00');
    expect([await ask(), await ask(), await ask(), quota.left()]).toEqual(['ok', 'ok', 'THROTTLED 3600000', 0]);
    time.now += 3_600_000;
    expect([quota.left(), await ask(), quota.left()]).toEqual([2, 'ok', 1]);
  });

  it('a clock that is set back does not throttle', async () => {
    const { ask, time } = replica({ perSecond: 1 });
    expect(await ask()).toBe('ok');
    time.now -= 3_600_000;
    expect(await ask()).toBe('ok');
  });

  it('without limits nothing is counted, and Redis is not asked', async () => {
    const asked = vi.fn();
    const { ask, quota } = replica({}, { isReady: true, ask: asked } as unknown as Shared);
    expect([await ask(), quota.left(), asked.mock.calls]).toEqual(['ok', undefined, []]);
  });

  it('T20 refuses a limit that is none', () => {
    expect(() => replica({ perDay: 0 })).toThrow('policy.perDay must be a whole number above 0 (calls the agency allows), got 0');
    expect(() => replica({ perSecond: 0.5 })).toThrow('policy.perSecond');
  });
});

/** What a replica gets from a Redis that answers, or does not. */
const sharedThat = (answers: () => Promise<unknown>): Shared =>
  ({ isReady: true, ask: answers, vault: { name: (_: string, text: string) => text } }) as unknown as Shared;

describe("an agency's own quota, while Redis is away", () => {
  it('goes on alone from the last common count, and comes back', async () => {
    let isAway = false;
    let common = 7;
    const shared = sharedThat(async () => (isAway ? undefined : ['counted', 0, ++common]));
    const { ask, quota } = replica({ perDay: 10 }, shared);
    expect([await ask(), quota.left()]).toEqual(['ok', 2]);
    isAway = true;
    expect([await ask(), await ask(), await ask()]).toEqual(['ok', 'ok', `THROTTLED ${15 * 3_600_000}`]);
    isAway = false;
    common = 3;
    expect([await ask(), quota.left()]).toEqual(['ok', 0]);
  });
});

describe.skipIf(noRedis)(`an agency's own quota, shared through Redis${noRedis ? ` (skipped: ${noRedis})` : ''}`, () => {
  it('three replicas together get what the agency allows one', async () => {
    await using redis = await openTestRedis();
    const replicas = await Promise.all([1, 2, 3].map(async () => replica({ perDay: 100 }, await redis.replica())));
    const outcomes = await Promise.all(replicas.flatMap(({ ask }) => Array.from({ length: 50 }, ask)));
    expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(100);
    const refused = `THROTTLED ${15 * 3_600_000}`;
    expect(await Promise.all(replicas.map(({ ask }) => ask()))).toEqual([refused, refused, refused]);
    expect(replicas.map(({ quota }) => quota.left())).toEqual([0, 0, 0]);
  });

  it('a second is shared too, and says how long to wait', async () => {
    await using redis = await openTestRedis();
    const replicas = [replica({ perSecond: 5 }, await redis.replica()), replica({ perSecond: 5 }, await redis.replica())];
    const outcomes = await Promise.all(replicas.flatMap(({ ask }) => Array.from({ length: 10 }, ask)));
    const waits = outcomes.filter((outcome) => outcome !== 'ok').map((outcome) => Number(outcome.split(' ')[1]));
    expect(waits).toHaveLength(15);
    expect(waits.every((ms) => ms > 0 && ms <= 1_000)).toBe(true);
  });

  it('a count that a flush lost is taken up from the replica that knows it', async () => {
    await using redis = await openTestRedis();
    const { ask, quota } = replica({ perDay: 10 }, await redis.replica());
    for (let i = 0; i < 6; i++) await ask();
    await redis.forget();
    await ask();
    expect(quota.left()).toBe(3);
  });

  it('T10 no name in Redis can be read', async () => {
    await using redis = await openTestRedis();
    await replica({ perDay: 10, perSecond: 10 }, await redis.replica()).ask();
    const names = await redis.names();
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !/^[\w-]{43}$/.test(name))).toEqual([]);
  });
});
