import { expect, it } from 'vitest';
import { startHall } from '../harness.ts';
import { fuzz, told } from './fuzz.ts';

/** In every run; `npm run test:fuzz -- --runs 100000` takes as many as it is told. */
const RUNS = 3_000;

it('three thousand random bodies: nothing answers as an error of ours, nothing shows its inside', async () => {
  await using hall = await startHall();
  const report = await fuzz(hall, await hall.token('clerk'), RUNS, Date.now());
  console.log(`${RUNS} random bodies: ${told(report)}`);
  expect(report.wrong).toEqual([]);
  expect((await hall.ask('{ __typename }')).data).toEqual({ __typename: 'Query' });
}, 120_000);
