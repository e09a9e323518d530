import { setTimeout as delay } from 'node:timers/promises';
import type { CrashPoint } from '../../src/cases/index.ts';
import type { Plan } from './gateway.ts';
import type { Life, Place } from './hall.ts';

const PLACES: readonly CrashPoint[] = ['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9', 'P10'];
/** A life that does not come to its place ends anyway. */
const LONGEST_LIFE_MS = 2_500;
const SHORTEST_MS = 150;
const START_MS = 600;

/** How lives ended, and how often. */
export type Deaths = Map<string, number>;

export interface Killer {
  readonly deaths: Deaths;
  readonly kills: number;
}

/** What ends a life: a place it comes to, or a moment. */
type End = { readonly plan: Plan; readonly signal: 'SIGKILL' | 'SIGTERM'; readonly afterMs: number; readonly inStart: boolean };

const dice = (most: number): number => Math.floor(Math.random() * most);

/** Six in ten at a named place, two at any moment, one while it starts, one politely. */
function chosen(): End {
  const roll = dice(10);
  const inLife = { plan: {}, signal: 'SIGKILL', afterMs: SHORTEST_MS + dice(1_200), inStart: false } as const;
  if (roll === 0) return { ...inLife, afterMs: dice(START_MS), inStart: true };
  if (roll === 1) return { ...inLife, signal: 'SIGTERM' };
  if (roll < 4) return inLife;
  const place = PLACES[dice(PLACES.length)] ?? 'P5';
  return { ...inLife, plan: { place, times: 1 + dice(4) }, afterMs: LONGEST_LIFE_MS };
}

/** Lives one life to its end. `alive` is called when the gateway listens. */
export async function liveAndDie(place: Place, deaths: Deaths, alive: () => Promise<void>, base: Plan = {}): Promise<void> {
  const { plan, signal, afterMs, inStart } = chosen();
  const life = place.start({ ...base, ...plan });
  // Work begins before the door opens: a life may end at its place without having listened.
  if (!inStart && (await life.listens)) await alive();
  const isOver = await Promise.race([life.exited.then(() => true), delay(afterMs, false)]);
  if (!isOver) life.kill(signal);
  await ended(life, signal);
  if (isOver && !plan.place) throw new Error('a gateway died that nobody killed');
  count(deaths, isOver ? (plan.place ?? '') : inStart ? 'start' : signal);
}

/** Whoever is asked politely has ten seconds. */
async function ended(life: Life, signal: NodeJS.Signals): Promise<void> {
  if (signal !== 'SIGTERM') return void (await life.exited);
  const isOver = await Promise.race([life.exited.then(() => true), delay(10_000, false)]);
  if (isOver) return;
  life.kill('SIGKILL');
  await life.exited;
}

const count = (deaths: Deaths, how: string): void => void deaths.set(how, (deaths.get(how) ?? 0) + 1);
export const killsIn = (deaths: Deaths): number => [...deaths.values()].reduce((sum, each) => sum + each, 0);
