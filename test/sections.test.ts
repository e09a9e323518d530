import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import subjects from '../catalogue/sandbox/subjects.json' with { type: 'json' };
import { examples } from '../src/server/index.ts';
import { type Hall, startHall } from './harness.ts';

const USCC = '91321071990000017N';
const PERSON = '321012198812139970';
const SOURCE = 'provenance { agency { code } connector retrievedAt freshness }';

const ALL_OF_AN_ENTERPRISE = `query ($uscc: UnifiedSocialCreditCode!) { enterprise(uscc: $uscc) {
  uscc
  registration { nameZh registeredCapital { amount currency } legalRepresentative { nameZh person { idNumber } } shareholders { nameZh percent } ${SOURCE} }
  tax { taxpayerNumber creditGrade arrears invoiceQuota { maxAmountPerInvoice } ${SOURCE} }
  socialInsurance { account insuredCount lastPaidMonth ${SOURCE} }
  seals { items { number typeZh } ${SOURCE} }
  projects { items { code investment approvals { items { nameZh agency status } ${SOURCE} } cityReviews { items { kind agency status number decidedOn opinionZh } ${SOURCE} } } ${SOURCE} }
  permits { items { number nameZh status } ${SOURCE} }
  credit { grade badFlags { kind } ${SOURCE} }
  certificates { items { type number } ${SOURCE} }
} }`;

const ALL_OF_A_PERSON = `query ($id: CitizenIdNumber!) { person(idNumber: $id) {
  id idNumber
  identity { nameZh gender birthDate card { status } ${SOURCE} }
  household { householdId members { nameZh relation person { idNumber } } ${SOURCE} }
  socialInsurance { socialSecurityNumber pension { months } employer { uscc } ${SOURCE} }
  enterprises { items { nameZh legalRepresentative percent enterprise { uscc } } ${SOURCE} }
  certificates { items { type number } ${SOURCE} }
} }`;

let hall: Hall;
beforeAll(async () => {
  hall = await startHall({ limits: { rootFields: 50 } });
  // An exchange database takes a second to start, and longer on a busy machine.
  await Promise.all(hall.agencies.map((agency) => agency.prepared()));
});
afterAll(() => hall[Symbol.asyncDispose]());

describe('one door', () => {
  it('answers all sections of one enterprise from six agency systems in one query', async () => {
    const { data, errors } = await hall.ask(ALL_OF_AN_ENTERPRISE, { uscc: USCC });
    expect(errors).toBeUndefined();
    const e = data.enterprise;
    expect(e.registration).toMatchObject({ nameZh: '扬州示例精密机械有限公司', registeredCapital: { currency: 'CNY' } });
    expect(e.tax).toMatchObject({ taxpayerNumber: USCC, creditGrade: 'B' });
    expect(e.socialInsurance).toMatchObject({ account: '321071000001', insuredCount: 132 });
    expect(e.seals.items).toHaveLength(4);
    expect(e.projects.items[0]).toMatchObject({ code: '2020-321071-34-03-500001' });
    expect(e.projects.items[0].approvals.items.length).toBeGreaterThan(3);
    expect(e.projects.items[0].cityReviews).toMatchObject({
      items: [{ kind: 'TENDER_DOCUMENT_FILING', agency: 'housing-construction', status: 'PASSED' }],
      provenance: { agency: { code: 'city-exchange' }, connector: 'city-offices', freshness: 'LIVE' },
    });
    expect(e.permits.items[0].number).toBe('SAMPLE-PERMIT-00001');
    expect(e.credit.grade).toBe('GOOD');
    expect(e.certificates.items).toHaveLength(7);
    const agencies = ['registration', 'tax', 'socialInsurance', 'seals', 'projects', 'permits', 'credit', 'certificates'].map(
      (section) => `${e[section].provenance.connector}/${e[section].provenance.agency.code}`,
    );
    expect(agencies).toEqual([
      'market-regulation/market-regulation',
      'tax/taxation',
      'social-security/hrss',
      'public-security/public-security',
      'provincial/js-investment',
      'provincial/js-service-portal',
      'provincial/js-public-credit',
      'provincial/js-e-licence',
    ]);
  });

  it('answers all sections of one person, identity numbers masked for a clerk', async () => {
    const { data, errors, text } = await hall.ask(ALL_OF_A_PERSON, { id: PERSON });
    expect(errors).toBeUndefined();
    const p = data.person;
    expect(p).toMatchObject({ idNumber: '3***************70', identity: { nameZh: '谢示仁', birthDate: '1988-12-13' } });
    expect(p.household.members).toHaveLength(3);
    expect(p.socialInsurance).toMatchObject({ pension: { months: 110 } });
    expect(p.enterprises.items.filter((i: { legalRepresentative: boolean }) => i.legalRepresentative)).toHaveLength(3);
    expect(p.certificates.items.find((c: { type: string }) => c.type === 'id-card').number).toBe('3***************70');
    for (const { idNumber } of subjects.persons) expect(text).not.toContain(idNumber);
  });

  it('shows identity numbers to a supervisor', async () => {
    const { data } = await hall.ask(ALL_OF_A_PERSON, { id: PERSON }, { role: 'supervisor' });
    expect(data.person.idNumber).toBe(PERSON);
  });

  it('serves every subject of the sandbox without an error', async () => {
    for (const { uscc } of subjects.enterprises) expect((await hall.ask(ALL_OF_AN_ENTERPRISE, { uscc })).errors).toBeUndefined();
    for (const { idNumber } of subjects.persons) expect((await hall.ask(ALL_OF_A_PERSON, { id: idNumber })).errors).toBeUndefined();
  });

  it('runs every example of the page, as the clerk of the page', async () => {
    const page = await (await fetch(`${hall.url}/`)).text();
    const [, token, session] = /"authorization":"Bearer ([^"]+)","x-yimen-session":"([^"]+)"/.exec(page) ?? [];
    if (!token || !session) throw new Error('the page is not signed in');
    for (const query of examples) {
      const { errors, data } = await hall.ask(query, {}, { token, headers: { 'x-yimen-session': session } });
      expect(errors).toBeUndefined();
      expect(Object.values(data).every((value) => value !== null)).toBe(true);
    }
  });

  it('says null without an error for what no agency knows', async () => {
    const { data, errors } = await hall.ask(ALL_OF_AN_ENTERPRISE, { uscc: '91350100M000100Y43' });
    expect(errors).toBeUndefined();
    const { uscc, ...sections } = data.enterprise;
    expect(uscc).toBe('91350100M000100Y43');
    expect(new Set(Object.values(sections))).toEqual(new Set([null]));
  });
});

