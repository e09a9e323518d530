import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startYimen, type Yimen } from '../src/app.ts';
import { exposedIn, Secret } from '../src/connect/index.ts';
import { readSettings } from '../src/settings/index.ts';
import { type Hall, startHall } from './harness.ts';

/** Stands for the real world: its tax office and its issuer are what a production gateway is told of. */
let world: Hall;
let hall: Yimen;
let token: string;

const READER = { actor: 'sandbox-integrator', fields: ['Enterprise'], perDay: 100 };

beforeAll(async () => {
  world = await startHall();
  token = await world.token('integrator');
  const { issuer, connectors } = await world.sandbox.describe();
  const url = connectors.find(({ id }) => id === 'tax')?.settings['url'];
  const folder = mkdtempSync(join(tmpdir(), 'yimen-'));
  writeFileSync(join(folder, 'tax-secret'), 'tax-sandbox-secret\n');
  const tax = { settings: { url, appId: 'yimen-sandbox-hall', secret: { file: 'tax-secret' } }, policy: { timeout: '1s' } };
  writeFileSync(
    join(folder, 'yimen.config.json'),
    JSON.stringify({ issuers: [issuer], connectors: { tax }, outbound: { allow: ['127.0.0.1'] }, access: { bulk: [READER] } }),
  );
  hall = await startYimen(readSettings({ YIMEN_PROFILE: 'production', PORT: '0', YIMEN_DATA: join(folder, 'data') }, folder), {
    sheds: false,
  });
});
afterAll(async () => {
  await hall.close();
  await world[Symbol.asyncDispose]();
});

const post = (path: string, body: object) =>
  request(`${hall.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('the production profile', () => {
  it('serves what its settings connect, secrets from a file, and says what is not connected', async () => {
    const query = '{ enterprise(uscc: "91321071990000017N") { tax { creditGrade } registration { nameZh } } }';
    const answer = await (await post('/graphql', { query })).body.json();
    expect(answer).toMatchObject({
      data: { enterprise: { tax: { creditGrade: 'B' }, registration: null } },
      errors: [{ path: ['enterprise', 'registration'], extensions: { code: 'AGENCY_NOT_CONNECTED' } }],
    });
    expect(hall.unserved).toContain('Query.enterprises');
  });

  it('has no switches, and no token on its page', async () => {
    expect((await post('/sandbox/connectors/tax/fault', { fault: 'down' })).statusCode).toBe(404);
    expect((await post('/sandbox/clock', { advanceMs: 1 })).statusCode).toBe(404);
    const page = await (await request(`${hall.url}/`)).body.text();
    expect(page).toContain('政务服务统一网关');
    expect(page).not.toMatch(/Bearer|eyJ/);
  });

  it("holds an agency to the policy's own time limit", async () => {
    await world.fault('tax', 'hang');
    const started = performance.now();
    const answer = await (
      await post('/graphql', { query: '{ enterprise(uscc: "91321071990000025H") { tax { creditGrade } } }' })
    ).body.json();
    expect(answer).toMatchObject({ errors: [{ extensions: { code: 'AGENCY_TIMEOUT', retryable: true } }] });
    expect(performance.now() - started).toBeLessThan(2_500);
  });
});

describe('the sandbox profile', () => {
  it('takes switches over HTTP from who is signed in, and names what is wrong with them', async () => {
    const flip = async (connector: string, body: object) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const reply = await request(`${world.url}/sandbox/connectors/${connector}/fault`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      return [reply.statusCode, await reply.body.text()] as const;
    };
    expect((await flip('provincial', { fault: 'down', agency: 'js-investment' }))[0]).toBe(200);
    const { errors } = await world.ask('{ enterprise(uscc: "91321071990000017N") { projects { items { code } } } }');
    expect(errors?.[0]?.extensions['agency']).toBe('js-investment');
    expect((await flip('provincial', { fault: 'none' }))[0]).toBe(200);
    expect(await flip('tax', { fault: 'sleepy' })).toMatchObject([400, expect.stringContaining('fault must be one of')]);
    expect(await flip('land', { fault: 'down' })).toMatchObject([400, expect.stringContaining('no such connector; there are')]);
    expect((await world.ask('{ enterprise(uscc: "91321071990000025H") { projects { items { code } } } }')).errors).toBeUndefined();
  });
});

it('every test key that a shipped sandbox publishes is known', async () => {
  const { connectors } = await world.sandbox.describe();
  const published = connectors.flatMap(({ id, settings }) =>
    Object.entries(settings).flatMap(([name, value]) => {
      const key = (value as { sandbox?: string } | null)?.sandbox;
      // An exchange database's password is made anew at every start.
      return key === undefined || name === 'password' ? [] : [{ id, name, key }];
    }),
  );
  expect(published.length).toBeGreaterThan(8);
  for (const { id, name, key } of published) {
    const found = exposedIn({ url: 'https://agency.example.cn', [name]: new Secret(key) });
    expect([id, name, found.map(({ path }) => path)]).toEqual([id, name, [`settings.${name}`]]);
  }
});
