/** One work: its contenders are started, checked, warmed up and loaded in turn, round after round. */
import type { Contender } from './contenders.ts';
import { type Entrant, entered, leave, type Plan } from './entrant.ts';
import { peakMb } from './process.ts';
import { control, loaded, type Round } from './rounds.ts';
import type { Work } from './works.ts';

export interface Measured {
  readonly contender: Contender;
  readonly rounds: readonly Round[];
  /** From the start of the process to its first right answer. */
  readonly readyMs: number;
  readonly peakMb: number;
}

export interface WorkResult {
  readonly work: Work;
  readonly measured: readonly Measured[];
  /** Why contenders were left out, by their ids. */
  readonly failures: ReadonlyMap<string, string>;
}

/** Code is compiled, connections are opened and caches are filled before anything counts. */
const WARM_UP_S = 5;
const WARM_UP_CONNECTIONS = 32;
/** What a slow gateway needs to fill a memory with thousands of answers. */
const MOST_WARM_UPS = 60;
/** Calls per request of a memory that is warm. */
const WARM = 0.05;

/**
 * Measures a work. A contender that does not start, answers wrongly, or refuses requests under load is left out from then on,
 * and named.
 */
export async function measure(work: Work, contenders: readonly Contender[], plan: Plan): Promise<WorkResult> {
  await control(plan, `/delay?ms=${work.delayMs}`);
  const race: Race = { work, plan, entrants: [], failures: new Map() };
  try {
    for (const contender of contenders)
      await orLeaveOut(race, contender, async () => void race.entrants.push(await entered(contender, work, plan)));
    for (const entrant of race.entrants) await orLeaveOut(race, entrant.contender, () => warmUp(entrant, work, plan));
    for (let round = 0; round < plan.rounds; round++) await everyone(race, round);
    const measured = running(race).map(({ contender, rounds, readyMs, running }) => ({
      contender,
      rounds,
      readyMs,
      peakMb: peakMb(running.pid),
    }));
    return { work, measured, failures: race.failures };
  } finally {
    for (const entrant of race.entrants) await leave(entrant);
  }
}

interface Race {
  readonly work: Work;
  readonly plan: Plan;
  readonly entrants: Entrant[];
  readonly failures: Map<string, string>;
}

const running = ({ entrants, failures }: Race): readonly Entrant[] => entrants.filter(({ contender }) => !failures.has(contender.id));

async function orLeaveOut({ failures, plan }: Race, { id }: Contender, work: () => Promise<void>): Promise<void> {
  plan.stopping.throwIfAborted();
  try {
    await work();
  } catch (error) {
    failures.set(id, (error as Error).message);
    plan.say((error as Error).message);
  }
}

/** One round. Whoever comes first in one comes later in the next. */
async function everyone(race: Race, round: number): Promise<void> {
  const { work, plan } = race;
  const all = running(race);
  const turn = round % all.length;
  for (const entrant of [...all.slice(turn), ...all.slice(0, turn)])
    await orLeaveOut(race, entrant.contender, async () => {
      const result = await loaded(entrant, work, plan, { connections: work.connections, seconds: plan.seconds });
      holdsUp(result, entrant, work);
      entrant.rounds.push(result);
      plan.say(`  ${work.id} round ${round + 1}: ${entrant.contender.id} ${result.rps.toFixed(0)}/s`);
    });
}

/** Gently first: a process that has to compile itself under a thousand connections would need minutes. */
async function warmUp(entrant: Entrant, work: Work, plan: Plan): Promise<void> {
  const { id, remembers } = entrant.contender;
  const gently = { connections: Math.min(work.connections, WARM_UP_CONNECTIONS), seconds: WARM_UP_S };
  for (let i = 0; (await loaded(entrant, work, plan, gently)).upstreamCallsPerRequest >= WARM && remembers; i++)
    if (i >= MOST_WARM_UPS) throw new Error(`${id} in ${work.id}: its memory is not warm after ${MOST_WARM_UPS * WARM_UP_S} s`);
  if (work.connections > WARM_UP_CONNECTIONS) await loaded(entrant, work, plan, { ...gently, connections: work.connections });
}

/** Errors in GraphQL come with status 200, and are shorter than answers. */
const SHORT = 0.9;

function holdsUp({ rps, lost, bytes }: Round, { contender, answerBytes }: Entrant, { id }: Work): void {
  const wrong = (what: string) => new Error(`${contender.id} in ${id}: ${what}`);
  if (rps === 0) throw wrong('no request was answered');
  if (lost > 0) throw wrong(`${lost} requests were refused or broken`);
  // A contender with agencies of its own has answers of all sizes.
  if (!contender.agencies && bytes < SHORT * answerBytes)
    throw wrong(`answers had ${bytes.toFixed(0)} bytes in the mean, and right ones have ${answerBytes}`);
}
