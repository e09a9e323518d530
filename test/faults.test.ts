import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../src/kit/index.ts';
import { type Hall, startHall } from './harness.ts';

const USCC = '91321071990000017N';
const DEADLINE_MS = 1_200;

/** One section per connector, and the agency that answers it. */
const SECTIONS = [
  { connector: 'market-regulation', agency: 'market-regulation', section: 'registration' },
  { connector: 'tax', agency: 'taxation', section: 'tax' },
  { connector: 'social-security', agency: 'hrss', section: 'socialInsurance' },
  { connector: 'public-security', agency: 'public-security', section: 'seals' },
  { connector: 'provincial', agency: 'js-service-portal', section: 'permits' },
] as const;

const QUERY = `{ enterprise(uscc: "${USCC}") {
  registration { nameZh } tax { creditGrade } socialInsurance { account } seals { items { number } } permits { items { number } }
} }`;

const EXPECTED: Record<
  Exclude<Fault, 'none' | 'slow' | 'reordered' | 'missing' | 'doubled' | 'skew' | 'lost' | 'late' | 'twice'>,
  { codes: readonly string[]; retryable: boolean }
> = {
  down: { codes: ['AGENCY_UNAVAILABLE'], retryable: true },
  hang: { codes: ['AGENCY_TIMEOUT'], retryable: true },
  error: { codes: ['AGENCY_UNAVAILABLE'], retryable: true },
  throttle: { codes: ['AGENCY_THROTTLED'], retryable: true },
  garbage: { codes: ['AGENCY_PROTOCOL'], retryable: false },
  redirect: { codes: ['AGENCY_PROTOCOL'], retryable: false },
  empty: { codes: ['AGENCY_PROTOCOL'], retryable: false },
  bom: { codes: ['AGENCY_PROTOCOL'], retryable: false },
  bomb: { codes: ['AGENCY_PROTOCOL'], retryable: false },
  hostile: { codes: ['AGENCY_PROTOCOL'], retryable: false },
  drip: { codes: ['AGENCY_TIMEOUT'], retryable: true },
  charset: { codes: ['AGENCY_PROTOCOL'], retryable: false },
  expired: { codes: ['AGENCY_CREDENTIALS'], retryable: false },
  // A reply that breaks off is a broken line, so asking again may help.
  truncated: { codes: ['AGENCY_UNAVAILABLE'], retryable: true },
};

let hall: Hall;
beforeAll(async () => {
  // Without a memory, or the last good answer would stand in for the failure.
  hall = await startHall({ memory: { enabled: false } });
});
afterAll(() => hall[Symbol.asyncDispose]());
afterEach(async () => {
  for (const { connector } of SECTIONS) await hall.fault(connector, 'none');
  // Past the breaker's window, so that one test's failures do not open it in the next.
  await hall.advance(11_000);
});

describe.each(SECTIONS)('$connector', ({ connector, agency, section }) => {
  it.each(Object.entries(EXPECTED))('%s costs its own section only', async (fault, { codes, retryable }) => {
    await hall.fault(connector, fault as Fault);
    const { data, errors, tookMs } = await hall.ask(QUERY, {}, { headers: { 'x-yimen-deadline': `${DEADLINE_MS}ms` } });
    for (const other of SECTIONS) {
      if (other.section === section) expect(data.enterprise[section]).toBeNull();
      else expect(data.enterprise[other.section], other.section).not.toBeNull();
    }
    expect(errors).toHaveLength(1);
    expect(errors?.[0]).toMatchObject({ path: ['enterprise', section], extensions: { agency, connector, retryable } });
    expect(codes).toContain(errors?.[0]?.extensions['code']);
    if (fault === 'throttle') expect(errors?.[0]?.extensions['retryAfterMs']).toBe(2_000);
    expect(tookMs).toBeLessThan(DEADLINE_MS + 500);
  });

  it('slow arrives, within the deadline', async () => {
    await hall.fault(connector, 'slow');
    const { data, errors } = await hall.ask(QUERY);
    expect(errors).toBeUndefined();
    expect(data.enterprise[section]).not.toBeNull();
  });
});

describe('errors speak to the clerk', () => {
  it('in Chinese unless English is asked for, and name the agency', async () => {
    await hall.fault('tax', 'down');
    const zh = await hall.ask(QUERY);
    expect(zh.errors?.[0]?.message).toBe('国家税务总局扬州市税务局系统暂时无法连接，请稍后再试。');
    const en = await hall.ask(QUERY, {}, { headers: { 'accept-language': 'en-GB,en;q=0.9' } });
    expect(en.errors?.[0]?.message).toMatch(/Yangzhou Tax Service cannot be reached right now/);
    expect(en.errors?.[0]?.extensions['traceId']).toMatch(/^[0-9a-f]{32}$/);
  });

  it('one platform of the province fails alone', async () => {
    await hall.fault('provincial', 'down', 'js-investment');
    const { data, errors } = await hall.ask(`{ enterprise(uscc: "${USCC}") { projects { items { code } } permits { items { number } } } }`);
    expect(data.enterprise.permits.items).toHaveLength(1);
    expect(errors?.map((e) => e.extensions['agency'])).toEqual(['js-investment']);
  });

  it('a section that no connector serves says so, and is listed at start', async () => {
    await using without = await startHall({ connectors: { tax: { enabled: false } } });
    expect(without.yimen.unserved).toEqual(['Enterprise.tax']);
    const { data, errors } = await without.ask(QUERY);
    expect(data.enterprise.registration).not.toBeNull();
    expect(errors).toMatchObject([{ path: ['enterprise', 'tax'], extensions: { code: 'AGENCY_NOT_CONNECTED', retryable: false } }]);
    expect(hall.yimen.unserved).toEqual([]);
  });
});
