import { expect, it } from 'vitest';
import { Health } from './health.ts';

it('tells up, degraded, down and unknown apart, by the last minute', () => {
  const health = new Health(0);
  const states: [number, string][] = [];
  const note = (at: number) => states.push([at, health.read(at).state]);
  note(0);
  for (let at = 1_000; at <= 10_000; at += 1_000) health.record(at, 20);
  note(10_000);
  health.record(11_000, 3_000, 'TIMEOUT');
  health.record(12_000, 3_000, 'TIMEOUT');
  note(12_000);
  for (let at = 13_000; at < 26_000; at += 1_000) health.record(at, 3_000, 'TIMEOUT');
  note(26_000);
  note(100_000);
  expect(states).toEqual([
    [0, 'UNKNOWN'],
    [10_000, 'UP'],
    [12_000, 'DEGRADED'],
    [26_000, 'DOWN'],
    [100_000, 'UNKNOWN'],
  ]);
});

it('an agency that refuses questions is not unwell', () => {
  const health = new Health(0);
  health.record(1, 5, 'REFUSED');
  health.record(2, 5, 'AMBIGUOUS');
  expect(health.read(3)).toMatchObject({ state: 'UP', errorRate: 0 });
});

it('p50 and p99 are of the calls of five minutes', () => {
  const health = new Health(0);
  for (let i = 1; i <= 100; i++) health.record(i, i);
  expect(health.read(100)).toMatchObject({ p50Ms: 51, p99Ms: 100 });
  expect(health.read(400_000)).toMatchObject({ p50Ms: null, p99Ms: null });
});
