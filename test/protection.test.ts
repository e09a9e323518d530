import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Hall, startHall } from './harness.ts';

const QUERY = '{ enterprise(uscc: "91321071990000017N") { tax { arrears } permits { items { number } } } }';
const BREAKER = '{ agency(id: "taxation") { health { state breaker } } }';

let hall: Hall;
beforeAll(async () => {
  hall = await startHall({ memory: { enabled: false } });
});
afterAll(() => hall[Symbol.asyncDispose]());

const tax = () => hall.agencies.find(({ id }) => id === 'tax') ?? expect.fail('no tax office');
const breaker = async () => (await hall.ask(BREAKER)).data.agency.health.breaker;

describe('T16 a dead agency', () => {
  it('is left alone after ten calls, asked once per period, and taken up again with the first answer', async () => {
    await hall.fault('tax', 'down');
    tax().resetTraffic();
    for (let i = 0; i < 60; i++) {
      const { data, errors } = await hall.ask(QUERY);
      expect(data.enterprise.permits.items).toHaveLength(1);
      expect(errors).toMatchObject([{ extensions: { code: 'AGENCY_UNAVAILABLE', retryable: true } }]);
    }
    expect(await breaker()).toBe('OPEN');
    // Ten calls, and the one repetition that their budget allows.
    expect(tax().traffic().calls).toBeLessThanOrEqual(11);

    tax().resetTraffic();
    await hall.advance(10_000);
    for (let i = 0; i < 20; i++) await hall.ask(QUERY);
    expect(tax().traffic().calls).toBeLessThanOrEqual(5);

    await hall.fault('tax', 'none');
    await hall.advance(10_000);
    expect((await hall.ask(QUERY)).errors).toBeUndefined();
    expect(await breaker()).toBe('CLOSED');
  });

  it('says when it will be asked again', async () => {
    await hall.fault('tax', 'down');
    for (let i = 0; i < 12; i++) await hall.ask(QUERY);
    const { errors } = await hall.ask(QUERY);
    expect(errors?.[0]?.extensions['retryAfterMs']).toBeGreaterThan(0);
    expect(errors?.[0]?.extensions['retryAfterMs']).toBeLessThanOrEqual(10_000);
    await hall.fault('tax', 'none');
  });
});
