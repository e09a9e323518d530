import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Question, questionKey } from './question.ts';

const parts = fc.record({
  connector: fc.string(),
  agency: fc.string(),
  section: fc.string(),
  key: fc.oneof(fc.string(), fc.dictionary(fc.string(), fc.string())),
  identity: fc.string(),
  purpose: fc.string(),
});

it('T11 no two different questions have the same key', () => {
  fc.assert(
    fc.property(parts, parts, (a, b) => {
      const same = (Object.keys(a) as (keyof Question)[]).every((name) => JSON.stringify(a[name]) === JSON.stringify(b[name]));
      expect(questionKey(a) === questionKey(b)).toBe(same);
    }),
  );
});

it('T11 moving text from one part to the next makes another question', () => {
  const base = { connector: 'a', agency: 'b', section: 'c', key: 'd', identity: 'clerk', purpose: '' };
  expect(questionKey({ ...base, identity: 'cle', purpose: 'rk' })).not.toBe(questionKey(base));
  expect(questionKey({ ...base, key: 'd","clerk' })).not.toBe(questionKey(base));
});
