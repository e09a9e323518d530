import fc from 'fast-check';
import { expect, it } from 'vitest';
import { covers, notCovered } from './purpose.ts';

const path = fc.array(fc.constantFrom('Person', 'tax', 'name', 'a'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));

it('what needs do not cover is the same however often it is asked, and whoever asks in between', () => {
  fc.assert(
    fc.property(fc.array(path), fc.array(fc.uniqueArray(path), { minLength: 1, maxLength: 3 }), (paths, lists) => {
      const all = lists.map((list) => new Set(list));
      for (const needs of [...all, ...all, ...all.toReversed()])
        expect(notCovered(needs, paths)).toEqual(paths.filter((each) => !covers(needs, each)));
    }),
  );
});
