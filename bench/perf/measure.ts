/** One work: its contenders are started, checked, warmed up and loaded in turn, round after round. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { bodyOf, type Checked, check, WrongAnswer } from './check.ts';
import type { Conditions, Contender, OwnAgencies } from './contenders.ts';
import { makeDatabase, type RunDatabase } from './database.ts';
import { type LoadResult, load, type Questions, type Tool } from './load.ts';
import { cpuUs, freePort, peakMb, type Running, start } from './process.ts';
import { keyOf as commonKey, type Work } from './works.ts';

/** What one load of one contender showed. */
export interface Round {
  readonly rps: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuUsPerRequest: number;
  readonly upstreamCallsPerRequest: number;
  /** Calls that asked for many keys at once. */
  readonly batchCallsPerRequest: number;
  /** How late the agencies answered, as they saw it themselves: the median of their replies. */
  readonly agencyP50Ms: number;
  /** Share of its core that the gateway used: well below 1, something else was the limit. */
  readonly busy: number;
}

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
}

export interface Plan extends Pick<Conditions, 'agencies' | 'issuer' | 'redis' | 'pins'> {
  readonly control: string;
  readonly folder: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly tool: Tool;
  readonly say: (line: string) => void;
}

const SAMPLES_BEFORE = 5;
const SAMPLE_EVERY_MS = 100;
const START_MS = 60_000;
/** Code is compiled, connections are opened and caches are filled before anything counts. */
const WARM_UP_S = 3;
const MOST_WARM_UPS = 5;
/** Calls per request of a memory that is warm. */
const WARM = 0.05;

/** What the agencies counted since they were told to begin anew. */
interface Tally {
  readonly single: number;
  readonly batch: number;
  readonly search: number;
  readonly lateP50Ms: number;
}

interface Entrant extends Checked {
  readonly running: Running;
  /** Its own agencies, where it has some. */
  readonly aside: Running | undefined;
  readonly database: RunDatabase;
  readonly questions: Questions;
  readonly readyMs: number;
  readonly rounds: Round[];
}

/** Measures a work. Rejects where an answer is wrong, or a load shows anything but right answers. */
export async function measure(work: Work, contenders: readonly Contender[], plan: Plan): Promise<WorkResult> {
  await control(plan, `/delay?ms=${work.delayMs}`);
  const entrants: Entrant[] = [];
  try {
    for (const contender of contenders) entrants.push(await entered(contender, work, plan));
    for (const entrant of entrants) await warmUp(entrant, work, plan);
    for (let round = 0; round < plan.rounds; round++) {
      // Whoever comes first in one round comes later in the next.
      const turn = round % entrants.length;
      for (const entrant of [...entrants.slice(turn), ...entrants.slice(0, turn)]) {
        const result = await loaded(entrant, work, plan, plan.seconds);
        entrant.rounds.push(result);
        plan.say(`  ${work.id} round ${round + 1}: ${entrant.contender.id} ${result.rps.toFixed(0)}/s`);
      }
    }
    const measured = entrants.map(({ contender, rounds, readyMs, running }) => ({
      contender,
      rounds,
      readyMs,
      peakMb: peakMb(running.pid),
    }));
    return { work, measured };
  } finally {
    for (const { running, aside, database } of entrants) {
      await running.stop();
      await aside?.stop();
      await database.drop();
    }
  }
}

async function control({ control }: Plan, path: string): Promise<Tally> {
  const { body } = await request(`${control}${path}`);
  return (await body.json()) as Tally;
}

async function entered(contender: Contender, work: Work, plan: Plan): Promise<Entrant> {
  const folder = join(plan.folder, `${work.id}-${contender.id}`);
  mkdirSync(folder);
  const port = await freePort();
  const database = await makeDatabase(`yimen_bench_${process.pid}_${work.id}_${contender.id}`.toLowerCase().replaceAll('-', '_'));
  const { agencies, issuer, redis, pins } = plan;
  const conditions: Conditions = { port, folder, agencies, issuer, redis, pins, database: database.url, question: work.question };
  await contender.prepare?.(conditions);
  const aside = contender.agencies && (await ownAgencies(contender.agencies, conditions));
  const env = { PORT: String(port), HOST: '127.0.0.1', ...contender.env?.(conditions), ...aside?.env };
  const command = [...contender.command, ...(contender.args?.(conditions) ?? [])];
  const started = performance.now();
  const running = start(pins.gateway(command), env, join(folder, 'output.log'));
  const checked = { contender, url: `http://127.0.0.1:${port}`, question: work.question };
  try {
    await ready(checked, running, work, plan);
    const readyMs = performance.now() - started;
    for (let n = 1; n <= SAMPLES_BEFORE; n++) await check(checked, keyOf(contender, work, n), plan.issuer.credentials[n] ?? '');
    plan.say(`  ${work.id}: ${contender.id} is ready after ${(readyMs / 1_000).toFixed(2)} s, and its answers are right`);
    return { ...checked, running, aside: aside?.running, database, readyMs, rounds: [], questions: written(contender, work, plan, folder) };
  } catch (error) {
    await running.stop();
    await aside?.running.stop();
    await database.drop();
    throw new Error(`${contender.id} in ${work.id}: ${(error as Error).message}\n${running.output().slice(-2_000)}`, { cause: error });
  }
}

