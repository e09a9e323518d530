import { describe, expect, it } from 'vitest';
import { loadCatalogue } from '../index.ts';
import { type Breakage, type Broken, codeOf, complaint, folderOf, ONE_PROBLEM, smallCatalogue } from '../testing.ts';

const theme = (files: Broken) => files['themes.json'][0];
/** The item that is in no theme, in a catalogue whose codes may be anything. */
const opaque = (files: Broken) => {
  files['catalogue.json'].profile.itemCodeForm = 'opaque';
  return files['items.json'][3];
};

/** Entries that do not fit together. */
const BROKEN: readonly Breakage[] = [
  [
    'an id that stands twice',
    (f) => f['agencies.json'].push(f['agencies.json'][4]),
    'agency "portal": id: "portal" stands for the agency "portal" of agencies.json already',
  ],
  [
    'a code that stands twice',
    (f) => Object.assign(opaque(f), { code: codeOf(1) }),
    `item "park-lighting": code: "${codeOf(1)}" stands for the item "tree-felling"`,
  ],
  [
    'a base code that stands twice',
    (f) => Object.assign(opaque(f), { baseCode: '000101001000' }),
    'item "park-lighting": baseCode: "000101001000" stands for the item "tree-felling"',
  ],
  [
    'a slug that stands twice',
    (f) => (f['items.json'][3].slug = 'tree-felling'),
    'item "tree-felling": slug: "tree-felling" stands for the item "tree-felling"',
  ],
  [
    'a slug that is another code',
    (f) => (f['items.json'][3].slug = '000101001000'),
    'slug: "000101001000" stands for the item "tree-felling"',
  ],
  [
    'a department code that stands twice',
    (f) => (f['agencies.json'][0].deptCode = '01'),
    'agency "parks": deptCode: "01" stands for the agency "city"',
  ],
  [
    'a material asked for twice',
    (f) => f['items.json'][0].materials.push(f['items.json'][0].materials[0]),
    'item "tree-felling": materials[1].materialId: "plan" stands here twice',
  ],
  [
    'an unknown parent',
    (f) => (f['agencies.json'][1].parent = 'ctiy'),
    'agency "bureau": parent: there is no agency "ctiy" (did you mean "city"?): add it to agencies.json',
  ],
  [
    'an unknown agency',
    (f) => (f['items.json'][0].agency = 'x'),
    'item "tree-felling": agency: there is no agency "x": add it to agencies.json or name another',
  ],
  ['an unknown supervisor', (f) => (f['items.json'][0].supervisor = 'x'), 'item "tree-felling": supervisor: there is no agency "x"'],
  ['an unknown hall', (f) => (f['items.json'][0].handledAt = 'x'), 'item "tree-felling": handledAt: there is no agency "x"'],
  ['an unknown platform', (f) => (f['items.json'][0].platform = 'x'), 'item "tree-felling": platform: there is no agency "x"'],
  [
    'an unknown body that kept a power',
    (f) => Object.assign(f['items.json'][0], { delegated: false, decidedBy: 'agency', retainedBy: 'x', retainedKind: 'not-delegated' }),
    'item "tree-felling": retainedBy: there is no agency "x"',
  ],
  ['an unknown issuer', (f) => (f['materials.json'][1].issuer = 'x'), 'materials.json: material "deed": issuer: there is no agency "x"'],
  [
    'an unknown material',
    (f) => (f['items.json'][0].materials[0].materialId = 'plam'),
    'item "tree-felling": materials[0].materialId: there is no material "plam" (did you mean "plan"?): add it to materials.json',
  ],
  [
    'an unknown material as a result',
    (f) => (f['items.json'][0].result.materialId = 'x'),
    'item "tree-felling": result.materialId: there is no material "x"',
  ],
  ['an unknown bureau', (f) => (f['catalogue.json'].profile.bureau = 'x'), 'catalogue.json: profile.bureau: there is no agency "x"'],
  [
    'no bureau',
    (f) => delete f['catalogue.json'].profile.bureau,
    'catalogue.json: profile.bureau: is missing: the hall\'s bureau decides "tree-felling"',
  ],
  [
    'a step of an unknown item',
    (f) => (theme(f).steps[2].item = codeOf(9)),
    `themes.json: theme "new-park": steps[2].item: there is no item "${codeOf(9)}"`,
  ],
  [
    'a step with the slug of another item',
    (f) => (theme(f).steps[2].slug = 'tree-planting'),
    'theme "new-park": steps[2].slug: is not the slug of its item: write "park-opening"',
  ],
  [
    'the same step twice',
    (f) => theme(f).steps.push(theme(f).steps[2]),
    `theme "new-park": steps[3].item: "${codeOf(3)}" stands here twice`,
  ],
  [
    'a dependency that is no step',
    (f) => (theme(f).steps[2].dependsOn = ['x']),
    'theme "new-park": steps[2].dependsOn[0]: the theme has no step with the item "x"',
  ],
  [
    'a milestone that is no step',
    (f) => (theme(f).target.milestone = 'x'),
    'theme "new-park": target.milestone: the theme has no step with the item "x"',
  ],
  [
    'steps in a circle',
    (f) => (theme(f).steps[0].dependsOn = [codeOf(3)]),
    'theme "new-park": steps: steps wait for each other in a circle, tree-felling → park-opening → tree-planting → tree-felling',
  ],
  [
    'agencies in a circle',
    (f) => (f['agencies.json'][0].parent = 'hall'),
    'agency "city": parent: agencies belong to each other in a circle, city → hall → bureau → city',
  ],
  [
    'an unknown question',
    (f) => (theme(f).steps[1].when = { question: 'x', equals: true }),
    'theme "new-park": steps[1].when.question: the theme has no question "x"',
  ],
  [
    'an answer that is no choice',
    (f) => (theme(f).mergedStages[0].when.equals = 'tiny'),
    'theme "new-park": mergedStages[0].when.equals: is no answer to "size": write one of "small", "large"',
  ],
  [
    'a word as the answer to yes or no',
    (f) => (theme(f).steps[0].when.equals = 'yes'),
    'theme "new-park": steps[0].when.equals: is no answer to "trees": write one of true, false',
  ],
  ['a question that decides nothing', (f) => delete theme(f).steps[0].when, 'theme "new-park": questions[0]: "trees" decides nothing'],
  [
    'the same question twice',
    (f) => theme(f).questions.push(theme(f).questions[0]),
    'theme "new-park": questions[2].id: "trees" stands here twice',
  ],
  [
    'a merged stage that no step has',
    (f) => (theme(f).mergedStages[0].stages[1] = '丙'),
    'theme "new-park": mergedStages[0].stages[1]: no step is in the stage "丙"',
  ],
  [
    'a code of another length',
    (f) => (f['items.json'][3].code += '0'),
    'item "park-lighting": code: has 32 characters, not 31: mend it, or the length in catalogue.json (profile.itemCodeLength)',
  ],
  [
    'a base code of another length',
    (f) => (f['items.json'][3].baseCode = '000101004'),
    'item "park-lighting": baseCode: has 9 characters, not 12',
  ],
  [
    'a wrong check digit',
    (f) => (f['items.json'][3].code = codeOf(4).replace('XY', 'XX')),
    'item "park-lighting": code: does not begin with the implementer\'s credit code, its check digit is wrong',
  ],
  [
    'a code without its base code',
    (f) => (f['items.json'][3].baseCode = '000101005000'),
    'item "park-lighting": code: does not end with the base code 000101005000',
  ],
  [
    'a field in an unknown section',
    (f) => (f['fields.json'].fields[0].section = 'x'),
    'fields.json: field "site-kind": section: there is no section "x": add it to fields.json',
  ],
  ['a form of an unknown item', (f) => (f['forms.json'][1].item = 'x'), 'forms.json: form "x": item: there is no item "x"'],
  [
    'an unknown field on a form',
    (f) => f['forms.json'][1].optional.push('x'),
    'forms.json: form "tree-felling": optional[1]: there is no field "x": add it to fields.json',
  ],
];

