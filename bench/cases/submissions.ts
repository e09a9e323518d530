/** How many cases a second one gateway takes in while it carries them to their agency. */
import { quantile } from '../gateway.ts';
import { arrived, filled, spread, submit, untilArrived } from './filling.ts';
import type { BenchHall, Life } from './hall.ts';

const WARM_UP = 100;
const ROUNDS = [
  { clients: 1, cases: 200 },
  { clients: 16, cases: 600 },
  { clients: 64, cases: 600 },
] as const;

export interface Submissions {
  readonly clients: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Applications that reached the agency a second, while cases were handed in. */
  readonly sentPerSecond: number;
  /** Seconds from the last answer until the agency had everything. */
  readonly drainedS: number;
}

/** One round for each number of clients. Opening and filling are outside the clock; workers run as in life. */
export async function submissions(hall: BenchHall, args: readonly string[] = []): Promise<readonly Submissions[]> {
  const life = await hall.start(args);
  await round(hall, life, 8, WARM_UP);
  const figures: Submissions[] = [];
  for (const { clients, cases } of ROUNDS) figures.push(await round(hall, life, clients, cases));
  await life.stop();
  return figures;
}

async function round(hall: BenchHall, life: Life, clients: number, cases: number): Promise<Submissions> {
  const numbers = await filled(life, cases);
  const before = await arrived(hall);
  const started = performance.now();
  const took = await spread(numbers, clients, async (number) => {
    const from = performance.now();
    await submit(life, number);
    return performance.now() - from;
  });
  const seconds = (performance.now() - started) / 1_000;
  const sent = (await arrived(hall)) - before;
  const answered = performance.now();
  await untilArrived(hall, before + cases);
  const sorted = took.toSorted((a, b) => a - b);
  return {
    clients,
    perSecond: cases / seconds,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    sentPerSecond: sent / seconds,
    drainedS: (performance.now() - answered) / 1_000,
  };
}
