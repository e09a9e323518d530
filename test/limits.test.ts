import { describe, expect, it } from 'vitest';
import { readSettings } from '../src/settings/index.ts';
import { startHall } from './harness.ts';

const USCC = '91321071990000017N';
const BOTH = `{ enterprise(uscc: "${USCC}") { registration { nameZh } tax { arrears provenance { freshness } } } }`;
const HEALTH = '{ agency(id: "taxation") { health { quotaLeft maintenance { until } } } }';
const DAY = 86_400_000;

describe('maintenance', () => {
  const from = new Date(Date.now() - 60_000).toISOString();
  const until = new Date(Date.now() + 60 * 60_000).toISOString();
  const config = { agencies: { taxation: { maintenance: [{ from, until }] } } };

  it('no call is made; the others answer; the end is told; after it the agency is asked', async () => {
    await using hall = await startHall(config);
    const during = await hall.ask(BOTH);
    expect(during.data.enterprise).toMatchObject({ registration: { nameZh: expect.any(String) }, tax: null });
    expect(during.errors).toMatchObject([
      { extensions: { code: 'AGENCY_MAINTENANCE', agency: 'taxation', retryable: true, until, retryAfterMs: expect.any(Number) } },
    ]);
    expect((await hall.ask(HEALTH)).data.agency.health).toEqual({ quotaLeft: null, maintenance: { until } });
    expect(hall.agencies.find(({ id }) => id === 'tax')?.traffic().calls).toBe(0);
    await hall.advance(61 * 60_000);
    const token = await hall.sandbox.token({ role: 'integrator' });
    expect((await hall.ask(BOTH, {}, { token })).errors).toBeUndefined();
    expect((await hall.ask(HEALTH, {}, { token })).data.agency.health.maintenance).toBeNull();
  });

  it('the last known value stands in', async () => {
    const later = {
      from: new Date(Date.now() + 3 * 60 * 60_000).toISOString(),
      until: new Date(Date.now() + 5 * 60 * 60_000).toISOString(),
    };
    await using hall = await startHall({ agencies: { taxation: { maintenance: [later] } } });
    await hall.ask(BOTH);
    await hall.advance(4 * 60 * 60_000);
    const answer = await hall.ask(BOTH, {}, { token: await hall.sandbox.token({ role: 'integrator' }) });
    expect(answer.data.enterprise.tax.provenance.freshness).toBe('STALE');
  });
});

describe("the agency's own quota", () => {
  it('is kept, told, and begins anew the next day', async () => {
    await using hall = await startHall({ memory: { enabled: false }, agencies: { taxation: { perDay: 2 } } });
    expect([(await hall.ask(BOTH)).errors, (await hall.ask(BOTH)).errors]).toEqual([undefined, undefined]);
    const third = await hall.ask(BOTH);
    expect(third.errors).toMatchObject([{ extensions: { code: 'AGENCY_THROTTLED', retryAfterMs: expect.any(Number) } }]);
    expect((await hall.ask(HEALTH)).data.agency.health.quotaLeft).toBe(0);
    await hall.advance(DAY);
    const token = await hall.sandbox.token({ role: 'integrator' });
    expect((await hall.ask(BOTH, {}, { token })).errors).toBeUndefined();
    expect((await hall.ask(HEALTH, {}, { token })).data.agency.health.quotaLeft).toBe(1);
  });

  it('used up, it does not make the agency look unwell', async () => {
    await using hall = await startHall({ memory: { enabled: false }, agencies: { taxation: { perDay: 1 } } });
    for (let i = 0; i < 15; i++) await hall.ask(BOTH);
    const health = await hall.ask('{ agency(id: "taxation") { health { state breaker } } }');
    expect(health.data.agency.health).toEqual({ state: 'UP', breaker: 'CLOSED' });
  });
});

describe('T20 settings that cannot be meant', () => {
  it.each([
    [{ agencies: { taxation: { perDay: 0 } } }, /agencies\.taxation\.perDay/],
    [{ agencies: { 'tax-office': { perDay: 5 } } }, /agencies\.tax-office: no connector asks an agency of this id/],
    [{ agencies: { taxation: { maintenance: [{ from: 'monday', until: '06:00' }] } } }, /maintenance\[0\]\.from/],
    [{ agencies: { taxation: { timeout: '0s' } } }, /agencies\.taxation\.timeout/],
    [{ outbound: { allow: ['2130706433'] } }, /the allow-list must name "127\.0\.0\.1" as such/],
    [{ outbound: { deny: [] } }, /outbound/],
  ])('%o', async (config, words) => {
    await expect(startHall(config)).rejects.toThrow(words);
  });

  it.each(['http://2130706433/', 'http://0x7f.1/', 'http://[::ffff:127.0.0.1]/', 'file:///etc/passwd', 'http://user:word@tax.example/'])(
    'B84 an agency at %s',
    async (url) => {
      const settings = { url, appId: 'a', secret: { sandbox: 's' } };
      await expect(startHall({ connectors: { tax: { settings } } })).rejects.toThrow(/^connectors\.tax: /);
    },
  );

  it('B85 certificates that nobody checks, in production', () => {
    const env = { YIMEN_PROFILE: 'production', NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    expect(() => readSettings(env, '.')).toThrow('NODE_TLS_REJECT_UNAUTHORIZED=0 switches the check of certificates off');
  });
});
