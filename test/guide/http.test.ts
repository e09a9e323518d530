import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import subjects from '../../catalogue/sandbox/subjects.json' with { type: 'json' };
import { type AskOptions, type Hall, startHall } from '../harness.ts';

const GUIDE = `query ($input: GuideInput!) { guide(input: $input) {
  theme { nameZh } startOn openQuestions { id }
  steps {
    item { slug } stageZh stageEn stageMerged status why dependsOn { slug } parallelWith { slug } forwardedTo { code }
    schedule { fileOn startsOn slack critical promised { due explanation assumedYears } statutory { due } }
  }
  notice {
    naiveCount count toBringCount
    lines {
      material { nameZh } kind required neededBy { slug } madeBy { slug } followsWithin followsBy note
      fetched { agency { code } valid validTo provenance { connector freshness } }
    }
  }
  form { parts { id lines { id value uncheckedCode } } schema }
  blockers { kind severity agency { code } items { slug } what toDo }
  timeline {
    startOn finishOn workingDays oneAfterAnother statutoryFinishOn criticalPath { slug } assumedYears
    target { workingDays milestone { slug } reachedOn planned met }
  }
  unchecked { agency { code } section code consequence }
} }`;

const uscc = (id: string): string => subjects.enterprises.find((it) => it.id === id)?.uscc ?? expect.fail(`no enterprise ${id}`);
const idNumber = (id: string): string => subjects.persons.find((it) => it.id === id)?.idNumber ?? expect.fail(`no person ${id}`);
const people = (parts: Readonly<Record<string, string>>) => Object.entries(parts).map(([role, id]) => ({ role, idNumber: idNumber(id) }));
const answers = (given: Readonly<Record<string, string | boolean>>) =>
  Object.entries(given).map(([question, value]) => ({ question, value: String(value) }));

let hall: Hall;
beforeAll(async () => {
  hall = await startHall({ memory: { enabled: false } });
});
afterAll(() => hall[Symbol.asyncDispose]());

async function guide(input: object, options?: AskOptions) {
  const { data, errors, text, tookMs } = await hall.ask(GUIDE, { input }, options);
  expect(errors).toBeUndefined();
  return { ...data.guide, text, tookMs };
}

const EVERYTHING = answers({ hasEmployees: true, needsInvoices: true, generalTaxpayer: true, needsBankAccount: true });
const COMPANY = {
  theme: 'open-company',
  answers: EVERYTHING,
  applicant: { people: people({ LEGAL_REPRESENTATIVE: 'P001', AGENT: 'P002', FINANCE_OFFICER: 'P004', EMPLOYEE: 'P005' }) },
};

describe('open a company, with everything', () => {
  it('asks for each paper once, and each way of looking halves what is left to bring', async () => {
    const { notice, timeline, openQuestions, unchecked } = await guide(COMPANY);
    const { naiveCount, count, toBringCount } = notice;
    console.log(`open a company: ${naiveCount} papers asked for, ${count} different ones, ${toBringCount} to bring`);
    console.log(`  ${timeline.workingDays} working days instead of ${timeline.oneAfterAnother}`);
    expect([openQuestions, unchecked]).toEqual([[], []]);
    expect(count).toBeLessThanOrEqual(naiveCount / 2);
    expect(toBringCount).toBeLessThanOrEqual(count / 2);
    expect(timeline).toMatchObject({ workingDays: 3, target: { workingDays: 3, milestone: null, met: true } });
    expect(timeline.oneAfterAnother).toBeGreaterThan(3);
  });

  it('says of every paper how it gets to the hall', async () => {
    const { notice } = await guide(COMPANY);
    const kinds = Object.fromEntries(
      notice.lines.map((line: { material: { nameZh: string }; kind: string }) => [line.material.nameZh, line.kind]),
    );
    expect(kinds).toMatchObject({
      '法定代表人（负责人）身份证件': 'FETCHED',
      '职工身份证件（按花名册）': 'FETCHED',
      营业执照: 'MADE',
      '事项申请表（一窗综合受理表）': 'FROM_FORM',
      '银行账户信息（本人或单位）': 'MAY_FOLLOW',
      '公司章程（合伙协议）': 'TO_BRING',
    });
    const fetched = notice.lines.filter(({ kind }: { kind: string }) => kind === 'FETCHED');
    for (const line of fetched)
      expect(line.fetched).toMatchObject({
        agency: { code: 'js-e-licence' },
        valid: true,
        provenance: { connector: 'provincial', freshness: 'LIVE' },
      });
  });

  it('holds no identity number unless the role may see it, in the form neither', async () => {
    const staff = {
      theme: 'hire-first-employees',
      applicant: { uscc: uscc('E001'), people: people({ LEGAL_REPRESENTATIVE: 'P001', AGENT: 'P002', EMPLOYEE: 'P080' }) },
    };
    for (const role of ['kiosk', 'citizen', 'clerk'] as const)
      for (const input of [COMPANY, staff]) {
        const { text } = await guide(input, { role });
        for (const person of subjects.persons) expect(text).not.toContain(person.idNumber);
        expect(text).toContain('3***************70');
      }
    expect((await guide(staff, { role: 'supervisor' })).text).toContain(idNumber('P001'));
  });
});

