import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { agencies, type Books, violations } from './checks.ts';
import { type Ledger, newLedger, startClients } from './clients.ts';
import { openDatabase } from './database.ts';
import type { Fault } from './deliberate.ts';
import { drain } from './drain.ts';
import type { Plan } from './gateway.ts';
import { type CrashHall, type Life, openCrashHall, type Place } from './hall.ts';
import { anyEnd, type Deaths, type End, ended, inMigration, killsIn, liveAndDie } from './killer.ts';

const DAY_MS = 86_400_000;
const CASES_PER_LIFE = 4;
const FIRST_DEATHS = 2;
/** Longer than a lease. */
const STALL_MS = 13_000;
/** A lease, its expiry and two waits of a job that failed twice are shorter. */
const PATIENCE_MS = 45_000;

export interface LoopOptions {
  readonly kills: number;
  /** `postgres://…`; without it the embedded database in the hall's folder. */
  readonly database?: string | undefined;
  readonly gateways?: number;
  readonly fault?: Fault;
  readonly patienceMs?: number;
  /** How many lives die while they lay out the database, each gateway's, before anything is handed in. */
  readonly firstDeaths?: number;
  /** How the next life ends. Any way, unless told. */
  readonly end?: (ledger: Ledger) => End;
  /** The first gateway stands still at first, with an item in its hands, for longer than its lease; the others go on. */
  readonly stall?: boolean;
  /** Done beside the kills, while clients hand in. */
  readonly meanwhile?: (hall: CrashHall, isOver: () => boolean) => Promise<void>;
}

export interface LoopReport {
  readonly engine: string;
  readonly kills: number;
  readonly deaths: Deaths;
  readonly cases: number;
  readonly submissions: number;
  /** Requests that came again with a key that was acknowledged, and attempts that an agency had already. */
  readonly repeats: number;
  readonly settled: number;
  readonly troubles: ReadonlyMap<string, number>;
  readonly violations: readonly string[];
}

/** Runs a hall whose gateways die, until so many deaths are over and everything came to an end; then holds it to its promises. */
export async function crashLoop(options: LoopOptions): Promise<LoopReport> {
  const { database, gateways = 1, kills, fault, patienceMs = PATIENCE_MS, stall = false, meanwhile } = options;
  const { end = anyEnd, firstDeaths = FIRST_DEATHS } = options;
  await using hall = await openCrashHall({ database, gateways });
  const base: Plan = fault ? { fault } : {};
  const deaths: Deaths = new Map();
  await openFirst(hall, base, deaths, firstDeaths);
  await hall.flaky(true);
  const ledger = newLedger();
  const clients = startClients(hall, ledger);
  const alive = async () => {
    clients.allow(CASES_PER_LIFE);
    await hall.advance(DAY_MS);
  };
  const isOver = () => killsIn(deaths) >= kills;
  const dying = hall.places.map(async (place, i) => {
    if (i === 0 && stall) await standStill(place, alive);
    while (!isOver()) await liveAndDie(place, deaths, alive, withFault(end(ledger), base));
  });
  await Promise.all([...dying, meanwhile?.(hall, isOver)]).catch((cause: unknown) => withLog(hall, cause));
  const lives = hall.places.map((place) => place.start(base));
  await Promise.all(lives.map(({ listens }) => listens));
  await hall.flaky(false);
  await clients.finished();
  const settled = await drain(hall, patienceMs);
  await Promise.all(lives.map(stopped));
  // Awaited here: the hall is gone the moment this function returns.
  return await report(hall, options, { ledger, deaths, settled }).catch((cause: unknown) => withLog(hall, cause));
}

/** What the processes of a hall said last, beside what went wrong. */
function withLog({ folder }: CrashHall, cause: unknown): never {
  const log = readFileSync(join(folder, 'log.txt'), 'utf8')
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('{'));
  throw new Error(`${cause}; the log ends:\n${log.slice(-20).join('\n')}`, { cause });
}

/** Stops when it has taken an item and not yet sent it, and goes on when somebody else has it by then. */
async function standStill(place: Place, alive: () => Promise<void>): Promise<void> {
  await alive();
  const life = place.start({ place: 'P4', how: 'SIGSTOP' });
  await delay(STALL_MS);
  life.kill('SIGCONT');
  if (!(await life.listens)) throw new Error('a gateway that stood still did not go on');
  await stopped(life);
}

/** The first lives die while they lay out the database; the one after them finds what they left and does the rest. */
async function openFirst(hall: CrashHall, base: Plan, deaths: Deaths, times: number): Promise<void> {
  const nothing = async () => {};
  const dying = async (place: Place) => {
    for (let i = 0; i < times; i++) await liveAndDie(place, deaths, nothing, inMigration(base));
  };
  await Promise.all(hall.places.map(dying));
  for (const place of hall.places) {
    const life = place.start(base);
    if (!(await life.listens)) throw new Error(`the gateway did not start; see ${hall.folder}/log.txt`);
    await stopped(life);
  }
}

const withFault = (end: End, base: Plan): End => ({ ...end, plan: { ...base, ...end.plan } });

async function stopped(life: Life): Promise<void> {
  life.kill('SIGTERM');
  await ended(life);
}

interface Run {
  readonly ledger: Ledger;
  readonly deaths: Deaths;
  readonly settled: number;
}

async function report(hall: CrashHall, { database }: LoopOptions, { ledger, deaths, settled }: Run): Promise<LoopReport> {
  // Before anything else opens the database: as a person would verify it.
  const unproven = await hall.verified();
  const books: Books = new Map(await Promise.all(agencies.map(async (id) => [id, await hall.sandbox.applications(id)] as const)));
  await using open = await openDatabase(hall.folder, database);
  const [attempts] = await open.asked('select coalesce(sum(attempts - 1), 0)::int as again from yimen.case_items where attempts > 1');
  return {
    engine: database ? 'PostgreSQL' : 'embedded',
    kills: killsIn(deaths),
    deaths,
    cases: ledger.acknowledged.size,
    submissions: [...books.values()].reduce((sum, files) => sum + files.length, 0),
    repeats: ledger.repeats + Number(attempts?.['again']),
    settled,
    troubles: ledger.troubles,
    violations: [...unproven, ...(await violations(open.asked, ledger, books, hall.folder))],
  };
}

/** 0 in n proves at 95 % no more than that the chance is below 3 in n. */
export function sentence({ engine, kills, cases, submissions, repeats, settled, violations: found, deaths }: LoopReport): string {
  const count = (begin: RegExp) => found.filter((each) => begin.test(each)).length;
  const how = [...deaths].map(([name, times]) => `${name} ${times}`).join(', ');
  return (
    `${engine}: ${kills} kills (${how}), ${cases} cases, ${submissions} submissions, ${repeats} repeats absorbed, ${settled} settled by hand, ` +
    `${count(/is lost/)} lost, ${count(/is doubled/)} doubled, ${found.length} broken promises; 95 % bound ${(3 / kills).toFixed(4)} per kill`
  );
}
