/** PostgreSQL is stopped at once and started again while clients hand in: they see errors to ask again after, for seconds, and nothing is lost. */
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { agencies, type Books, violations } from './crash/checks.ts';
import { type Heard, handIn, type Ledger, newLedger } from './crash/clients.ts';
import { openDatabase } from './crash/database.ts';
import { drain } from './crash/drain.ts';
import { type CrashHall, openCrashHall } from './crash/hall.ts';
import { ended } from './crash/killer.ts';
import { noServer, type OwnPostgres, ownPostgres } from './crash/postgres.ts';
import { type Follower, followAgain } from './follower.ts';

const CLIENTS = 6;
/** How long the server stays away, each time. */
const AWAY_MS = [0, 1_000, 3_000];
const PATIENCE_MS = 45_000;
/** A server that is back must be noticed within this. */
const BACK_MS = 5_000;
/** Clients on a busy machine have handed in some cases within this. */
const FLOWING_MS = 20_000;

/** Everything that clients heard, and when. */
class Ear {
  readonly failures: (Heard | undefined)[] = [];
  answers = 0;
  longestMs = 0;
  #firstFailure: number | undefined;

  readonly heard = (reply: Heard | undefined): void => {
    const now = performance.now();
    if (this.#firstFailure !== undefined) this.longestMs = Math.max(this.longestMs, now - this.#firstFailure);
    if (reply && !errorsIn(reply)) {
      this.answers++;
      this.#firstFailure = undefined;
      return;
    }
    this.failures.push(reply);
    this.#firstFailure ??= now;
  };
}

interface Told {
  readonly message: string;
  readonly extensions?: { readonly code?: string; readonly retryable?: boolean; readonly retryAfterMs?: number };
}

const errorsIn = ({ text }: Heard): readonly Told[] | undefined => (JSON.parse(text) as { errors?: Told[] }).errors;

/** Whether a client that gets this knows that the same may be sent again, and when; and learns nothing from the inside. */
function saysAgain(reply: Heard | undefined): boolean {
  if (!reply || /stack|node_modules|\.[jt]s:\d|ECONN|yimen\./.test(reply.text)) return false;
  if (reply.status === 503) return Number(reply.retryAfter) > 0;
  const isRetryable = ({ extensions }: Told) => extensions?.retryable === true && Number(extensions.retryAfterMs) > 0;
  return reply.status === 200 && (errorsIn(reply) ?? []).every(isRetryable);
}

/** Clients hand in one case after the other until `meanwhile` is over. */
async function underLoad(hall: CrashHall, ledger: Ledger, meanwhile: () => Promise<void>): Promise<void> {
  let isOver = false;
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (!isOver) await handIn(hall, ledger);
  });
  const over = meanwhile().finally(() => {
    isOver = true;
  });
  await Promise.all([over, ...clients]);
}

async function stopAgain(postgres: OwnPostgres, ledger: Ledger): Promise<void> {
  for (const ms of AWAY_MS) {
    await moreCases(ledger);
    await postgres.stop();
    await delay(ms);
    await postgres.start();
  }
  await moreCases(ledger);
}

async function moreCases({ acknowledged }: Ledger): Promise<void> {
  const wanted = acknowledged.size + 2 * CLIENTS;
  await expect.poll(() => acknowledged.size, { timeout: FLOWING_MS, interval: 50 }).toBeGreaterThanOrEqual(wanted);
}

/** All gateways of a hall at once, and how many of them ended although nobody told them to. */
async function startAll(hall: CrashHall): Promise<AsyncDisposable & { readonly died: number }> {
  const lives = hall.places.map((place) => place.start({}));
  expect(await Promise.all(lives.map(({ listens }) => listens))).toEqual(lives.map(() => true));
  let died = 0;
  for (const { exited } of lives) void exited.then(() => died++);
  return {
    get died() {
      return died;
    },
    async [Symbol.asyncDispose]() {
      for (const life of lives) life.kill('SIGTERM');
      await Promise.all(lives.map(ended));
    },
  };
}

async function auditVerified({ folder }: CrashHall, url: string): Promise<string> {
  const env = { ...process.env, YIMEN_CONFIG: join(folder, 'yimen.config.json'), YIMEN_DATA: join(folder, 'data'), DATABASE_URL: url };
  return (await promisify(execFile)(process.execPath, [resolve('dist/src/cli/main.js'), 'audit', 'verify'], { env })).stdout;
}

/** Lines on which gateways listen to the database. */
async function listeners(url: string): Promise<unknown> {
  await using open = await openDatabase('', url);
  const [row] = await open.asked(
    `select count(*)::int as lines from pg_stat_activity where application_name = 'yimen' and query like 'listen%'`,
  );
  return row?.['lines'];
}

describe.skipIf(noServer)('a database that is stopped at once under load, three times', () => {
  it('costs seconds of errors to ask again after; no case is lost, none is doubled, no gateway dies', async () => {
    await using postgres = await ownPostgres();
    await using hall = await openCrashHall({ database: postgres.url, gateways: 2 });
    await using gateways = await startAll(hall);
    const before = await listeners(postgres.url);
    await using follower = followAgain(
      hall.places.map(({ url }) => url),
      hall.token,
    );
    const ear = new Ear();
    const ledger: Ledger = { ...newLedger(), heard: ear.heard };
    await underLoad(hall, ledger, () => stopAgain(postgres, ledger));
    console.log(
      `${ledger.acknowledged.size} cases handed in by ${CLIENTS} clients, ${ear.answers} answers, ${ear.failures.length} errors; ` +
        `longest without an answer ${(ear.longestMs / 1_000).toFixed(1)} s, of which the server was away ${Math.max(...AWAY_MS) / 1_000} s`,
    );
    expect(ear.failures.filter((each) => !saysAgain(each))).toEqual([]);
    expect(ear.failures.length).toBeGreaterThan(0);
    expect(ear.longestMs).toBeLessThan(Math.max(...AWAY_MS) + BACK_MS);
    expect(await listeners(postgres.url)).toBe(before);

    await drain(hall, PATIENCE_MS);
    expect(gateways.died).toBe(0);
    await sawAll(follower, postgres.url);
    await gateways[Symbol.asyncDispose]();
    await kept(hall, postgres.url, ledger);
  }, 180_000);
});

/** The subscriber saw every event once, and those of a case in the order in which they were kept. */
async function sawAll({ seen, errors }: Follower, url: string): Promise<void> {
  await using open = await openDatabase('', url);
  const rows = await open.asked(`select c.number, e.xact || '.' || e.id as id from yimen.case_events e
    join yimen.cases c on c.id = e.case_id order by e.xact, e.id`);
  await expect.poll(() => seen.length, { timeout: BACK_MS }).toBe(rows.length);
  expect(seen.map(({ eventId }) => eventId)).toEqual(rows.map(({ id }) => id));
  expect(errors.length).toBeGreaterThan(0);
  expect(errors.filter(({ extensions }) => extensions['retryable'] !== true)).toEqual([]);
}

async function kept(hall: CrashHall, url: string, ledger: Ledger): Promise<void> {
  const books: Books = new Map(await Promise.all(agencies.map(async (id) => [id, await hall.sandbox.applications(id)] as const)));
  await using open = await openDatabase(hall.folder, url);
  expect(await violations(open.asked, ledger, books, hall.folder)).toEqual([]);
  expect(await auditVerified(hall, url)).toMatch(/nothing is wrong\n$/);
}
