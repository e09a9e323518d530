import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageOf } from './page.ts';

const self = (entry: string) => entry;

/** Every page of a list, asked for one after another; `between` may change the list meanwhile. */
function walk(list: readonly string[], first: number, between: (list: readonly string[]) => readonly string[] = (same) => same) {
  const seen: string[] = [];
  let [all, after, more] = [list, null as string | null, true];
  while (more) {
    if (seen.length > 2 * list.length) throw new Error('the pages never end');
    const { nodes, pageInfo } = pageOf(all, self, { first, after });
    seen.push(...nodes);
    [after, more, all] = [pageInfo.endCursor ?? after, pageInfo.hasNextPage, between(all)];
  }
  return seen;
}

const aList = fc.uniqueArray(fc.string(), { maxLength: 60 });
const aSize = fc.integer({ min: 1, max: 100 });

describe('pages', () => {
  it('one after another are the whole list, each entry once, whatever their size', () => {
    fc.assert(fc.property(aList, aSize, (list, first) => void expect(walk(list, first)).toEqual(list)));
  });

  it('show what was there all the time once, although entries come between them', () => {
    fc.assert(
      fc.property(aList, aSize, (list, first) => {
        const growing = walk(list, first, (all) => [`${all.length}, new`, ...all]);
        expect(growing).toEqual(list);
      }),
    );
  });

  it('say how many there are, whether more follow, and where each entry is', () => {
    fc.assert(
      fc.property(aList, aSize, (list, first) => {
        const page = pageOf(list, self, { first });
        expect(page.totalCount).toBe(list.length);
        expect(page.pageInfo.hasNextPage).toBe(list.length > first);
        for (const { cursor, node } of page.edges)
          expect(pageOf(list, self, { after: cursor }).nodes[0]).toBe(list[list.indexOf(node) + 1]);
      }),
    );
  });

  it('hold 20 where nobody says how many', () => {
    const many = Array.from({ length: 50 }, (_, i) => String(i));
    expect(pageOf(many, self, {}).nodes).toHaveLength(20);
    expect(pageOf(many, self, { first: null, after: null }).nodes).toHaveLength(20);
  });

  it.each([0, -1, 101])('of %i entries are refused', (first) => {
    expect(() => pageOf(['a'], self, { first })).toThrow('first must be 1 to 100');
  });

  it('after a cursor of another list are refused', () => {
    const { endCursor } = pageOf(['a'], self, {}).pageInfo;
    expect(() => pageOf(['b'], self, { after: endCursor })).toThrow('after is not a cursor of this list');
    expect(() => pageOf(['b'], self, { after: '' })).toThrow('after is not a cursor of this list');
  });
});
