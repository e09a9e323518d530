import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Catalogue, Item, Material } from '../../catalogue/index.ts';
import type { Guide, NoticeKind } from '../index.ts';
import { guideOf, shippedCatalogue } from '../testing.ts';
import { packed, unpacked } from './content.ts';
import { materialsOf } from './digest.ts';

const catalogue = shippedCatalogue();
const ISSUED_AT = new Date('2026-03-09T02:30:00Z');
const KINDS: readonly NoticeKind[] = ['TO_BRING', 'FETCHED', 'MADE', 'FROM_FORM', 'MAY_FOLLOW'];

const told = ({ notice }: Pick<Guide, 'notice'>) =>
  notice.map(({ material, kind, required }) => `${material.id} ${kind} ${required}`).sort();
const linesOf = (bytes: Uint8Array, now: Catalogue = catalogue) => {
  const issued = unpacked(bytes, now) ?? expect.fail('it does not unpack');
  return issued.lines?.map(({ material, kind, required }) => `${material.id} ${kind} ${required}`).sort() ?? null;
};

/** The catalogue with some of its entries changed, as it is loaded after a hall edited its files. */
function edited(item: (item: Item) => Item, material: (material: Material) => Material = (it) => it): Catalogue {
  const items = catalogue.items.map(item);
  const materials = catalogue.materials.map(material);
  return {
    ...catalogue,
    items,
    item: (code) => items.find((it) => [it.code, it.baseCode, it.slug].includes(code)),
    materials,
    material: (id) => materials.find((it) => it.id === id),
  };
}

/** The catalogue in which an item asks for more. */
const asking = (slug: string, more: readonly string[]) =>
  edited((item) => {
    if (item.slug !== slug) return item;
    return { ...item, materials: [...item.materials, ...more.map((materialId) => ({ materialId, required: true, tolerable: false }))] };
  });

describe('what a code says', () => {
  it.each(catalogue.themes.map(({ id }) => id))('%s: comes back, whatever the lines are', (id) => {
    const guide = guideOf(catalogue, id);
    const materials = materialsOf(guide.theme, catalogue);
    const anyLines = fc.array(fc.record({ kind: fc.option(fc.constantFrom(...KINDS)), required: fc.boolean() }), {
      minLength: materials.length,
      maxLength: materials.length,
    });
    const anyDay = fc.date({ min: new Date('2021-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(anyLines, anyDay, anyDay, (lines, start, at) => {
        const [line] = guide.notice;
        const notice = lines.flatMap(({ kind, required }, i) => {
          const material = materials[i];
          return kind && material && line ? [{ ...line, material, kind, required }] : [];
        });
        const startOn = start.toISOString().slice(0, 10);
        const bytes = packed({ ...guide, startOn, notice }, at, catalogue);
        const minute = new Date(Math.floor(at.getTime() / 60_000) * 60_000);
        expect(unpacked(bytes, catalogue)).toMatchObject({ theme: { id }, startOn, issuedAt: minute, outdated: false });
        expect(linesOf(bytes)).toEqual(told({ notice }));
      }),
      { numRuns: 40 },
    );
  });

  it('is short enough to be typed', () => {
    const sizes = catalogue.themes.map(({ id }) => packed(guideOf(catalogue, id), ISSUED_AT, catalogue).length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(40);
  });

  it('is not what was answered or who applies: the same papers, the same code', () => {
    const people = ['321012198812139970', '321003199006039965'].map((idNumber) => ({ people: [{ holder: 'agent', idNumber }] as const }));
    const [one, other] = people.map((applicant) => packed(guideOf(catalogue, 'newborn', { applicant }), ISSUED_AT, catalogue));
    expect(one).toEqual(other);
  });

  it('that is no content at all is refused', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void unpacked(bytes, catalogue)));
    expect(unpacked(new Uint8Array(0), catalogue)).toBeUndefined();
    expect(unpacked(new Uint8Array(40), catalogue)).toBeUndefined();
  });
});

describe('a code that is older than the catalogue', () => {
  const guide = guideOf(catalogue, 'open-company');
  const bytes = packed(guide, ISSUED_AT, catalogue);

  it('tells a change that would change the notice, and no other', () => {
    const changes: Readonly<Record<string, [Catalogue, boolean]>> = {
      'another address': [edited((item) => ({ ...item, remote: !item.remote, legalBasis: 'x' })), false],
      'a name': [edited((item) => (item.slug === 'company-establish' ? { ...item, nameZh: '公司登记' } : item)), true],
      'a limit': [edited((item) => (item.slug === 'seal-filing' ? { ...item, promisedWorkingDays: 0 } : item)), true],
      'the name of a material': [
        edited(
          (item) => item,
          (it) => (it.id === 'agent-id' ? { ...it, nameZh: '身份证' } : it),
        ),
        true,
      ],
      'an item of another theme': [
        edited((item) => (item.slug === 'construction-permit' ? { ...item, promisedWorkingDays: 1 } : item)),
        false,
      ],
    };
    for (const [change, [now, outdated]] of Object.entries(changes))
      expect([change, unpacked(bytes, now)?.outdated]).toEqual([change, outdated]);
  });

  it('is still read when one or two materials came or went', () => {
    const none = catalogue.materials.filter(({ id }) => !guide.notice.some(({ material }) => material.id === id)).map(({ id }) => id);
    const [a = '', b = ''] = none;
    const only = 'seal-specimen';
    expect(guide.notice.some(({ material }) => material.id === only)).toBe(true);
    for (const now of [asking('seal-filing', [a]), asking('seal-filing', [a, b])]) {
      expect(linesOf(bytes, now)).toEqual(told(guide));
      expect(unpacked(bytes, now)?.outdated).toBe(true);
    }
    const dropping = edited((item) => ({ ...item, materials: item.materials.filter(({ materialId }) => materialId !== only) }));
    expect(linesOf(bytes, dropping)).toEqual(told(guide));
  });

  it('says that it cannot be read in full when more did', () => {
    const none = catalogue.materials.filter(({ id }) => !guide.notice.some(({ material }) => material.id === id)).map(({ id }) => id);
    const issued = unpacked(bytes, asking('seal-filing', none.slice(0, 5)));
    expect(issued).toMatchObject({ theme: { id: 'open-company' }, startOn: '2026-03-09', lines: null, outdated: true });
  });

  it('of a theme that is gone is none', () => {
    const themes = catalogue.themes.filter(({ id }) => id !== 'open-company');
    expect(unpacked(bytes, { ...catalogue, themes })).toBeUndefined();
  });
});
