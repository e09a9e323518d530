import fc from 'fast-check';
import { expect, it } from 'vitest';
import { firstOutside, spansOf } from './spans.ts';

const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 60 })).map((list) => list.toSorted((a, b) => a - b));
const runs = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 9 })).map(([from, length]) => ({ from, to: from + length })),
);

it('the first number that no other run holds is the one that looking at each would find', () => {
  fc.assert(
    fc.property(numbers, runs, (list, others) => {
      const expected = list.find((each) => !others.some(({ from, to }) => from <= each && each <= to));
      expect(firstOutside(spansOf(list), others)).toBe(expected);
    }),
  );
});

it('runs hold what they were made of', () => {
  fc.assert(
    fc.property(numbers, (list) => {
      const spans = spansOf(list);
      expect(spans.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i))).toEqual(list);
      for (const [i, { from }] of spans.entries()) expect(from - (spans[i - 1]?.to ?? -1)).toBeGreaterThan(1);
    }),
  );
});
