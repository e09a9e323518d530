/** How soon the work that a killed gateway held is done by another one. */
import { setTimeout as delay } from 'node:timers/promises';
import { arrived, DESK, filled, spread, submit, untilReceived } from './filling.ts';
import type { BenchHall } from './hall.ts';

/** As many as one process carries at the same time. */
const HELD = 16;
const QUIET_MS = 500;

export interface Taken {
  readonly held: number;
  readonly by: 'restart' | 'replica';
  /** Seconds from the kill until every item that was held is with its agency, and the hall knows. */
  readonly seconds: number;
}

/**
 * The agency takes requests and never answers, so the gateway holds all its places when it is killed; the agency is well
 * again from that moment. `replica`: the other gateway ran already, and held nothing.
 */
export async function taken(hall: BenchHall, by: Taken['by']): Promise<Taken> {
  const first = await hall.start();
  const numbers = await filled(first, HELD);
  const before = await arrived(hall);
  await hall.sandbox.setFault(DESK, 'hang');
  await spread(numbers, HELD, (number) => submit(first, number));
  await quiet(hall);
  const replica = by === 'replica' ? await hall.start() : undefined;
  if ((await arrived(hall)) > before) throw new Error('bench: an application arrived before the kill, so less was held than is said');
  const killed = performance.now();
  await first.kill();
  await hall.sandbox.setFault(DESK, 'none');
  const second = replica ?? (await hall.start());
  await untilReceived(second, numbers);
  const seconds = (performance.now() - killed) / 1_000;
  await second.stop();
  return { held: HELD, by, seconds };
}

/** Waits until nothing more is being sent. */
async function quiet({ sandbox }: BenchHall): Promise<void> {
  let before = -1;
  for (;;) {
    const { calls } = await sandbox.traffic(DESK);
    if (calls === before) return;
    before = calls;
    await delay(QUIET_MS);
  }
}
