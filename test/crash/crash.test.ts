/** Gateways are killed again and again, at named places and at any moment: nothing is lost, nothing is doubled. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { CrashHall } from './hall.ts';
import { crashLoop, type LoopReport, sentence } from './loop.ts';
import { noServer, ownPostgres } from './postgres.ts';

/** In the normal run; `npm run test:crash` takes as many as it is told. */
const KILLS = 14;

function kept(report: LoopReport): void {
  console.log(sentence(report));
  expect(report.violations).toEqual([]);
  expect(report.kills).toBeGreaterThanOrEqual(KILLS);
  expect(report.cases).toBeGreaterThan(KILLS);
}

describe('a hall whose gateways die', { timeout: 400_000 }, () => {
  it('on the embedded database', async () => kept(await crashLoop({ kills: KILLS })));

  it.skipIf(noServer)('two at a time on one PostgreSQL, which is stopped at once and started again meanwhile', async () => {
    await using postgres = await ownPostgres();
    const meanwhile = async (_hall: CrashHall, isOver: () => boolean) => {
      while (!isOver()) {
        await delay(4_000);
        await postgres.restart();
      }
    };
    kept(await crashLoop({ kills: KILLS, database: postgres.url, gateways: 2, stall: true, meanwhile }));
  });
});
