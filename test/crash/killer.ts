import { setTimeout as delay } from 'node:timers/promises';
import type { CrashPoint } from '../../src/cases/index.ts';
import type { Plan } from './gateway.ts';
import type { Life, Place } from './hall.ts';

const PLACES: readonly CrashPoint[] = ['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9', 'P10'];
/** A life that does not come to its place ends anyway. */
const LONGEST_LIFE_MS = 2_500;
const SHORTEST_MS = 150;
const START_MS = 600;
const LAYING_OUT_MS = 2_000;
const POLITE_MS = 10_000;

/** How lives ended, and how often. */
export type Deaths = Map<string, number>;

/** What ends a life: a place it comes to, or a moment. */
export interface End {
  /** How this death is counted, where it is not the place. */
  readonly name: string;
  readonly plan: Plan;
  readonly signal: 'SIGKILL' | 'SIGTERM';
  /** Resolves when the time has come; counted from the start where the life is not to see the light. */
  moment(): Promise<unknown>;
  readonly inStart: boolean;
}

const dice = (most: number): number => Math.floor(Math.random() * most);

/** Six in ten at a named place, two at any moment, one while it starts, one politely. */
export function anyEnd(): End {
  const roll = dice(10);
  const inLife = { name: 'SIGKILL', plan: {}, signal: 'SIGKILL', moment: () => delay(SHORTEST_MS + dice(1_200)), inStart: false } as const;
  if (roll === 0) return { ...inLife, name: 'start', moment: () => delay(dice(START_MS)), inStart: true };
  if (roll === 1) return { ...inLife, name: 'SIGTERM', signal: 'SIGTERM' };
  return roll < 4 ? inLife : endAt(PLACES[dice(PLACES.length)] ?? 'P5', 1 + dice(4));
}

export const endAt = (place: CrashPoint, times = 1): End => ({
  name: 'SIGKILL',
  plan: { place, times },
  signal: 'SIGKILL',
  moment: () => delay(LONGEST_LIFE_MS),
  inStart: false,
});

/** P12: at any moment while the first life lays out the database. */
export const inMigration = (plan: Plan): End => ({
  name: 'P12',
  plan,
  signal: 'SIGKILL',
  moment: () => delay(SHORTEST_MS + dice(LAYING_OUT_MS)),
  inStart: true,
});

/** Lives one life to its end. `alive` is called when the gateway listens. */
export async function liveAndDie(
  place: Place,
  deaths: Deaths,
  alive: () => Promise<void>,
  { name, plan, signal, moment, inStart }: End,
): Promise<void> {
  const life = place.start(plan);
  // Work begins before the door opens: a life may end at its place without having listened.
  if (!inStart && (await life.listens)) await alive();
  const isOver = await Promise.race([life.exited.then(() => true), moment().then(() => false)]);
  if (!isOver) life.kill(signal);
  await ended(life);
  if (isOver && !plan.place) throw new Error('a gateway died that nobody killed');
  const how = isOver ? (plan.place ?? '') : name;
  deaths.set(how, (deaths.get(how) ?? 0) + 1);
}

/** Whoever is asked politely has ten seconds. */
export async function ended(life: Life): Promise<void> {
  const isOver = await Promise.race([life.exited.then(() => true), delay(POLITE_MS, false)]);
  if (isOver) return;
  life.kill('SIGKILL');
  await life.exited;
}

export const killsIn = (deaths: Deaths): number => [...deaths.values()].reduce((sum, each) => sum + each, 0);
