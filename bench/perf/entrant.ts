/** A contender that takes part in a work: started, found right, and ready to be loaded. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bodyOf, type Checked, check, WrongAnswer } from './check.ts';
import type { Conditions, Contender, OwnAgencies } from './contenders.ts';
import { makeDatabase, type RunDatabase } from './database.ts';
import type { Questions, Tool } from './load.ts';
import { freePort, pause, type Running, start } from './process.ts';
import type { Round } from './rounds.ts';
import { keyOf as commonKey, type Work } from './works.ts';

/** What is the same for all works of a run. */
export interface Plan extends Pick<Conditions, 'agencies' | 'issuer' | 'redis' | 'pins'> {
  readonly control: string;
  readonly folder: string;
  /** Where CPU profiles of the gateways go; nothing is profiled without it. */
  readonly profiles: string | undefined;
  readonly rounds: number;
  readonly seconds: number;
  readonly tool: Tool;
  readonly say: (line: string) => void;
  /** Aborts when the run is interrupted: what was started is ended in order. */
  readonly stopping: AbortSignal;
}

const SAMPLES_BEFORE = 5;
const START_MS = 60_000;

export interface Entrant extends Checked {
  readonly running: Running;
  /** Its own agencies, where it has some. */
  readonly aside: Running | undefined;
  readonly database: RunDatabase;
  readonly questions: Questions;
  readonly readyMs: number;
  /** Of one right answer. */
  readonly answerBytes: number;
  readonly rounds: Round[];
  /** Number of the key that is asked about next: no round begins where the last one did. */
  next: number;
}

/** Starts a contender and holds its first answers against the right ones. Rejects with what it printed. */
export async function entered(contender: Contender, work: Work, plan: Plan): Promise<Entrant> {
  const folder = join(plan.folder, `${work.id}-${contender.id}`);
  mkdirSync(folder);
  const port = await freePort();
  const database = await makeDatabase(`yimen_bench_${process.pid}_${work.id}_${contender.id}`.toLowerCase().replaceAll('-', '_'));
  const { agencies, issuer, redis, pins } = plan;
  const conditions: Conditions = { port, folder, agencies, issuer, redis, pins, database: database.url, question: work.question };
  await contender.prepare?.(conditions);
  const aside = contender.agencies && (await ownAgencies(contender.agencies, conditions));
  const env = { PORT: String(port), HOST: '127.0.0.1', ...contender.env?.(conditions), ...aside?.env };
  const [node = '', ...program] = contender.command;
  const command = [node, ...profiling(plan, work, contender), ...program, ...(contender.args?.(conditions) ?? [])];
  const started = performance.now();
  const running = start(pins.gateway(command), env, join(folder, 'output.log'));
  const checked = { contender, url: `http://127.0.0.1:${port}`, question: work.question };
  try {
    const answerBytes = await ready(checked, running, work, plan);
    const readyMs = performance.now() - started;
    for (let n = 1; n <= SAMPLES_BEFORE; n++) await check(checked, keyOf(contender, work, n), plan.issuer.credentials[n] ?? '');
    plan.say(`  ${work.id}: ${contender.id} is ready after ${(readyMs / 1_000).toFixed(2)} s, and its answers are right`);
    return {
      ...checked,
      running,
      aside: aside?.running,
      database,
      readyMs,
      answerBytes,
      rounds: [],
      next: Math.floor(Math.random() * work.keys),
      questions: written(contender, work, plan, folder),
    };
  } catch (error) {
    await running.stop();
    await aside?.running.stop();
    await database.drop();
    throw new Error(`${contender.id} in ${work.id}: ${(error as Error).message}\n${running.output().slice(-2_000)}`, { cause: error });
  }
}

/** Node writes a profile when the process ends by itself. */
const profiling = ({ profiles }: Plan, { id }: Work, contender: Contender): readonly string[] =>
  profiles ? ['--cpu-prof', `--cpu-prof-dir=${join(profiles, `${id}-${contender.id}`)}`] : [];

/** Starts a contender's own agencies, and waits until they say where they are. */
async function ownAgencies({ command, env, ready }: OwnAgencies, conditions: Conditions) {
  const running = start(conditions.pins.aside(command), env(conditions), join(conditions.folder, 'agencies.log'));
  for (const end = performance.now() + START_MS; performance.now() < end; await pause(LOOK_EVERY_MS)) {
    const said = ready(running.output());
    if (said) return { running, env: said };
    if (running.hasEnded()) break;
  }
  await running.stop();
  throw new Error(`its agencies did not start: ${running.output().slice(-2_000)}`);
}

const LOOK_EVERY_MS = 10;

/** How many keys a contender is asked about in a work, and each of them. */
const keyCount = ({ keys }: Contender, work: Work): number => keys?.length ?? work.keys;
export const keyOf = ({ keys }: Contender, work: Work, n: number): string => keys?.[n % keys.length] ?? commonKey(work.question, n);

/** Resolves with the first right answer, and gives back its bytes. */
async function ready(checked: Checked, running: Running, work: Work, { issuer }: Plan): Promise<number> {
  const end = performance.now() + START_MS;
  for (;;) {
    try {
      return await check(checked, keyOf(checked.contender, work, 0), issuer.credentials[0] ?? '');
    } catch (error) {
      if (running.hasEnded()) throw new Error('the process ended while starting', { cause: error });
      if (error instanceof WrongAnswer || performance.now() > end) throw error;
      await pause(LOOK_EVERY_MS);
    }
  }
}

/** Writes what the load tool reads. */
function written(contender: Contender, work: Work, { issuer }: Plan, folder: string): Questions {
  const first = keyOf(contender, work, 0);
  const questions = { credentials: join(folder, 'credentials'), keys: join(folder, 'keys'), body: join(folder, 'body') };
  writeFileSync(questions.credentials, issuer.credentials.join('\n'));
  writeFileSync(questions.keys, Array.from({ length: keyCount(contender, work) }, (_, n) => keyOf(contender, work, n)).join('\n'));
  writeFileSync(questions.body, bodyOf(contender, work.question, first).split(first).join('\n'));
  return questions;
}

/** Ends what was started for it. */
export async function leave({ running, aside, database }: Pick<Entrant, 'running' | 'aside' | 'database'>): Promise<void> {
  await running.stop();
  await aside?.stop();
  await database.drop();
}
