import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Catalogue, loadCatalogue } from './index.ts';
import { codeOf, type Files, folderOf, sampleBody, sampleItem, smallCatalogue } from './testing.ts';

/** The small catalogue with a hall's folder upon it. */
function extended(own: Files): Catalogue {
  using shipped = folderOf(smallCatalogue());
  using hall = folderOf({ 'catalogue.json': { extends: true }, ...own });
  try {
    return loadCatalogue(hall.path, shipped.path);
  } catch (error) {
    const told = (error as Error).message;
    throw new Error(told.replaceAll(join(hall.path, '/'), 'hall/').replaceAll(join(shipped.path, '/'), 'shipped/'));
  }
}

const ids = (entries: readonly { readonly id: string }[]) => entries.map(({ id }) => id);

describe('a hall that extends the catalogue', () => {
  it('has everything of it, and what it adds', () => {
    const catalogue = extended({
      'agencies.json': [sampleBody('zoo', 'department')],
      'items.json': [sampleItem(5, 'elephant-permit', { agency: 'zoo' })],
    });
    expect(ids(catalogue.agencies)).toEqual(['city', 'bureau', 'parks', 'hall', 'portal', 'zoo']);
    expect(catalogue.itemsOf('zoo').map(({ slug }) => slug)).toEqual(['elephant-permit']);
    expect(catalogue.search('elephant-permit').map(({ slug }) => slug)).toEqual(['elephant-permit']);
    expect(catalogue.themes).toHaveLength(1);
  });

  it('replaces entries of the same name where they stand', () => {
    const catalogue = extended({
      'agencies.json': [sampleBody('parks', 'department', { nameEn: 'Gardens' })],
      'items.json': [sampleItem(2, 'tree-planting', { promisedWorkingDays: 1 })],
    });
    expect(ids(catalogue.agencies)).toEqual(['city', 'bureau', 'parks', 'hall', 'portal']);
    expect(catalogue.agency('parks')?.nameEn).toBe('Gardens');
    expect(catalogue.items.map(({ promisedWorkingDays }) => promisedWorkingDays)).toEqual([5, 1, 5, 5]);
  });

  it('may give an item another code: themes below follow, and the old code leads nowhere', () => {
    const catalogue = extended({ 'items.json': [sampleItem(7, 'tree-felling')] });
    expect(catalogue.theme('new-park')?.steps.map(({ item }) => item)).toEqual([codeOf(7), codeOf(2), codeOf(3)]);
    expect(catalogue.theme('new-park')?.steps[1]?.dependsOn).toEqual([codeOf(7)]);
    expect(catalogue.item(codeOf(1))).toBeUndefined();
    expect(catalogue.item('tree-felling')?.code).toBe(codeOf(7));
  });

  it('may give an item another slug, by its code', () => {
    const catalogue = extended({ 'items.json': [sampleItem(4, 'park-lamps')] });
    expect(catalogue.items.map(({ slug }) => slug)).toEqual(['tree-felling', 'tree-planting', 'park-opening', 'park-lamps']);
  });

  it('takes entries out', () => {
    const catalogue = extended({
      'themes.json': [{ id: 'new-park', removed: true }],
      'items.json': [
        { slug: 'park-opening', removed: true },
        { code: codeOf(2), removed: true },
      ],
      'forms.json': [{ item: 'tree-felling', removed: true }],
    });
    expect(catalogue.items.map(({ slug }) => slug)).toEqual(['tree-felling', 'park-lighting']);
    expect(catalogue.themes).toEqual([]);
    expect(catalogue.form('tree-felling')).toMatchObject({ item: '*' });
  });

  it('has its own profile, key by key', () => {
    const catalogue = extended({
      'catalogue.json': { extends: true, profile: { bureau: 'centre' } },
      'agencies.json': [sampleBody('centre', 'bureau')],
    });
    const [item] = catalogue.items;
    expect(item && catalogue.decider(item).id).toBe('centre');
    expect(catalogue.profile.itemCodeLength).toBe(31);
  });

  it('is told both places when something below names what it took out', () => {
    expect(() => extended({ 'agencies.json': [{ id: 'hall', removed: true }] })).toThrow(
      'shipped/items.json: item "tree-felling": handledAt: the agency "hall" is removed by hall/agencies.json (agency "hall"): keep it there, or change what needs it',
    );
  });

  it('is told its own file where its own entry is wrong, and the one below where that is', () => {
    const items = [sampleItem(5, 'elephant-permit', { agency: 'zoo' })];
    expect(() => extended({ 'items.json': items })).toThrow('hall/items.json: item "elephant-permit": agency: there is no agency "zoo"');
    expect(() => extended({ 'items.json': [sampleItem(1, 'oak-felling')] })).toThrow(
      'shipped/themes.json: theme "new-park": steps[0].slug: is not the slug of its item: write "oak-felling"',
    );
  });

  it('may not name the same entry twice, nor take out what is not there', () => {
    const twice = [sampleBody('parks', 'department'), sampleBody('parks', 'bureau')];
    expect(() => extended({ 'agencies.json': twice })).toThrow(
      'agency "parks": id: "parks" stands for the agency "parks" of hall/agencies.json already',
    );
    expect(() => extended({ 'agencies.json': [{ id: 'moon', removed: true }] })).toThrow(
      'hall/agencies.json: agency "moon": removed: there is no such entry to remove',
    );
    expect(() => extended({ 'items.json': [sampleItem(2, 'tree-felling')] })).toThrow(
      `shipped/items.json: item "tree-planting": code: "${codeOf(2)}" stands for the item "tree-felling" of hall/items.json already`,
    );
  });

  it('hears nothing of entries that stand in a file below that cannot be read', () => {
    using shipped = folderOf({ ...smallCatalogue(), 'agencies.json': '[' });
    using hall = folderOf({ 'catalogue.json': { extends: true }, 'items.json': [sampleItem(5, 'elephant-permit')] });
    expect(() => loadCatalogue(hall.path, shipped.path)).toThrow(/^The catalogue has a problem:\n.*agencies\.json: is not JSON: .+$/);
  });
});

describe('a hall that replaces the catalogue', () => {
  it('has only what its folder holds', () => {
    using shipped = folderOf(smallCatalogue());
    using hall = folderOf({ 'agencies.json': [sampleBody('zoo', 'department')] });
    const catalogue = loadCatalogue(hall.path, shipped.path);
    expect(ids(catalogue.agencies)).toEqual(['zoo']);
    expect([catalogue.items, catalogue.themes, catalogue.search('tree')]).toEqual([[], [], []]);
  });

  it('says of the shipped folder that it has nothing to extend', () => {
    using shipped = folderOf({ ...smallCatalogue(), 'catalogue.json': { extends: true, profile: { bureau: 'bureau' } } });
    expect(() => loadCatalogue(shipped.path)).toThrow('catalogue.json: extends: there is nothing to extend');
  });
});