describe('a catalogue that does not fit together', () => {
  it.each(BROKEN)('%s', (_kind, breaking, says) => {
    const told = complaint(breaking);
    expect(told).toContain(says);
    expect(told).toMatch(ONE_PROBLEM);
  });
});

describe('codes', () => {
  it('may have other lengths and no credit code in them, where the profile says so', () => {
    const told = complaint((f) => {
      f['catalogue.json'].profile = { bureau: 'bureau', itemCodeLength: 24, baseCodeLength: 10, itemCodeForm: 'opaque' };
      for (const [i, item] of f['items.json'].entries())
        Object.assign(item, { code: `A${i}`.padEnd(24, '0'), baseCode: `B${i}`.padEnd(10, '0') });
      for (const [i, step] of theme(f).steps.entries()) Object.assign(step, { item: `A${i}`.padEnd(24, '0'), dependsOn: [] });
      delete theme(f).target.milestone;
    });
    expect(told).toBe('nothing');
  });

  it('of any kind lead to the item, and themes may name items by any', () => {
    const files = smallCatalogue();
    const steps = files['themes.json'][0]?.steps ?? [];
    Object.assign(steps[0] ?? {}, { item: 'tree-felling' });
    Object.assign(steps[1] ?? {}, { dependsOn: ['tree-felling'] });
    using folder = folderOf(files);
    const catalogue = loadCatalogue(folder.path);
    const item = catalogue.item('tree-felling');
    expect([catalogue.item(codeOf(1)), catalogue.item('000101001000')]).toEqual([item, item]);
    expect(catalogue.theme('new-park')?.steps.map(({ item, dependsOn }) => [item, dependsOn])).toEqual([
      [codeOf(1), []],
      [codeOf(2), [codeOf(1)]],
      [codeOf(3), [codeOf(2)]],
    ]);
  });
});