describe('subjects of the sandbox', () => {
  const blockersOf = async (theme: string, enterprise: string, given = {}) => {
    const { blockers } = await guide({ theme, answers: answers(given), applicant: { uscc: uscc(enterprise) } });
    return blockers.map(
      (it: { kind: string; severity: string; agency: { code: string } }) => `${it.severity} ${it.kind} ${it.agency.code}`,
    );
  };

  it.each([
    ['E001', 'hire-first-employees', []],
    ['E008', 'hire-first-employees', ['STOPS TAX_ARREARS taxation']],
    ['E031', 'hire-first-employees', ['STOPS SOCIAL_INSURANCE_ARREARS hrss', 'LIMITS BAD_CREDIT justice']],
    ['E009', 'hire-first-employees', ['LIMITS NOT_ACTIVE market-regulation', 'LIMITS BAD_CREDIT market-regulation']],
    ['E022', 'construction-project', ['LIMITS CERTIFICATE_INVALID housing-construction']],
    ['E026', 'hire-first-employees', ['LIMITS CERTIFICATE_INVALID transport']],
    ['E018', 'deregister-company', ['STOPS TAX_ARREARS taxation', 'LIMITS BAD_CREDIT market-regulation']],
  ])('%s, %s: %j', async (enterprise, theme, expected) => {
    const given = theme === 'construction-project' ? { energy: 'below-1000', tender: false, selfTender: false } : {};
    expect(await blockersOf(theme, enterprise, given)).toEqual(expected);
  });

  it('a new discharge cannot be granted, and the guide says what that stops', async () => {
    const given = answers({ newDischarge: true, eiaClass: 'form', energy: 'below-1000', newBuilding: false });
    const { blockers, steps } = await guide({ theme: 'plant-expansion-discharge', answers: given, applicant: { uscc: uscc('E003') } });
    expect(blockers).toMatchObject([{ kind: 'QUOTA_NOT_FIXED', severity: 'STOPS', agency: { code: 'ecology' } }]);
    expect(blockers[0].items).toEqual(expect.arrayContaining([{ slug: 'pollutant-quota' }, { slug: 'discharge-permit' }]));
    expect(steps.find(({ item }: { item: { slug: string } }) => item.slug === 'pollutant-quota').forwardedTo).toEqual({ code: 'ecology' });
  });

  it('a house under mortgage is not given away', async () => {
    const { blockers } = await guide({ theme: 'real-estate-transfer', applicant: { idNumber: idNumber('P010') } });
    expect(blockers).toMatchObject([{ kind: 'CERTIFICATE_INVALID', severity: 'STOPS', agency: { code: 'natural-resources' } }]);
  });
});

