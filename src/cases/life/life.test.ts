import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Fact, type FactDetail, FINAL, MOVES, PHASES, standingOf, statusOf } from './index.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 2, 2, 1);

/** Facts a minute apart, in the order in which they happened. */
const story = (...details: (FactDetail & { by?: Fact['by']; at?: number })[]): Fact[] =>
  details.map((detail, i) => ({ by: 'desk', ...detail, id: `f${i}`, at: new Date(detail.at ?? START + i * 60_000) }) as Fact);

const OURS = [
  { kind: 'submitted', by: 'applicant' },
  { kind: 'released', by: 'gateway' },
] as const;

const phaseOf = (...details: Parameters<typeof story>) => standingOf(story(...OURS, ...details)).phase;

describe('the life of a case item', () => {
  it('goes its ordinary way', () => {
    expect(phaseOf()).toBe('QUEUED');
    expect(phaseOf({ kind: 'received', reference: 'A1' })).toBe('RECEIVED');
    expect(phaseOf({ kind: 'received', reference: 'A1' }, { kind: 'accepted' }, { kind: 'granted', result: null })).toBe('GRANTED');
  });

  it('B81: takes an agency’s word before our own receipt was written down', () => {
    const late = standingOf(story(...OURS, { kind: 'accepted' }, { kind: 'received', reference: 'A1' }));
    expect(late.phase).toBe('ACCEPTED');
    expect(late.ignored).toEqual(['f3']);
  });

  it('B80: what comes after the decision changes nothing and is named', () => {
    const done = standingOf(story(...OURS, { kind: 'granted', result: null }, { kind: 'accepted' }));
    expect(done.phase).toBe('GRANTED');
    expect(done.ignored).toEqual(['f3']);
  });

  it('two decisions that contradict each other are for a person, whichever came first', () => {
    const granted = { kind: 'granted', result: null } as const;
    const refused = { kind: 'refused', reason: 'no' } as const;
    expect(phaseOf(granted, refused)).toBe('DISPUTED');
    expect(phaseOf(refused, granted)).toBe('DISPUTED');
    expect(phaseOf(granted, refused, { kind: 'settled', as: 'REFUSED', reason: 'by hand' })).toBe('REFUSED');
  });

  it('an agency whose clock is an hour behind is heard all the same', () => {
    expect(phaseOf({ kind: 'accepted', at: START - 3_600_000 }, { kind: 'granted', result: null, at: START - 3_500_000 })).toBe('GRANTED');
  });

  it('clocks stand still while something must be mended, and a mended application counts from then', () => {
    const points = [{ material: 'articles', field: null, what: '缺页' }];
    const { stops, receivedAt, correction, phase } = standingOf(
      story(...OURS, { kind: 'correction', points, at: START + DAY }, { kind: 'corrected', by: 'applicant', at: START + 3 * DAY }),
    );
    expect(stops).toEqual([{ from: new Date(START + DAY), until: new Date(START + 3 * DAY), reason: 'CORRECTION' }]);
    expect(receivedAt).toEqual(new Date(START + 3 * DAY));
    expect([correction, phase]).toEqual([[], 'RECEIVED']);
  });
});

const told: fc.Arbitrary<FactDetail> = fc.constantFrom<FactDetail>(
  { kind: 'received', reference: 'A1' },
  { kind: 'accepted' },
  { kind: 'not-accepted', reason: 'n' },
  { kind: 'correction', points: [{ material: 'articles', field: null, what: 'w' }] },
  { kind: 'corrected' },
  { kind: 'special-started', reason: 's' },
  { kind: 'special-ended' },
  { kind: 'granted', result: null },
  { kind: 'refused', reason: 'r' },
  { kind: 'withdrawn' },
);

const stories = fc
  .array(fc.tuple(told, fc.integer({ min: 0, max: 5 })), { maxLength: 8 })
  .map((all) => story(...OURS, ...all.map(([detail, day]) => ({ ...detail, at: START + day * DAY }))));

describe('T6: call-backs in whatever order', () => {
  it('every permutation ends in the same state', () => {
    fc.assert(
      fc.property(
        stories.chain((facts) => fc.tuple(fc.constant(facts), fc.shuffledSubarray(facts, { minLength: facts.length }))),
        ([facts, shuffled]) => {
          expect(standingOf(shuffled)).toEqual(standingOf(facts));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('the check can fail: taking facts in the order of their arrival gives other states', () => {
    const byArrival = (facts: readonly Fact[]) =>
      facts.reduce<(typeof PHASES)[number]>((phase, { kind }) => MOVES[phase][kind] ?? phase, 'DRAFT');
    const facts = story(...OURS, { kind: 'correction', points: [] }, { kind: 'corrected' });
    expect(byArrival(facts.toReversed())).not.toBe(byArrival(facts));
  });
});

describe('the table', () => {
  it('leads nowhere out of a final phase but to a contradiction or a revocation', () => {
    for (const phase of FINAL)
      for (const to of Object.values(MOVES[phase])) expect(to === phase || to === 'DISPUTED' || to === 'REVOKED').toBe(true);
  });

  it('reaches every phase from the first', () => {
    const reached = new Set<string>(['DRAFT']);
    for (const phase of reached) for (const to of Object.values(MOVES[phase as 'DRAFT'])) reached.add(to);
    expect([...reached].sort()).toEqual([...PHASES].sort());
  });

  it('what asks for a hand is what a case shows', () => {
    expect(statusOf(['GRANTED', 'UNKNOWN'])).toBe('STUCK');
    expect(statusOf(['GRANTED', 'CORRECTION'])).toBe('CORRECTION');
    expect(statusOf(['GRANTED', 'REFUSED'])).toBe('PARTLY_GRANTED');
    expect(statusOf(['DRAFT', 'DRAFT'])).toBe('DRAFT');
  });
});
