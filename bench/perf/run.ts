/**
 * `npm run bench`: every contender in turn on the same five agencies, round after round, and one table.
 *
 * --only W1,W2   --contenders yimen,floor   --rounds 5   --seconds 3   --json   --cpu-prof folder   --load autocannon
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CONTENDERS, type Contender } from './contenders.ts';
import type { Plan } from './entrant.ts';
import { openIssuer } from './issuer.ts';
import { loadTool } from './load.ts';
import { measure, type WorkResult } from './measure.ts';
import { pins, type Running, start } from './process.ts';
import { report, rowsOf } from './report.ts';
import { WORKS, type Work } from './works.ts';
import type { Section } from './world.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    contenders: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
    'cpu-prof': { type: 'string' },
    load: { type: 'string' },
  },
});

/** The chosen ones of a list. Throws, and names all there are, where a name is none of them. */
function chosen<T extends { readonly id: string }>(option: string, text: string | undefined, all: readonly T[]): readonly T[] {
  const names = text?.split(',') ?? all.map(({ id }) => id);
  const unknown = names.find((name) => !all.some(({ id }) => id === name));
  if (unknown !== undefined) throw new Error(`--${option}: there is no "${unknown}"; there are ${all.map(({ id }) => id).join(', ')}`);
  return all.filter(({ id }) => names.includes(id));
}

function count(option: 'rounds' | 'seconds'): number {
  const value = Number(values[option]);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${option} is a whole number from 1, got "${values[option]}"`);
  return value;
}

type Ports = Readonly<Record<Section | 'control', number>>;

async function portsOf(running: Running): Promise<Ports> {
  while (!running.output().includes('\n')) {
    if (running.hasEnded()) throw new Error(`the agencies ended while starting: ${running.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return JSON.parse(running.output()) as Ports;
}

const takingPart = (work: Work, wanted: readonly Contender[]): readonly Contender[] =>
  wanted.filter(({ id, questions }) => work.contenders.includes(id) && (questions?.includes(work.question) ?? true));

const stopping = new AbortController();

async function main(): Promise<void> {
  const works = chosen('only', values.only, WORKS);
  const contenders = chosen('contenders', values.contenders, CONTENDERS);
  const [rounds, seconds] = [count('rounds'), count('seconds')];
  const tool = loadTool(values.load);
  const folder = mkdtempSync(join(tmpdir(), 'yimen-bench-'));
  const pinned = pins();
  const say = (line: string) => console.error(line);
  const agencies = start(pinned.aside([process.execPath, join(import.meta.dirname, 'agencies.js')]), {}, join(folder, 'agencies.log'));
  const issuer = await openIssuer();
  try {
    const { control, ...ports } = await portsOf(agencies);
    const redis = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';
    const shared = { agencies: ports, issuer, redis, pins: pinned, control: `http://127.0.0.1:${control}` };
    const profiles = values['cpu-prof'] && resolve(values['cpu-prof']);
    const plan: Plan = { ...shared, folder, profiles, rounds, seconds, tool, say, stopping: stopping.signal };
    say(
      `load by ${tool}, ${rounds} rounds of ${seconds} s${pinned.hold ? ', gateways on core 0, all else on core 1' : ', nothing pinned'}`,
    );
    const results: WorkResult[] = [];
    for (const work of works) {
      const part = takingPart(work, contenders);
      if (part.length > 0) results.push(await measure(work, part, plan));
    }
    if (results.some(({ failures }) => failures.size > 0)) process.exitCode = 1;
    console.log(values.json ? JSON.stringify(rowsOf(results), null, 2) : report(results));
  } finally {
    issuer.close();
    await agencies.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

// The first signal ends the run in order, the second at once.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (stopping.signal.aborted) process.exit(1);
    stopping.abort(new Error(`stopped by ${signal}`));
  });
await main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
