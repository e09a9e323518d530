import { describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../catalogue/index.ts';
import { plannedByItems } from './plan.ts';

const catalogue = loadCatalogue('catalogue');
const planned = (...slugs: string[]) =>
  plannedByItems(slugs, catalogue).map(({ item, waitsFor }) => [item.slug, waitsFor.map((code) => catalogue.item(code)?.slug)]);

describe('items asked for one by one', () => {
  it('wait for what another one makes', () => {
    expect(planned('seal-filing', 'company-establish')).toEqual([
      ['seal-filing', ['company-establish']],
      ['company-establish', []],
    ]);
  });

  it('are in the case once, by whichever of their names they were asked for', () => {
    const code = catalogue.item('company-establish')?.code ?? '';
    expect(planned('company-establish', code, 'company-establish')).toEqual([['company-establish', []]]);
  });

  it('never wait for each other in a circle', () => {
    const every = plannedByItems(
      catalogue.items.map(({ slug }) => slug),
      catalogue,
    );
    const open = new Map(every.map(({ item, waitsFor }) => [item.code, waitsFor]));
    for (let before = -1; before !== open.size; ) {
      before = open.size;
      for (const [code, waitsFor] of open) if (!waitsFor.some((other) => open.has(other))) open.delete(code);
    }
    expect([...open.keys()]).toEqual([]);
  });
});
