/** The checks can fail: each of four faults, built in on purpose, is found by them. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Ledger } from './clients.ts';
import type { Fault } from './deliberate.ts';
import { type End, endAt } from './killer.ts';
import { crashLoop } from './loop.ts';

/** What each of them breaks. */
const BROKEN: Readonly<Record<Fault, RegExp>> = {
  'reply-before-commit': /^I[16] .*(?:is lost|are kept)/,
  'new-key-per-attempt': /^I2 .* is (?:doubled|nobody's)/,
  'audit-outside': /^I3 .*: \d+ facts, \d+ rows of proof$/,
  'no-lease-recovery': /^I5 .* stands at QUEUED$/,
};
/** How lives must end for it to be seen. */
const ENDS: Readonly<Record<Fault, (ledger: Ledger) => End>> = {
  'reply-before-commit': (ledger) => ({ ...endAt('P10'), plan: {}, moment: () => nextAnswer(ledger) }),
  'new-key-per-attempt': () => endAt('P5'),
  'audit-outside': () => endAt('P7'),
  'no-lease-recovery': () => endAt('P4'),
};

/** A lease has to run out before it shows that nobody takes up what was left; the others show at once. */
const PATIENCE_MS: Readonly<Record<Fault, number>> = {
  'reply-before-commit': 3_000,
  'new-key-per-attempt': 3_000,
  'audit-outside': 3_000,
  'no-lease-recovery': 25_000,
};

/** Resolves as soon as one more submission was answered. */
async function nextAnswer({ acknowledged }: Ledger): Promise<void> {
  const before = acknowledged.size;
  while (acknowledged.size === before) await delay(2);
}

describe('a fault that is built in on purpose is found', { timeout: 300_000 }, () => {
  it.each(Object.keys(BROKEN) as Fault[])('%s', async (fault) => {
    const { violations } = await crashLoop({ kills: 2, firstDeaths: 0, fault, end: ENDS[fault], patienceMs: PATIENCE_MS[fault] });
    expect(violations).toContainEqual(expect.stringMatching(BROKEN[fault]));
  });
});
