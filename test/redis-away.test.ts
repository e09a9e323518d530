/** Redis is emptied, killed and started again while clients hand in: no case is affected. */
import { setTimeout as delay } from 'node:timers/promises';
import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { openCatalogue } from '../src/app.ts';
import { loadSubjects } from '../src/kit/index.ts';
import { noPostgres, openTestDatabase } from '../src/store/testing.ts';
import { filledForm } from './filled-form.ts';
import { type Follower, followAgain } from './follower.ts';
import { type Answer, type Hall, startHall } from './harness.ts';
import { noServer, type OwnRedis, ownRedis } from './own-redis.ts';

/** Agencies count these submissions in Redis, and what the hall fetches for them is remembered there. */
const ITEMS = ['seal-filing', 'invoice-first', 'hf-unit'];
const QUOTA = { perDay: 100_000, perSecond: 1_000 };
const CONFIG = {
  agencies: { taxation: QUOTA, 'public-security': QUOTA, 'city-exchange': QUOTA },
  // When the clock moves, everybody is told at once.
  connectors: { sms: { policy: QUOTA } },
};
const APPLICANT = { uscc: '91321071990000017N', nameZh: '扬州示例精密机械有限公司', phone: '13800000000' };
const TAX = 'query ($uscc: UnifiedSocialCreditCode!) { enterprise(uscc: $uscc) { tax { taxpayerNumber } } }';
const CASE = 'query ($number: CaseNumber!) { case(number: $number) { status items { connector reference phase } events { eventId } } }';
/** An unused Redis holds the mark of its run alone. */
const RUN_NAMES = 1;
const CLIENTS = 4;
const AWAY_MS = 3_000;
const FLOWING_MS = 30_000;
const DAY = 86_400_000;

const catalogue = openCatalogue(undefined);
const items = ITEMS.map((slug) => catalogue.item(slug)).filter((item) => item !== undefined);
const required = new Set(items.flatMap(({ materials }) => materials.filter((each) => each.required).map(({ materialId }) => materialId)));
/** The one that the hall fetches itself, with every submission. */
const FETCHED = 'business-licence';
const brought = [...required].filter((id) => id !== FETCHED && !catalogue.material(id)?.fromForm);
const form = filledForm(items, catalogue);
const { enterprises } = loadSubjects('catalogue/sandbox', Date.now());

type Asking = Pick<Hall, 'ask' | 'url'>;

/** Clients that hand in one case after the other, and ask about taxes between them. */
class Clients {
  /** Numbers that were answered to submissions. */
  readonly acknowledged: string[] = [];
  readonly failures: unknown[] = [];
  answers = 0;
  slowestMs = 0;
  #isOver = false;
  readonly #running: readonly Promise<void>[];

  constructor(gateways: readonly Asking[]) {
    this.#running = Array.from({ length: CLIENTS }, (_, i) => this.#handInAll(gateways[i % gateways.length] as Asking, i));
  }

  /** Waits until each of them has handed in one more. */
  async flow(): Promise<void> {
    const wanted = this.acknowledged.length + CLIENTS;
    await expect
      .poll(() => this.acknowledged.length + this.failures.length, { timeout: FLOWING_MS, interval: 50 })
      .toBeGreaterThanOrEqual(wanted);
  }

  async finish(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#running);
  }

  async #handInAll(at: Asking, first: number): Promise<void> {
    for (let i = first; !this.#isOver; i += CLIENTS) {
      const uscc = enterprises[i % enterprises.length]?.uscc ?? '';
      const number = await this.#handIn(at, uscc).catch((cause: unknown) => void this.failures.push(cause));
      if (number) this.acknowledged.push(number);
    }
  }

  async #handIn(at: Asking, uscc: string): Promise<string> {
    const number = await this.#change(at, 'openCase', { items: ITEMS, applicant: APPLICANT });
    for (const material of brought) await this.#change(at, 'attachMaterial', { number, material, certificateNumber: '示例-1' });
    this.#hear('tax', await at.ask(TAX, { uscc }, { role: 'integrator' }));
    await this.#change(at, 'saveForm', { number, form });
    return this.#change(at, 'submitCase', { number, idempotencyKey: `redis-${number}` });
  }

  async #change(at: Asking, name: string, input: object): Promise<string> {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
    const answer = await at.ask(`mutation ($input: ${type}!) { ${name}(input: $input) { case { number } problems { code path } } }`, {
      input,
    });
    this.#hear(name, answer);
    const { case: changed, problems } = answer.data[name];
    if (!changed) throw new Error(`${name}: ${JSON.stringify(problems)}`);
    return changed.number;
  }

  #hear(name: string, { status, errors, tookMs }: Answer): void {
    this.slowestMs = Math.max(this.slowestMs, tookMs);
    this.answers++;
    if (status !== 200 || errors) throw new Error(`${name} was answered ${status}: ${JSON.stringify(errors)}`);
  }
}

