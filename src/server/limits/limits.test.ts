import { describe, expect, it } from 'vitest';
import { addressReader, createCounts, createRates, personBudget, TooOften } from './index.ts';

const request = (remoteAddress: string, forwarded?: string) =>
  ({ headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }, socket: { remoteAddress } }) as never;

describe('whose address it is', () => {
  const read = addressReader(['10.0.0.0/8', '192.168.1.7', 'fd00::/8']);
  it.each([
    ['a socket that is no proxy’s: what it says counts for nothing', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['behind a proxy', '10.1.1.1', '203.0.113.9', '203.0.113.9'],
    ['behind two, and something made up before them', '10.1.1.1', '1.2.3.4, 203.0.113.9, 192.168.1.7', '203.0.113.9'],
    ['over IPv6', '::ffff:10.1.1.1', '2001:db8::1', '2001:db8::1'],
    ['a proxy that says nothing', '10.1.1.1', undefined, '10.1.1.1'],
    ['a proxy that hands on nonsense', '10.1.1.1', 'unknown, <script>', '10.1.1.1'],
  ])('%s', (_, socket, forwarded, expected) => expect(read(request(socket, forwarded))).toBe(expected));

  it.each(['10.0.0.0/99', 'proxy.example', '300.1.1.1', ''])('%j ends the start, by name', (proxy) => {
    expect(() => addressReader([proxy])).toThrow(`proxies: "${proxy}"`);
  });
});

describe('how often', () => {
  it('is counted under each limit and in each minute anew; whoever is only asked about has no count', () => {
    let now = 60_000_000;
    const counts = createCounts(undefined, () => now);
    expect(counts.find('a', 'x')).toBeUndefined();
    counts.of('a', 'x').add(2);
    counts.of('b', 'x').add();
    now += 15_000;
    expect([counts.find('a', 'x'), counts.find('b', 'x')]).toMatchObject([
      { total: 2, resetS: 45 },
      { total: 1, resetS: 45 },
    ]);
    expect(counts.learn('a', 'x')).toBeUndefined();
    now += 45_000;
    expect(counts.find('a', 'x')).toBeUndefined();
    expect(counts.of('a', 'x')).toMatchObject({ total: 0, resetS: 60 });
  });

  it('counts by the minute, each for itself', () => {
    let now = 60_000_000;
    const rates = createRates(
      { perActor: 2, perWindow: 9, perAddress: 9, refusedPerAddress: 9 },
      createCounts(undefined, () => now),
    );
    expect(rates.take('perActor', 'a')).toEqual({ limit: 'actor', most: 2, left: 1, resetS: 60 });
    rates.take('perActor', 'a');
    rates.take('perActor', 'b');
    now += 20_000;
    expect(() => rates.take('perActor', 'a')).toThrow(TooOften);
    expect(() => rates.take('perActor', 'a')).toThrow('ask again in 40 s');
    now += 40_000;
    expect(rates.take('perActor', 'a').left).toBe(1);
  });

  it('of persons: sections of one caller, sections of one person, and different persons of one caller', () => {
    let now = 60_000_000;
    const counts = createCounts(undefined, () => now);
    const budget = personBudget({ perCaller: 4, perPerson: 3, different: 2 }, counts, () => now);
    expect([budget.spend('a', 'p'), budget.spend('a', 'q')]).toEqual([undefined, undefined]);
    expect(budget.spend('a', 'r')).toEqual({ limit: 'different-persons', retryAfterMs: 60_000 });
    expect([budget.spend('b', 'p'), budget.spend('c', 'p')]).toEqual([undefined, undefined]);
    expect(budget.spend('d', 'p')?.limit).toBe('person');
    // A search may show anybody; what was refused has cost nothing.
    expect([budget.spend('a', undefined), budget.spend('a', 'q')]).toEqual([undefined, undefined]);
    expect(budget.spend('a', 'q')?.limit).toBe('persons');
    expect(budget.left('a')).toMatchObject([
      { limit: 'persons', most: 4, left: 0 },
      { limit: 'different-persons', most: 2, left: 0 },
    ]);
    expect(budget.left('d')).toEqual([]);
    now += 60_000;
    expect(budget.spend('a', 'r')).toBeUndefined();
  });
});
