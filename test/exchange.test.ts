import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSubjects } from '../src/kit/index.ts';
import { type Hall, startHall } from './harness.ts';
import { builtPrograms } from './programs.ts';

const programs = builtPrograms();
const run = promisify(execFile);
const MINUTE_MS = 60_000;
/** 电缆, whose project the city reviews. */
const USCC = loadSubjects('catalogue/sandbox', Date.now()).enterprise('E008')?.uscc;
const QUERY = `query ($uscc: UnifiedSocialCreditCode!) { enterprise(uscc: $uscc) {
  tax { creditGrade } projects { items { code cityReviews { items { kind status } provenance { agency { code } connector } } } }
} }`;

let hall: Hall;
beforeAll(async () => {
  hall = await startHall({ memory: { enabled: false }, connectors: { 'city-offices': { policy: { timeout: '900ms' } } } });
  await hall.agencies.find(({ id }) => id === 'city-offices')?.prepared();
}, 60_000);
afterAll(() => hall[Symbol.asyncDispose]());

const ask = async () => {
  const { data, errors } = await hall.ask(QUERY, { uscc: USCC });
  return { tax: data.enterprise.tax, reviews: data.enterprise.projects.items[0].cityReviews, errors };
};

const opened = async () => (await hall.yimen.engine.open('city-offices')).flatMap(({ requests }) => requests.map(({ state }) => state));

describe('a hall with an agency behind an exchange database', () => {
  it('asks it like any other', async () => {
    const { reviews, errors } = await ask();
    expect(errors).toBeUndefined();
    expect(reviews).toEqual({
      items: [{ kind: 'ENERGY_REVIEW', status: 'RETURNED' }],
      provenance: { agency: { code: 'city-exchange' }, connector: 'city-offices' },
    });
    expect(await opened()).toEqual([]);
  });

  it('a lost request costs its own section, is seen by every gateway and on the command line, and is given up in time', async () => {
    await hall.fault('city-offices', 'lost');
    const { tax, reviews, errors } = await ask();
    expect([tax.creditGrade, reviews]).toEqual([expect.any(String), null]);
    expect(errors).toMatchObject([
      { extensions: { code: 'AGENCY_TIMEOUT', agency: 'city-exchange', connector: 'city-offices', retryable: true } },
    ]);
    expect(await opened()).toEqual(['WAITING']);
    await using other = await hall.replica();
    const [seen] = await other.yimen.engine.open('city-offices');
    expect(seen).toMatchObject({ agency: 'city-exchange', count: 1, requests: [{ service: 'XMSC01', state: 'WAITING' }] });
    const { stdout } = await openOnTheCommandLine('city-offices');
    expect(stdout).toContain('city-exchange: 1 open');
    expect(stdout).toContain(`${seen?.requests[0]?.id}`);
    expect(stdout).not.toMatch(/2020-321071/);
    await hall.fault('city-offices', 'none');
    await hall.advance(11 * MINUTE_MS);
    expect((await ask()).errors).toBeUndefined();
    expect(await opened()).toEqual(['GIVEN_UP']);
    const headers = { authorization: `Bearer ${await hall.token('auditor')}` };
    const metrics = await (await request(`${hall.url}/metrics`, { headers })).body.text();
    expect(metrics).toMatch(/yimen_exchange_open\{connector="city-offices",agency="city-exchange"\} 1\n/);
    expect(metrics).toMatch(/yimen_exchange_answered\{connector="city-offices",agency="city-exchange"\} 2\n/);
  }, 40_000);

  it('says which connectors have such a list', async () => {
    await expect(openOnTheCommandLine('tax')).rejects.toMatchObject({
      code: 1,
      stderr: '"tax" uses no exchange database; connectors that do: city-offices\n',
    });
  });

  it('a fault that only HTTP knows is refused with those there are', async () => {
    await expect(hall.fault('city-offices', 'drip')).rejects.toThrow(/over exchange knows no fault "drip"; there are down, hang, /);
    await expect(hall.fault('tax', 'lost')).rejects.toThrow(/over http knows no fault "lost"/);
  });
});

const openOnTheCommandLine = (id: string) =>
  run(process.execPath, [programs.cli, 'connector', 'open', id], {
    env: { ...process.env, YIMEN_SANDBOX: hall.sandbox.url },
  });