describe('batching', () => {
  const fifty = subjects.enterprises.slice(0, 50).map(({ uscc }) => uscc);
  const query = `query { ${fifty.map((uscc, i) => `e${i}: enterprise(uscc: "${uscc}") { registration { nameZh } tax { arrears } permits { items { number } } socialInsurance { account } }`).join('\n')} }`;

  it('asks a batching agency once for 50 enterprises, the one-per-key agency 50 times within its concurrency', async () => {
    for (const agency of hall.agencies) {
      agency.resetTraffic();
      agency.setLatency(5);
    }
    await hall.yimen.engine.evict({});
    const { errors, data } = await hall.ask(query);
    expect(errors).toBeUndefined();
    expect(Object.keys(data)).toHaveLength(50);
    const traffic = Object.fromEntries(hall.agencies.map((agency) => [agency.id, agency.traffic()]));
    expect(traffic['tax']?.calls).toBe(1);
    expect(traffic['provincial']?.calls).toBe(1);
    expect(traffic['market-regulation']?.calls).toBe(1);
    expect(traffic['social-security']?.calls).toBe(50);
    expect(traffic['social-security']?.peak).toBeLessThanOrEqual(8);
    expect(traffic['social-security']?.peak).toBeGreaterThan(1);
  });
});

describe('search', () => {
  it('pages through the registry without losing or repeating anyone', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { data } = await hall.ask(
        'query ($after: String) { enterprises(name: "示例", first: 7, after: $after) { totalCount nodes { enterprise { uscc } } edges { cursor } pageInfo { hasNextPage endCursor } } }',
        { after },
      );
      expect(data.enterprises.totalCount).toBe(60);
      seen.push(...data.enterprises.nodes.map((n: { enterprise: { uscc: string } }) => n.enterprise.uscc));
      after = data.enterprises.pageInfo.hasNextPage ? data.enterprises.pageInfo.endCursor : null;
    } while (after);
    expect(new Set(seen).size).toBe(60);
    expect(seen).toHaveLength(60);
  });
});

describe('global ids', () => {
  it('find the same object again and reveal nothing', async () => {
    const { data } = await hall.ask(
      `{ person(idNumber: "${PERSON}") { id } enterprise(uscc: "${USCC}") { id } agency(id: "taxation") { id } }`,
    );
    for (const id of [data.person.id, data.enterprise.id, data.agency.id]) {
      expect(Buffer.from(id, 'base64url').toString('latin1')).not.toMatch(/3210|taxation/);
      const again = await hall.ask('query ($id: ID!) { node(id: $id) { id __typename } }', { id });
      expect(again.data.node.id).toBe(id);
    }
    const person = await hall.ask('query ($id: ID!) { node(id: $id) { ... on Person { identity { nameZh } } } }', { id: data.person.id });
    expect(person.data.node.identity.nameZh).toBe('谢示仁');
  });
  it('are refused when they were made up', async () => {
    const { data, errors } = await hall.ask('{ node(id: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA") { id } }');
    expect(errors).toBeUndefined();
    expect(data.node).toBeNull();
  });
});
