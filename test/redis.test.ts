import { describe, expect, it } from 'vitest';
import { loadSubjects } from '../src/kit/index.ts';
import { type Answer, type Hall, type Replica, startHall } from './harness.ts';
import { noServer, ownRedis, told } from './own-redis.ts';

const USCC = '91321071990000017N';
const TAX = `query ($uscc: UnifiedSocialCreditCode!) { enterprise(uscc: $uscc) { tax { taxpayerNumber provenance { freshness } } } }`;
const PERSON = '321012198812139970';
const IDENTITY = `{ person(idNumber: "${PERSON}") { identity { nameZh } socialInsurance { provenance { freshness } } } }`;

const { enterprises } = loadSubjects('catalogue/sandbox', Date.now());

const taxCalls = (hall: Hall) => hall.agencies.find(({ id }) => id === 'tax')?.traffic().calls;
const freshness = (answer: Answer) => answer.data.enterprise.tax.provenance.freshness;
const askTax = (it: Hall | Replica, uscc = USCC) => it.ask(TAX, { uscc });

describe.skipIf(noServer)(`two gateways that share a Redis${noServer ? ` (skipped: ${noServer})` : ''}`, () => {
  it('one gives what the other asked', async () => {
    await using redis = await ownRedis();
    await using hall = await startHall({}, { REDIS_URL: redis.url });
    await using other = await hall.replica();
    // Each finds Redis in its own time: a new enterprise every time, until one was asked once for both.
    const next = enterprises.values();
    const askedOnce = async () => {
      const uscc = next.next().value?.uscc;
      const before = taxCalls(hall) ?? 0;
      const answers = [freshness(await askTax(hall, uscc)), freshness(await askTax(other, uscc))];
      return [...answers, (taxCalls(hall) ?? 0) - before];
    };
    await expect.poll(askedOnce, { timeout: 5_000, interval: 100 }).toEqual(['LIVE', 'CACHED', 1]);
    await hall.yimen.engine.evict({ subject: USCC });
    expect(freshness(await askTax(hall))).toBe('LIVE');
  });

  it('T10 no readable key or identity number is in it', async () => {
    await using redis = await ownRedis();
    await using hall = await startHall({ agencies: { taxation: { perDay: 100, perSecond: 50 } } }, { REDIS_URL: redis.url });
    await expect.poll(redis.names, { timeout: 3_000 }).toHaveLength(1);
    await Promise.all([askTax(hall), hall.ask(IDENTITY)]);
    await hall.yimen.engine.evict({ subject: PERSON });
    await expect.poll(async () => (await redis.names())?.length).toBeGreaterThan(3);
    for (const name of (await redis.names()) ?? []) {
      expect(name).toMatch(/^[\w-]{43}$/);
      const dump = String(await told(redis.url, (client) => client.dump(name)));
      expect(dump).not.toMatch(/321012198812139970|91321071990000017N|tax|Enterprise|Person|clerk/);
    }
  });

  it('a quota is the agency’s, however many gateways ask', async () => {
    await using redis = await ownRedis();
    const config = { memory: { enabled: false }, agencies: { taxation: { perDay: 10 } } };
    await using hall = await startHall(config, { REDIS_URL: redis.url });
    await using other = await hall.replica();
    // Each has found Redis when the other sees what it counted.
    const left = async (it: Hall | Replica) =>
      (await it.ask('{ agency(id: "taxation") { health { quotaLeft } } }')).data.agency.health.quotaLeft;
    const countTogether = async () => {
      await askTax(hall);
      await askTax(other);
      return (await left(other)) === (await left(hall)) - 1;
    };
    await expect.poll(countTogether).toBe(true);
    const answers = await Promise.all(enterprises.slice(0, 20).map(({ uscc }, i) => askTax(i % 2 ? hall : other, uscc)));
    const refused = answers.flatMap(({ errors }) => errors ?? []);
    expect(refused[0]?.extensions).toMatchObject({
      code: 'AGENCY_THROTTLED',
      agency: 'taxation',
      retryable: true,
      retryAfterMs: expect.any(Number),
    });
    expect(taxCalls(hall)).toBeLessThanOrEqual(10);
    expect([await left(hall), await left(other)]).toEqual([0, 0]);
  });

  it('killed, emptied and back again under load: nobody notices but the agencies', async () => {
    await using redis = await ownRedis();
    await using hall = await startHall({}, { REDIS_URL: redis.url });
    await using other = await hall.replica();
    let isRunning = true;
    const failures: unknown[] = [];
    let answers = 0;
    const client = async (it: Hall | Replica) => {
      for (let i = 0; isRunning; i++) {
        const answer = await askTax(it, enterprises[i % enterprises.length]?.uscc);
        if (answer.errors) failures.push(answer.errors);
        else answers++;
      }
    };
    const clients = Promise.all([hall, other, hall, other].map(client));
    const rest = () => new Promise((resolve) => setTimeout(resolve, 300));
    for (const step of [redis.flush, redis.kill, redis.start, redis.flush, redis.kill]) {
      await rest();
      await hall.yimen.engine.evict({ agency: 'taxation' });
      await step();
    }
    await rest();
    isRunning = false;
    await clients;
    expect(failures).toEqual([]);
    expect(answers).toBeGreaterThan(100);
  });

  it('not there at the start, with a wrong password, or not Redis at all: the gateway works alone', async () => {
    await using hall = await startHall({}, { REDIS_URL: 'redis://:secret-word@127.0.0.1:1' });
    expect(freshness(await askTax(hall))).toBe('LIVE');
    expect(freshness(await askTax(hall))).toBe('CACHED');
    await expect(startHall({}, { REDIS_URL: 'not a url, secret-word' })).rejects.toThrow(/^REDIS_URL must be a URL like/);
  });
});
