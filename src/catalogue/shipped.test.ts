import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Item, loadCatalogue } from './index.ts';

const catalogue = loadCatalogue('catalogue');
const { agencies, items, materials, themes } = catalogue;
const delegated = items.filter((item) => item.delegated);
const slugs = (list: readonly Item[]) => list.map(({ slug }) => slug);
const unlike = <T>(entries: readonly T[], fits: (entry: T) => boolean) => entries.filter((entry) => !fits(entry));
const departments = agencies.filter(({ kind, level }) => kind === 'department' && level === 'city');

describe('the shipped catalogue is the hall of the report', () => {
  it('has 216 delegated powers of 38 municipal departments, each of them with one at least', () => {
    expect(delegated).toHaveLength(216);
    expect(departments).toHaveLength(38);
    expect(new Set(delegated.map(({ agency }) => agency))).toEqual(new Set(departments.map(({ id }) => id)));
  });

  it('has ten opened platforms or more, and every item one platform', () => {
    const platforms = agencies.filter(({ kind }) => kind === 'platform');
    expect(platforms.filter(({ openedToZone }) => openedToZone).length).toBeGreaterThanOrEqual(10);
    expect(platforms.length).toBeGreaterThanOrEqual(12);
    expect(unlike(items, ({ platform }) => catalogue.agency(platform)?.kind === 'platform')).toEqual([]);
  });

  it('has 13 themes, among them 3 days for a company, 5 for real estate, 50 for a construction permit', () => {
    expect(themes).toHaveLength(13);
    const days = ['open-company', 'real-estate-transfer', 'construction-project'].map((id) => catalogue.theme(id)?.target.workingDays);
    expect(days).toEqual([3, 5, 50]);
  });

  it('has the four powers that were not delegated, one of them blocked, and the utilities', () => {
    const kept = (kind: string) => items.filter(({ retainedKind }) => retainedKind === kind);
    expect(slugs(kept('not-delegated')).sort()).toEqual([
      'energy-review-large',
      'pollutant-quota',
      'self-tender-filing',
      'tender-document-filing',
    ]);
    expect(slugs(kept('linked-utility-service'))).toHaveLength(6);
    expect(slugs(items.filter(({ blocked }) => blocked))).toEqual(['pollutant-quota']);
    expect(
      unlike([...kept('not-delegated'), ...kept('linked-utility-service')], ({ retainedBy, agency }) => retainedBy === agency),
    ).toEqual([]);
  });

  it('has supervision gaps, and nobody relies on a body that does not operate', () => {
    expect(catalogue.supervisionGaps).toHaveLength(34);
    expect(unlike(catalogue.supervisionGaps, ({ plannedSupervisor }) => plannedSupervisor !== undefined)).toEqual([]);
    const relied = items.flatMap(({ supervisor, handledAt }) => (supervisor ? [supervisor, handledAt] : [handledAt]));
    expect(unlike(relied, (id) => catalogue.agency(id)?.operating === true)).toEqual([]);
  });

  it('has its services at different places: market, police and social security in halls of their own', () => {
    const places: Record<string, string> = { 'market-regulation': 'hall-market', hrss: 'hall-hrss', 'public-security': 'hall-police' };
    const theirs = delegated.filter(({ agency }) => agency in places);
    expect(unlike(theirs, ({ agency, handledAt }) => places[agency] === handledAt)).toEqual([]);
  });

  it('says of every counter where it is and when it is open', () => {
    const halls = new Set(items.flatMap((item) => catalogue.counters(item).map(({ hall }) => hall)));
    expect(unlike([...halls], ({ opens }) => (opens ?? []).length > 0).map(({ id }) => id)).toEqual([]);
    const network = agencies.filter(({ networkTier }) => networkTier !== undefined);
    expect(network.filter(({ networkTier }) => networkTier === 2)).toHaveLength(5);
    expect(unlike(network, ({ address, window }) => address !== undefined && window !== undefined)).toEqual([]);
  });
});

describe('the codes of the shipped catalogue', () => {
  const TYPES: Record<Item['powerType'], string> = {
    行政许可: '01',
    行政给付: '05',
    行政确认: '07',
    行政奖励: '08',
    行政裁决: '09',
    其他行政权力: '10',
    公共服务: '20',
  };

  it('say kind of power, department and level', () => {
    expect(unlike(items, ({ baseCode, powerType }) => baseCode.slice(2, 4) === TYPES[powerType])).toEqual([]);
    expect(unlike(items, ({ baseCode, agency }) => [undefined, baseCode.slice(4, 6)].includes(catalogue.agency(agency)?.deptCode))).toEqual(
      [],
    );
    expect(unlike(items, (item) => (item.code[18] === '4') === item.delegated)).toEqual([]);
    expect(new Set(items.map(({ powerType }) => powerType)).size).toBe(7);
  });
});

describe('the rest of the shipped catalogue', () => {
  it('uses every material, and names none twice', () => {
    const used = new Set(items.flatMap((item) => item.materials.map(({ materialId }) => materialId)));
    expect(unlike(materials, ({ id }) => used.has(id))).toEqual([]);
    expect(new Set(materials.map(({ nameZh }) => nameZh)).size).toBe(materials.length);
  });

  it('says of every invented address that it is', () => {
    expect(
      unlike(agencies, ({ address, window, addressFictional }) => (address ?? window) === undefined || addressFictional === true),
    ).toEqual([]);
  });

  it('has words of everyday for nearly every item', () => {
    expect(items.filter(({ aliases }) => aliases.length > 0).length).toBeGreaterThanOrEqual(200);
    expect(unlike(items, ({ aliases }) => new Set(aliases).size === aliases.length)).toEqual([]);
  });

  it('lets every form field that repeats a question name one that is asked', () => {
    const questions = new Set(themes.flatMap((theme) => theme.questions.map(({ id }) => id)));
    expect(unlike(catalogue.formFields, ({ answers }) => answers === undefined || questions.has(answers))).toEqual([]);
  });

  it('holds no number that names a person', () => {
    const files = ['agencies', 'items', 'materials', 'themes'].map((name) => readFileSync(`catalogue/${name}.json`, 'utf8'));
    expect(files.join('').match(/(?<!\d)\d{17}[\dX](?![\dA-Z])/g)).toBeNull();
  });
});
