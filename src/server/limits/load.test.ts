import { expect, it } from 'vitest';
import { loadJudge } from './load.ts';

const late = (atMs: number, delayMs = 700) => ({ atMs, delayMs, heapShare: 0.3 });

it('one long step is not load: the gateway is late for a second before it refuses', () => {
  const judge = loadJudge();
  expect([judge(late(5_000, 4_000)), judge(late(5_250, 20))]).toEqual([false, false]);
  expect([judge(late(6_000)), judge(late(6_600)), judge(late(7_100))]).toEqual([false, false, true]);
});

it('takes requests again with the first look that is in time', () => {
  const judge = loadJudge();
  judge(late(1_000));
  expect([judge(late(2_000)), judge(late(2_250, 20)), judge(late(3_000))]).toEqual([true, false, false]);
});

it('refuses at once when nine tenths of the heap are used', () => {
  const judge = loadJudge();
  expect([0.9, 0.91, 0.5].map((heapShare) => judge({ atMs: 0, delayMs: 20, heapShare }))).toEqual([false, true, false]);
});