/** Starts a contender's own agencies, and waits until they say where they are. */
async function ownAgencies({ command, env, ready }: OwnAgencies, conditions: Conditions) {
  const running = start(conditions.pins.aside(command), env(conditions), join(conditions.folder, 'agencies.log'));
  for (const end = performance.now() + START_MS; performance.now() < end; await pause()) {
    const said = ready(running.output());
    if (said) return { running, env: said };
    if (running.hasEnded()) break;
  }
  await running.stop();
  throw new Error(`its agencies did not start: ${running.output().slice(-2_000)}`);
}

const LOOK_EVERY_MS = 10;
const pause = (ms = LOOK_EVERY_MS) => new Promise((resolve) => setTimeout(resolve, ms));

/** How many keys a contender is asked about in a work, and each of them. */
const keyCount = ({ keys }: Contender, work: Work): number => keys?.length ?? work.keys;
const keyOf = ({ keys }: Contender, work: Work, n: number): string => keys?.[n % keys.length] ?? commonKey(work.question, n);

/** Resolves with the first right answer. */
async function ready(checked: Checked, running: Running, work: Work, { issuer }: Plan): Promise<void> {
  const end = performance.now() + START_MS;
  for (;;) {
    try {
      return await check(checked, keyOf(checked.contender, work, 0), issuer.credentials[0] ?? '');
    } catch (error) {
      if (running.hasEnded()) throw new Error('the process ended while starting', { cause: error });
      if (error instanceof WrongAnswer || performance.now() > end) throw error;
      await pause();
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

async function warmUp(entrant: Entrant, work: Work, plan: Plan): Promise<void> {
  for (let i = 0; i < MOST_WARM_UPS; i++) {
    const { upstreamCallsPerRequest } = await loaded(entrant, work, plan, WARM_UP_S);
    if (!entrant.contender.remembers || upstreamCallsPerRequest < WARM) return;
  }
  throw new Error(`${entrant.contender.id} in ${work.id}: its memory is not warm after ${MOST_WARM_UPS * WARM_UP_S} s`);
}

/** One load, with samples of the answers beside it. */
async function loaded(entrant: Entrant, work: Work, plan: Plan, seconds: number): Promise<Round> {
  const { url, questions, running, contender } = entrant;
  await control(plan, '/reset');
  const before = cpuUs(running.pid);
  const sampling = new AbortController();
  const samples = sampled(entrant, work, plan, sampling.signal);
  const options = { url, connections: work.connections, seconds, first: Math.floor(Math.random() * work.keys), questions };
  const result = await load(plan.tool, options, plan.pins).finally(() => sampling.abort());
  const sampledCount = await samples;
  const used = cpuUs(running.pid) - before;
  const { single, batch, search, lateP50Ms } = await control(plan, '/');
  holdsUp(result, contender, work);
  // When the time is over every connection waits for one more answer.
  const requests = result.requests + work.connections + sampledCount;
  return {
    rps: result.requests / result.seconds,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    cpuUsPerRequest: used / requests,
    // Its own agencies count nothing.
    upstreamCallsPerRequest: contender.agencies ? Number.NaN : (single + batch + search) / requests,
    batchCallsPerRequest: batch / requests,
    agencyP50Ms: lateP50Ms,
    busy: used / (result.seconds * 1e6),
  };
}

/** Asks beside the load, now and then, and looks at every field; gives back how often. Rejects with the first wrong answer. */
async function sampled(entrant: Entrant, work: Work, { issuer }: Plan, signal: AbortSignal): Promise<number> {
  let asked = 0;
  while (!signal.aborted) {
    const n = Math.floor(Math.random() * work.keys);
    await check(entrant, keyOf(entrant.contender, work, n), issuer.credentials[n % issuer.credentials.length] ?? '');
    asked++;
    await pause(SAMPLE_EVERY_MS);
  }
  return asked;
}

function holdsUp({ requests, broken, refused }: LoadResult, { id }: Contender, work: Work): void {
  if (requests === 0) throw new Error(`${id} in ${work.id}: no request was answered`);
  if (broken + refused > 0) throw new Error(`${id} in ${work.id}: ${broken} connections broke, ${refused} requests were refused`);
}