const readiness = (gateways: readonly Asking[]) =>
  Promise.all(
    gateways.map(async ({ url }) => {
      const { statusCode, body } = await request(`${url}/health/ready`);
      return [statusCode, await body.json()];
    }),
  );
const READY = [200, { status: 'ready' }];

/** What happens to Redis, a step after the other, while clients go on. */
async function trouble(redis: OwnRedis, clients: Clients, gateways: readonly Asking[]): Promise<void> {
  const stayAway = async () => {
    await redis.kill();
    await delay(AWAY_MS);
  };
  // Each gateway finds Redis in its own time.
  const isUsed = () => expect.poll(async () => (await redis.names())?.length, { timeout: 10_000 }).toBeGreaterThan(RUN_NAMES);
  await isUsed();
  for (const step of [redis.flush, stayAway, redis.start, redis.flush]) {
    await clients.flow();
    await step();
    expect(await readiness(gateways)).toEqual(gateways.map(() => READY));
  }
  await clients.flow();
  await isUsed();
}

const casesOf = (hall: Hall, numbers: readonly string[]) =>
  Promise.all(numbers.map(async (number) => (await hall.ask(CASE, { number })).data.case));

/** Lets time pass until every case is granted. */
async function granted(hall: Hall, numbers: readonly string[]) {
  const open = async () => {
    await hall.advance(DAY);
    const cases = await casesOf(hall, numbers);
    return cases.flatMap(({ status, items: all }) => (status === 'GRANTED' ? [] : [all]));
  };
  await expect.poll(open, { timeout: 40_000, interval: 500 }).toEqual([]);
  return casesOf(hall, numbers);
}

/** Agencies have of each case each application once, and nothing else. */
async function onceEach(hall: Hall, cases: readonly { items: readonly { connector: string; reference: string }[] }[]): Promise<void> {
  const all = cases.flatMap((each) => each.items);
  const connectors = new Set(all.map(({ connector }) => connector));
  expect(connectors.size).toBe(ITEMS.length);
  for (const connector of connectors) {
    const files = await hall.sandbox.applications(connector);
    expect(files.every(({ taken }) => taken === 1)).toBe(true);
    const believed = all.filter((item) => item.connector === connector).map(({ reference }) => reference);
    expect(files.map(({ reference }) => reference).toSorted()).toEqual(believed.toSorted());
  }
}

/** The subscriber saw every event of every case once, in the order of the case. */
async function sawAll(
  { seen }: Follower,
  cases: readonly { events: readonly { eventId: string }[] }[],
  numbers: readonly string[],
): Promise<void> {
  const kept = cases.map(({ events }) => events.map(({ eventId }) => eventId));
  const heard = () => numbers.map((number) => seen.filter(({ caseNumber }) => caseNumber === number).map(({ eventId }) => eventId));
  await expect.poll(heard, { timeout: 10_000, interval: 200 }).toEqual(kept);
}

const skip = noServer ?? noPostgres;

describe.skipIf(skip)('a Redis that is emptied, killed and started again under load', () => {
  it('costs no case anything: all are answered, handed in once, granted and told', async () => {
    await using redis = await ownRedis();
    await using database = await openTestDatabase();
    await using hall = await startHall(CONFIG, { DATABASE_URL: database.url, REDIS_URL: redis.url }, { together: 2, as: 'clerk' });
    const gateways = [hall, ...hall.others];
    await using follower = followAgain(
      gateways.map(({ url }) => url),
      () => hall.token('clerk'),
    );
    const clients = new Clients(gateways);
    await trouble(redis, clients, gateways).finally(() => clients.finish());
    const { acknowledged, failures, answers, slowestMs } = clients;
    console.log(
      `${acknowledged.length} cases handed in by ${CLIENTS} clients, ${answers} answers, ${failures.length} errors; ` +
        `Redis away ${AWAY_MS / 1_000} s, slowest answer ${slowestMs.toFixed(0)} ms`,
    );
    expect([failures, follower.errors, follower.cuts]).toEqual([[], [], []]);
    expect(new Set(acknowledged).size).toBe(acknowledged.length);
    const cases = await granted(hall, acknowledged);
    await onceEach(hall, cases);
    await sawAll(follower, cases, acknowledged);
  }, 180_000);
});
