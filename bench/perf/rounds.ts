/** One load of one contender, with samples of its answers beside it, and what it cost. */
import { request } from 'undici';
import { check } from './check.ts';
import { type Entrant, keyOf, type Plan } from './entrant.ts';
import { load } from './load.ts';
import { cpuUs, pause } from './process.ts';
import type { Work } from './works.ts';

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
  /** Requests that were refused, and connections that broke. */
  readonly lost: number;
  /** Of an answer in the mean, with its headers. */
  readonly bytes: number;
}

const SAMPLE_EVERY_MS = 100;

/** What the agencies counted since they were told to begin anew. */
interface Tally {
  readonly single: number;
  readonly batch: number;
  readonly search: number;
  readonly lateP50Ms: number;
}

/** Speaks to the agencies' own door: `/delay?ms=20`, `/reset`, or `/` for what they counted. */
export async function control({ control }: Plan, path: string): Promise<Tally> {
  const { body } = await request(`${control}${path}`);
  return (await body.json()) as Tally;
}

export interface LoadShape {
  readonly connections: number;
  readonly seconds: number;
}

/** Rejects where a sampled answer is wrong. */
export async function loaded(entrant: Entrant, work: Work, plan: Plan, { connections, seconds }: LoadShape): Promise<Round> {
  const { url, questions, running, contender } = entrant;
  await control(plan, '/reset');
  const before = cpuUs(running.pid);
  const sampling = new AbortController();
  const options = { url, connections, seconds, first: entrant.next, questions };
  const [outcome, samples] = await Promise.allSettled([
    load(plan.tool, options, plan.pins).finally(() => sampling.abort()),
    sampled(entrant, work, plan, sampling.signal),
  ]);
  if (samples.status === 'rejected') throw samples.reason;
  if (outcome.status === 'rejected') throw outcome.reason;
  const result = outcome.value;
  entrant.next += result.requests;
  const used = cpuUs(running.pid) - before;
  const { single, batch, search, lateP50Ms } = await control(plan, '/');
  // When the time is over every connection waits for one more answer.
  const requests = result.requests + connections + samples.value;
  return {
    rps: result.requests / result.seconds,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    cpuUsPerRequest: used / requests,
    // Its own agencies count nothing.
    upstreamCallsPerRequest: contender.agencies ? Number.NaN : (single + batch + search) / requests,
    batchCallsPerRequest: batch / requests,
    agencyP50Ms: lateP50Ms,
    busy: Math.min(1, used / (result.seconds * 1e6)),
    lost: result.broken + result.refused,
    bytes: result.bytes / result.requests,
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