describe('an agency that is not there', () => {
  afterEach(async () => {
    for (const connector of ['tax', 'public-security', 'provincial']) await hall.fault(connector, 'none');
    await hall.advance(11_000);
  });

  it('down: the guide comes, and says what could not be checked', async () => {
    await hall.fault('tax', 'down');
    const input = { theme: 'hire-first-employees', applicant: { uscc: uscc('E008') } };
    const zh = await guide(input);
    expect(zh.blockers).toEqual([]);
    expect(zh.unchecked).toEqual([
      {
        agency: { code: 'taxation' },
        section: 'Enterprise.tax',
        code: 'AGENCY_UNAVAILABLE',
        consequence: '未能核验是否欠税，受理时再核。',
      },
    ]);
    const en = await guide(input, { headers: { 'accept-language': 'en' } });
    expect(en.unchecked[0].consequence).toBe('Whether taxes are owed is checked again when it is filed.');
    expect(en.steps[0].why).toMatch(/^It depends on the answer to “/);
    expect(en.steps[0].schedule.promised.explanation[0]).toMatch(/received/i);
  });

  it('hanging: it costs a third of the time there is, and what it holds is fetched later', async () => {
    await hall.fault('provincial', 'hang', 'js-e-licence');
    const { unchecked, notice, tookMs } = await guide(COMPANY, { headers: { 'x-yimen-deadline': '3s' } });
    expect(tookMs).toBeLessThan(2_500);
    expect(unchecked).toMatchObject([{ agency: { code: 'js-e-licence' }, section: 'Person.certificates', code: 'AGENCY_TIMEOUT' }]);
    expect(unchecked).toHaveLength(1);
    const line = notice.lines.find((it: { material: { nameZh: string } }) => it.material.nameZh === '法定代表人（负责人）身份证件');
    expect(line).toMatchObject({
      kind: 'FETCHED',
      fetched: { valid: null, provenance: null },
      note: expect.stringContaining('延误不计入您的时间'),
    });
  });

  it('hanging public security: fields stay empty and say why, all else is there', async () => {
    await hall.fault('public-security', 'hang');
    const input = { theme: 'retire', applicant: { idNumber: idNumber('P043') } };
    const { unchecked, notice, form, tookMs } = await guide(input, { headers: { 'x-yimen-deadline': '3s', 'accept-language': 'en' } });
    expect(tookMs).toBeLessThan(2_500);
    expect(unchecked).toContainEqual({
      agency: { code: 'public-security' },
      section: 'Person.identity',
      code: 'AGENCY_TIMEOUT',
      consequence: 'Fields of the form stay empty: fill them in, and the hall compares them later.',
    });
    const fields = form.parts.flatMap(({ lines }: { lines: object[] }) => lines);
    expect(fields).toContainEqual({ id: 'applicant-name', value: null, uncheckedCode: 'AGENCY_TIMEOUT' });
    expect(notice.lines).toContainEqual(expect.objectContaining({ kind: 'FETCHED', fetched: expect.objectContaining({ valid: true }) }));
  });

  it('never connected: its papers are to be brought', async () => {
    await using without = await startHall({ connectors: { provincial: { enabled: false } } });
    const { data, errors } = await without.ask(GUIDE, { input: COMPANY });
    expect(errors).toBeUndefined();
    expect(data.guide.unchecked).toContainEqual(
      expect.objectContaining({
        agency: null,
        section: 'Person.certificates',
        code: 'AGENCY_NOT_CONNECTED',
        consequence: expect.stringContaining('须自行提供'),
      }),
    );
    expect(data.guide.notice.toBringCount).toBe(9);
  });
});

describe('what front-end builders read', () => {
  const blocks = (file: string, language: string) => {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    return [...text.matchAll(new RegExp(`\\x60{3}${language}\\n([\\s\\S]*?)\\x60{3}`, 'g'))].map(([, block = '']) => block);
  };

  it('runs as it is printed', async () => {
    const [query = ''] = blocks('docs/guide.md', 'graphql');
    const [variables = ''] = blocks('docs/guide.md', 'json');
    const answer = await hall.ask(query, JSON.parse(variables) as object);
    expect(answer.errors).toBeUndefined();
    expect(answer.data.guide.openQuestions).toHaveLength(2);
    const readme = blocks('README.md', 'graphql').filter((block) => block.includes('guide('));
    expect(readme).toHaveLength(1);
    for (const block of readme) expect((await hall.ask(block)).errors).toBeUndefined();
  });
});

