import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCatalogue } from '../src/catalogue/index.ts';
import { type Hall, startHall } from './harness.ts';

const shipped = loadCatalogue('catalogue');

describe('the catalogue of a hall, asked over HTTP', () => {
  let hall: Hall;
  beforeAll(async () => {
    hall = await startHall();
  });
  afterAll(() => hall[Symbol.asyncDispose]());

  const ask = async (query: string, variables?: object) => {
    const { data, errors } = await hall.ask(query, variables);
    expect(errors).toBeUndefined();
    return data;
  };
  const refusal = async (query: string, variables?: object) => {
    const { errors, text } = await hall.ask(query, variables);
    return { code: errors?.[0]?.extensions['code'], message: errors?.[0]?.message, text };
  };
  const slugsOf = async (filter: object) =>
    (
      await ask('query ($filter: ServiceItemFilter) { serviceItems(filter: $filter, first: 100) { nodes { slug } } }', { filter })
    ).serviceItems.nodes.map(({ slug }: { slug: string }) => slug);

  it('tells everything of an item in one query, without asking any agency', async () => {
    for (const connector of ['market-regulation', 'tax', 'social-security', 'public-security', 'provincial'])
      await hall.fault(connector, 'down');
    const { serviceItem } = await ask(EVERYTHING);
    for (const connector of ['market-regulation', 'tax', 'social-security', 'public-security', 'provincial'])
      await hall.fault(connector, 'none');
    expect(serviceItem).toMatchObject({
      code: '1132107100009000XY4000131001000',
      baseCode: '000131001000',
      nameZh: '公司设立登记',
      aliases: expect.arrayContaining(['开公司']),
      agency: { code: 'market-regulation' },
      sector: 'MARKET_ENTRY',
      powerType: 'PERMIT',
      applicants: ['ENTERPRISE', 'PERSON'],
      statutoryLimit: 15,
      promisedLimit: 1,
      remote: true,
      delegated: true,
      retained: null,
      decidedBy: { kind: 'AGENCY', body: { code: 'market-regulation' }, connectors: ['market-regulation'] },
      platform: { code: 'js-registration' },
      result: { kind: 'CERTIFICATE', nameZh: '营业执照', material: { id: 'business-licence', certificateType: 'business-licence' } },
      supervisor: { code: 'zone-market-branch' },
      plannedSupervisor: null,
    });
    expect(serviceItem.materials).toContainEqual({
      material: {
        id: 'legal-rep-id',
        nameZh: '法定代表人（负责人）身份证件',
        form: 'BOTH',
        issuer: { code: 'public-security' },
        certificateType: 'id-card',
      },
      required: true,
      tolerance: null,
    });
    expect(serviceItem.themes.map(({ code }: { code: string }) => code)).toEqual([
      'open-company',
      'open-restaurant',
      'open-pharmacy',
      'open-clinic',
    ]);
    expect(serviceItem.themes[0]).toMatchObject({ nameZh: '开办企业一件事', audience: 'ENTERPRISE', targetDays: 3, targetMilestone: null });
    expect(serviceItem.themes[0].questions[0]).toMatchObject({ id: 'hasEmployees', choices: [] });
    expect(serviceItem.themes[0].steps[4]).toEqual({
      item: { slug: 'invoice-first' },
      stageZh: '税务',
      stageEn: 'Tax',
      dependsOn: [{ slug: 'tax-information' }, { slug: 'seal-filing' }],
      question: 'needsInvoices',
      equals: 'true',
    });
  });

  it('finds the door: where the item is handled, who forwards it there, with addresses and opening hours', async () => {
    const { serviceItem } = await ask(`{ serviceItem(code: "residence-permit-issue") {
      counters { tier handles hall { code nameZh address window opens { days from until } } }
    } }`);
    expect(serviceItem.counters[0]).toEqual({
      tier: 'ZONE',
      handles: true,
      hall: {
        code: 'hall-police',
        nameZh: '扬州经济技术开发区公安综合服务大厅',
        address: expect.stringMatching(/\S/),
        window: expect.stringMatching(/\S/),
        opens: [
          { days: [1, 2, 3, 4, 5], from: '09:00', until: '12:00' },
          { days: [1, 2, 3, 4, 5], from: '13:30', until: '17:30' },
        ],
      },
    });
    const others = serviceItem.counters.slice(1).map(({ tier, handles }: { tier: string; handles: boolean }) => ({ tier, handles }));
    expect(others).toEqual([...Array(5).fill({ tier: 'TOWN', handles: false }), ...Array(10).fill({ tier: 'VILLAGE', handles: false })]);
  });

  it('sends to the municipal department what it kept, and says why', async () => {
    const { large, quota } = await ask(`{
      large: serviceItem(code: "energy-review-large") { ...kept }
      quota: serviceItem(code: "pollutant-quota") { ...kept }
    }
    fragment kept on ServiceItem {
      delegated retained { by { code } kind blocked }
      decidedBy { kind body { code } connectors }
      counters { hall { code } tier handles }
    }`);
    expect(large).toEqual({
      delegated: false,
      retained: { by: { code: 'development-reform' }, kind: 'NOT_DELEGATED', blocked: false },
      decidedBy: { kind: 'AGENCY', body: { code: 'development-reform' }, connectors: ['provincial'] },
      counters: [{ hall: { code: 'development-reform' }, tier: null, handles: true }],
    });
    expect(quota.retained).toEqual({ by: { code: 'ecology' }, kind: 'NOT_DELEGATED', blocked: true });
  });

  it("lets the hall's own bureau decide what was delegated to it", async () => {
    const { serviceItem } = await ask('{ serviceItem(code: "construction-permit") { decidedBy { kind body { code } connectors } } }');
    expect(serviceItem.decidedBy).toEqual({ kind: 'BUREAU', body: { code: 'zone-approval-bureau' }, connectors: [] });
  });

  it("tells an agency's items, and where to go with them", async () => {
    const { agency } = await ask('{ agency(id: "civil-affairs") { items { slug agency { code } } halls { code } opens { from } } }');
    expect(agency.items.map(({ slug }: { slug: string }) => slug)).toContain('marriage-registration');
    expect(new Set(agency.items.map((item: { agency: { code: string } }) => item.agency.code))).toEqual(new Set(['civil-affairs']));
    expect(agency.halls.map(({ code }: { code: string }) => code)).toEqual([
      'zone-service-centre',
      ...[2, 3].flatMap((tier) => shipped.agencies.filter(({ networkTier }) => networkTier === tier).map(({ id }) => id)),
    ]);
  });

  it('lists what nobody supervises, with who is to', async () => {
    const { supervisionGaps } = await ask(
      '{ supervisionGaps { slug delegated supervisor { code } plannedSupervisor { code operating } } }',
    );
    expect(supervisionGaps).toHaveLength(34);
    for (const gap of supervisionGaps)
      expect(gap).toMatchObject({ delegated: true, supervisor: null, plannedSupervisor: { code: 'zone-enforcement', operating: false } });
  });

  it('lists the themes; one of them by its id; none that is not there', async () => {
    const { themes, theme, none } = await ask(`{
      themes { code steps { item { code } } }
      theme(id: "construction-project") { targetDays targetMilestone { slug } questions { id choices { value labelZh } } }
      none: theme(id: "no-such-theme") { code }
    }`);
    expect(themes).toHaveLength(13);
    expect(theme).toMatchObject({ targetDays: 50, targetMilestone: { slug: 'construction-permit' } });
    expect(theme.questions.find(({ id }: { id: string }) => id === 'energy').choices.length).toBeGreaterThan(1);
    expect(none).toBeNull();
  });

  it('finds items and themes again by their global ids', async () => {
    const { serviceItem, theme } = await ask('{ serviceItem(code: "company-establish") { id } theme(id: "retire") { id } }');
    const { item, whole } = await ask(
      `query ($item: ID!, $theme: ID!) {
        item: node(id: $item) { __typename id ... on ServiceItem { slug } }
        whole: node(id: $theme) { __typename id ... on Theme { code } }
      }`,
      { item: serviceItem.id, theme: theme.id },
    );
    expect(item).toEqual({ __typename: 'ServiceItem', id: serviceItem.id, slug: 'company-establish' });
    expect(whole).toEqual({ __typename: 'Theme', id: theme.id, code: 'retire' });
  });

  it('knows an item by its code, its base code and its slug, and nothing else', async () => {
    const { code, base, slug, none } = await ask(`{
      code: serviceItem(code: "1132107100009000XY4000131001000") { slug }
      base: serviceItem(code: "000131001000") { slug }
      slug: serviceItem(code: "company-establish") { slug }
      none: serviceItem(code: "no-such-item") { slug }
    }`);
    expect([code, base, slug, none]).toEqual([...Array(3).fill({ slug: 'company-establish' }), null]);
  });

  it.each(['公司设立', 'yyzz', 'gssl', 'company', '公司社立', 'gsls', 'compnay', 'yyxz'])(
    'finds the registration of a company by "%s"',
    async (text) => {
      expect((await slugsOf({ text })).slice(0, 3)).toContain('company-establish');
    },
  );

  it('filters by every condition, all at once', async () => {
    const all = await ask(
      '{ serviceItems { totalCount } a: serviceItems(filter: {}) { totalCount } b: serviceItems(filter: { text: "  ", agency: null }) { totalCount } }',
    );
    expect([all.serviceItems, all.a, all.b]).toEqual(Array(3).fill({ totalCount: 226 }));
    const by = (keep: (item: (typeof shipped.items)[number]) => boolean) =>
      shipped.items
        .filter(keep)
        .map(({ slug }) => slug)
        .slice(0, 100);
    expect(await slugsOf({ agency: 'taxation' })).toEqual(by(({ agency }) => agency === 'taxation'));
    expect(await slugsOf({ sector: 'SOCIAL_LIVELIHOOD' })).toEqual(by(({ sector }) => sector === 'social-livelihood'));
    expect(await slugsOf({ applicant: 'PERSON' })).toEqual(by(({ applicant }) => applicant.includes('person')));
    expect(await slugsOf({ delegated: false })).toEqual(by(({ delegated }) => !delegated));
    expect(await slugsOf({ remote: false })).toEqual(by(({ remote }) => !remote));
    expect(await slugsOf({ decidedBy: 'BUREAU' })).toEqual(by(({ decidedBy }) => decidedBy === 'bureau'));
    expect(await slugsOf({ tier: 'VILLAGE' })).toEqual(by(({ network }) => network.includes('village')));
    expect(await slugsOf({ text: '医保', tier: 'VILLAGE', applicant: 'PERSON' })).toEqual(['mi-resident', 'mi-remote']);
  });

  it('hands out pages that are the whole list, each item once', async () => {
    const page = `query ($filter: ServiceItemFilter, $first: Int, $after: String) {
      serviceItems(filter: $filter, first: $first, after: $after) { totalCount nodes { slug } edges { cursor node { slug } } pageInfo { hasNextPage endCursor } }
    }`;
    const filters = fc.constantFrom<object>({}, { text: '登记' }, { sector: 'PROJECT_CONSTRUCTION' }, { text: 'permit', delegated: true });
    await fc.assert(
      fc.asyncProperty(filters, fc.integer({ min: 7, max: 100 }), async (filter, first) => {
        const seen: string[] = [];
        let [after, more, count] = [null as string | null, true, 0];
        while (more) {
          const { serviceItems } = await ask(page, { filter, first, after });
          expect(serviceItems.edges.map(({ node }: { node: object }) => node)).toEqual(serviceItems.nodes);
          expect(seen.length).toBeLessThan(shipped.items.length);
          seen.push(...serviceItems.nodes.map(({ slug }: { slug: string }) => slug));
          [after, more, count] = [serviceItems.pageInfo.endCursor, serviceItems.pageInfo.hasNextPage, serviceItems.totalCount];
        }
        expect(seen).toHaveLength(count);
        expect(new Set(seen).size).toBe(count);
        expect(seen.slice(0, 100)).toEqual(await slugsOf(filter));
      }),
      { numRuns: 12 },
    );
  });

  it.each(['README.md', 'README.zh-CN.md', 'docs/catalogue.md'])('answers every question that %s shows', async (file) => {
    const documents = [...readFileSync(file, 'utf8').matchAll(/```graphql\n(.+?)```/gs)].map(([, document]) => document ?? '');
    const about = documents.filter((document) => document.includes('serviceItems'));
    expect(about.length).toBeGreaterThan(0);
    for (const document of about) expect((await ask(document)).serviceItems.nodes[0].nameZh).toBe('公司设立登记');
  });

  it('refuses pages that cannot be and texts too long, and quotes nothing', async () => {
    for (const first of [0, -1, 101])
      expect(await refusal('query ($first: Int) { serviceItems(first: $first) { totalCount } }', { first })).toMatchObject({
        code: 'BAD_USER_INPUT',
        message: 'first must be 1 to 100',
      });
    expect(await refusal('{ serviceItems(after: "bm90aGluZw") { totalCount } }')).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining('after is not a cursor of this list'),
    });
    const long = await refusal('query ($text: String) { serviceItems(filter: { text: $text }) { totalCount } }', {
      text: '秘'.repeat(101),
    });
    expect(long).toMatchObject({ code: 'BAD_USER_INPUT', message: 'filter.text must hold at most 100 characters' });
    expect(long.text).not.toContain('秘');
  });
});

/** Every field of an item, and of a theme through it; the form is tested where forms are. */
const EVERYTHING = `{ serviceItem(code: "company-establish") {
  id code baseCode slug nameZh nameEn aliases agency { code } sector powerType legalBasis applicants statutoryLimit promisedLimit remote
  decidedBy { kind body { code } connectors }
  delegated retained { by { code } kind blocked }
  counters { hall { code } tier handles }
  platform { code }
  materials { material { id nameZh form issuer { code } certificateType } required tolerance }
  result { kind nameZh nameEn material { id certificateType } }
  supervisor { code } plannedSupervisor { code }
  themes {
    id code nameZh nameEn audience targetDays targetMilestone { slug }
    questions { id textZh textEn choices { value labelZh labelEn } }
    steps { item { slug } stageZh stageEn dependsOn { slug } question equals }
  }
} }`;
