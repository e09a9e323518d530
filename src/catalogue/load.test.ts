import { describe, expect, it } from 'vitest';
import { loadCatalogue } from './index.ts';
import { type Breakage, type Broken, complaint, folderOf, ONE_PROBLEM } from './testing.ts';

const theme = (files: Broken) => files['themes.json'][0];

/** Files and entries that are not what they should be. */
const BROKEN: readonly Breakage[] = [
  [
    'not JSON',
    (f) => (f['items.json'] = '[\n  {"code" "x"}\n]'),
    "items.json: is not JSON: line 2, column 11: Colon ':' expected after property name but got",
  ],
  [
    'a key that stands twice',
    (f) => (f['forms.json'] = '[{"item": "*", "item": "x"}]'),
    "forms.json: is not JSON: line 1, column 17: Duplicate key 'item'",
  ],
  ['a file of another name', (f) => (f['agencys.json'] = []), 'agencys.json: no file of a catalogue'],
  ['no list', (f) => (f['agencies.json'] = {}), 'agencies.json: agencies: must be a list'],
  ['an unknown key', (f) => (f['agencies.json'][0].adress = 'x'), 'agencies.json: agency "city": adress: no such key here'],
  ['an unknown key deep inside', (f) => (theme(f).steps[1].want = 1), 'themes.json: theme "new-park": steps[1].want: no such key here'],
  ['a missing key', (f) => delete f['items.json'][1].nameEn, 'items.json: item "tree-planting": nameEn: is missing: add it'],
  ['an entry without a name', (f) => delete f['materials.json'][1].id, 'materials.json: entry 2: id: is missing: add it'],
  [
    'a wrong word',
    (f) => (f['items.json'][0].sector = 'market'),
    'items.json: item "tree-felling": sector: expected one of "market-entry"|',
  ],
  [
    'days of grace for nothing',
    (f) => (f['items.json'][0].materials[0].tolerableWorkingDays = 5),
    'item "tree-felling": materials[0].tolerableWorkingDays: goes together with tolerable: true',
  ],
  [
    'a promise longer than the law allows',
    (f) => (f['items.json'][0].promisedWorkingDays = 21),
    'item "tree-felling": promisedWorkingDays: may not be more than statutoryWorkingDays',
  ],
  [
    'a counter that closes before it opens',
    (f) => (f['agencies.json'][2].opens[0].until = '08:00'),
    'agency "parks": opens[0].until: must be later than from',
  ],
  ['a time that does not exist', (f) => (f['agencies.json'][2].opens[0].from = '08:60'), 'agency "parks": opens[0].from: a time is HH:MM'],
  ['an unknown key of the profile', (f) => (f['catalogue.json'].profile.x = 1), 'catalogue.json: profile.x: no such key here'],
  [
    'something removed that was never there',
    (f) => f['agencies.json'].push({ id: 'x', removed: true }),
    'agencies.json: agency "x": removed: there is no such entry to remove',
  ],
];

describe('a catalogue whose files are wrong', () => {
  it.each(BROKEN)('%s', (_kind, breaking, says) => {
    const told = complaint(breaking);
    expect(told).toContain(says);
    expect(told).toMatch(ONE_PROBLEM);
  });

  it('fits together before anything is broken', () => {
    expect(complaint(() => undefined)).toBe('nothing');
  });

  it('tells all problems at once, twenty at most', () => {
    const some = complaint((f) => {
      f['items.json'][0].agency = 'x';
      f['items.json'][1].platform = 'y';
      delete f['materials.json'][0].nameZh;
    });
    expect(some.split('\n')).toEqual([
      'The catalogue has 3 problems:',
      expect.stringContaining('materials.json: material "plan": nameZh: is missing'),
      expect.stringContaining('items.json: item "tree-felling": agency'),
      expect.stringContaining('items.json: item "tree-planting": platform'),
    ]);
    const many = complaint((f) => {
      f['agencies.json'] = f['agencies.json'].map((entry: object) => ({ ...entry, a: 1, b: 1, c: 1, d: 1, e: 1 }));
    });
    expect(many).toMatch(/^The catalogue has 25 problems:/);
    expect(many.split('\n')).toHaveLength(22);
    expect(many).toMatch(/\n {2}and 5 more$/);
  });

  it('does not blame those that name an entry whose own shape is wrong', () => {
    const told = complaint((f) => {
      f['agencies.json'][2].level = 'moon';
    });
    expect(told.split('\n')).toHaveLength(2);
    expect(told).toContain('agency "parks": level');
  });

  it('says that a folder is not there, and which setting names it', () => {
    expect(() => loadCatalogue('/nowhere/catalogue')).toThrow(
      'the catalogue folder /nowhere/catalogue does not exist: mend "catalogue" in the settings',
    );
  });

  it('says that a folder holds nothing of a catalogue', () => {
    using folder = folderOf({});
    expect(() => loadCatalogue(folder.path)).toThrow(`${folder.path}: holds no file of a catalogue`);
  });
});