describe('the day to begin', () => {
  it('is today by the gateway’s clock, in Beijing, unless another is given', async () => {
    await using ahead = await startHall();
    await ahead.advance(40 * 86_400_000);
    const token = await ahead.sandbox.token({ role: 'integrator' });
    const today = new Date(Date.now() + (40 * 24 + 8) * 3_600_000).toISOString().slice(0, 10);
    const { data } = await ahead.ask('{ guide(input: { theme: "retire" }) { startOn } }', {}, { token });
    expect(data.guide.startOn).toBe(today);
  });

  it('is counted by the hall’s own days off', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'yimen-calendar-'));
    const file = join(folder, 'calendar.json');
    writeFileSync(file, JSON.stringify({ closed: [{ date: '2026-12-08', nameZh: '搬迁', nameEn: 'moving' }] }));
    await using moving = await startHall({ calendar: file });
    const { data } = await moving.ask('{ guide(input: { theme: "retire", startOn: "2026-12-08" }) { startOn timeline { startOn } } }');
    expect(data.guide).toEqual({ startOn: '2026-12-08', timeline: { startOn: '2026-12-09' } });
    writeFileSync(file, JSON.stringify({ closed: [{ date: '2026-02-30', nameZh: '搬迁', nameEn: 'moving' }] }));
    await expect(startHall({ calendar: file })).rejects.toThrow(/calendar\.json:\n {2}closed\.0\.date: a day of the calendar/);
    rmSync(folder, { recursive: true });
  });
});

describe('what does not fit', () => {
  const ID = '321012198812139970';

  it.each([
    ['an unknown theme', { theme: ID }, 'input.theme: the catalogue has no such theme'],
    [
      'an unknown question',
      { theme: 'retire', answers: answers({ [ID]: true }) },
      'input.answers: answer 1 is to a question that the theme retire does not ask',
    ],
    [
      'an answer that is none',
      { theme: 'retire', answers: answers({ hasCard: ID }) },
      'input.answers: the question hasCard takes one of true, false',
    ],
    ['a day too far away', { theme: 'retire', startOn: '2099-01-01' }, 'input.startOn: a day within 5 years of today'],
    ['a day that is none', { theme: 'retire', startOn: '2026-02-30' }, 'Date is not valid: wrong day'],
    ['a wrong number', { theme: 'retire', applicant: { idNumber: '321012198812139971' } }, 'CitizenIdNumber is not valid'],
    [
      'too many people',
      { theme: 'retire', applicant: { people: Array(51).fill({ role: 'SPOUSE', idNumber: ID }) } },
      'input.applicant.people: name at most 50',
    ],
  ])('%s is refused, named and not repeated', async (_, input, message) => {
    const { errors, text } = await hall.ask(GUIDE, { input });
    expect(errors).toMatchObject([{ message: expect.stringContaining(message), extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(text).not.toContain(ID.slice(0, 17));
  });

  it('an identity number in a URL, whichever way it is put there; a guide for nobody may be asked that way', async () => {
    const get = async (query: string, variables = {}) => {
      const search = new URLSearchParams({ query, variables: JSON.stringify(variables) });
      const reply = await request(`${hall.url}/graphql?${search}`, {
        headers: { authorization: `Bearer ${await hall.token('integrator')}` },
      });
      return reply.body.text();
    };
    const applicant = { people: [{ role: 'SPOUSE', idNumber: ID }] };
    expect(
      await get('query ($input: GuideInput!) { guide(input: $input) { startOn } }', { input: { theme: 'retire', applicant } }),
    ).toContain('never travels in a URL');
    expect(await get(`{ guide(input: { theme: "retire", applicant: { idNumber: "${ID}" } }) { startOn } }`)).toContain(
      'never travels in a URL',
    );
    expect(await get('{ guide(input: { theme: "retire", startOn: "2026-12-08" }) { startOn } }')).toContain('"startOn":"2026-12-08"');
  });
});
