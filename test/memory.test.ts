import { describe, expect, it } from 'vitest';
import type { Role } from '../src/connect/index.ts';
import { type Hall, startHall } from './harness.ts';

const USCC = '91321071990000017N';
const TAX = `{ enterprise(uscc: "${USCC}") { tax { arrears provenance { freshness retrievedAt } } } }`;
const MINUTE = 60_000;

const taxCalls = (hall: Hall) => hall.agencies.find(({ id }) => id === 'tax')?.traffic().calls;
const ask = async (hall: Hall, role?: Role) => (await hall.ask(TAX, {}, role ? { role, serving: { uscc: USCC } } : {})).data.enterprise.tax;

describe('what an agency said is remembered', () => {
  it('for its fresh age, then shown as stale while it is asked again, then asked', async () => {
    await using hall = await startHall();
    const live = await ask(hall);
    expect(live.provenance.freshness).toBe('LIVE');
    await hall.advance(9 * MINUTE);
    const token = await hall.sandbox.token({ role: 'integrator' });
    const again = async () => (await hall.ask(TAX, {}, { token })).data.enterprise.tax.provenance;
    expect(await again()).toEqual({ freshness: 'CACHED', retrievedAt: live.provenance.retrievedAt });
    expect(taxCalls(hall)).toBe(1);
    await hall.advance(2 * MINUTE);
    expect(await again()).toMatchObject({ freshness: 'STALE', retrievedAt: live.provenance.retrievedAt });
    await expect.poll(() => taxCalls(hall)).toBe(2);
    await expect.poll(async () => (await again()).freshness).toBe('CACHED');
  });

  it('stands in, marked stale with its age, when the agency is dead; and no longer than the lookup allows', async () => {
    await using hall = await startHall();
    const live = await ask(hall);
    await hall.fault('tax', 'down');
    await hall.advance(3 * 60 * MINUTE);
    const token = await hall.sandbox.token({ role: 'integrator' });
    const stale = await hall.ask(TAX, {}, { token });
    expect(stale.errors).toBeUndefined();
    expect(stale.data.enterprise.tax.provenance).toEqual({ freshness: 'STALE', retrievedAt: live.provenance.retrievedAt });
    await hall.advance(25 * 60 * MINUTE);
    const late = await hall.ask(TAX, {}, { token: await hall.sandbox.token({ role: 'integrator' }) });
    expect(late.data.enterprise.tax).toBeNull();
    expect(late.errors).toMatchObject([{ extensions: { code: 'AGENCY_UNAVAILABLE' } }]);
  });

  it('an absence only briefly, a failure never', async () => {
    await using hall = await startHall();
    const unknown = '{ enterprise(uscc: "91350100M000100Y43") { tax { arrears } } }';
    await hall.ask(unknown);
    await hall.ask(unknown);
    expect(taxCalls(hall)).toBe(1);
    await hall.advance(11_000);
    await hall.ask(unknown);
    expect(taxCalls(hall)).toBe(2);
    await hall.fault('tax', 'error');
    expect((await hall.ask(TAX)).errors).toHaveLength(1);
    await hall.fault('tax', 'none');
    expect((await hall.ask(TAX)).errors).toBeUndefined();
  });

  it('nothing of what public security says', async () => {
    await using hall = await startHall();
    const query = '{ person(idNumber: "321012198812139970") { identity { nameZh provenance { freshness } } } }';
    for (let i = 0; i < 3; i++) expect((await hall.ask(query)).data.person.identity.provenance.freshness).toBe('LIVE');
    expect(hall.agencies.find(({ id }) => id === 'public-security')?.traffic().calls).toBe(3);
  });

  it('T11 for its own role only', async () => {
    await using hall = await startHall();
    await ask(hall, 'clerk');
    expect((await ask(hall, 'officer')).provenance.freshness).toBe('LIVE');
    expect((await ask(hall, 'clerk')).provenance.freshness).toBe('CACHED');
  });
});

describe('one question in flight is asked once', () => {
  it('200 clerks who ask the same at the same time cost one call', async () => {
    await using hall = await startHall();
    await hall.token('integrator');
    for (const agency of hall.agencies) agency.setLatency(100);
    const answers = await Promise.all(Array.from({ length: 200 }, () => hall.ask(TAX)));
    expect(answers.every(({ errors }) => errors === undefined)).toBe(true);
    expect(taxCalls(hall)).toBe(1);
  });

  it('a client in a hurry gets its timeout, and the answer is there for the next', async () => {
    await using hall = await startHall();
    for (const agency of hall.agencies) agency.setLatency(300);
    const hasty = await hall.ask(TAX, {}, { headers: { 'x-yimen-deadline': '50ms' } });
    expect(hasty.errors).toMatchObject([{ extensions: { code: 'AGENCY_TIMEOUT' } }]);
    expect((await hall.ask(TAX)).errors).toBeUndefined();
    expect(taxCalls(hall)).toBe(1);
  });
});
