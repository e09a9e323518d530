import { createHash, createHmac, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AGENCY_FAULTS, AgencyError } from '../../src/connect/index.ts';
import { conforms, type Fault, type SandboxSpec, type TestLine, testLine } from '../../src/kit/index.ts';
import connector from './connector.ts';
import { MEANINGS } from './exchange.ts';
import { merged } from './platforms/index.ts';
import { APP_KEY, APP_SECRET } from './sandbox/gate.ts';
import sandbox from './sandbox.ts';

const DATA = 'catalogue/sandbox';
const DAY_MS = 86_400_000;
/** 精密机械: one project under construction, seven certificates, one permit. */
const MACHINERY = '91321071990000017N';
/** 包装: licence revoked, holds no permit and no project. */
const PACKAGING = '91321071990000180X';
/** 置业: its developer's qualification has run out. */
const DEVELOPER = '913210719900002286';
/** 检测技术: under a flag of the tax office. */
const TAX_OFFENDER = '91321071MA990052XH';
const UNKNOWN = '91350100M000100Y43';
const UNKNOWN_PERSON = '11010519491231002X';

const open = (spec: SandboxSpec = sandbox) => testLine(connector, spec, DATA);

/** A section with a key that exists, for every platform. */
const SECTIONS: readonly (readonly [section: string, agency: string, key: (line: TestLine) => string])[] = [
  ['Enterprise.projects', 'js-investment', () => MACHINERY],
  ['Project.approvals', 'js-construction', () => '2020-321071-34-03-500001'],
  ['Enterprise.certificates', 'js-e-licence', () => MACHINERY],
  ['Person.certificates', 'js-e-licence', (line) => idNumber(line, 'P001')],
  ['Enterprise.credit', 'js-public-credit', () => MACHINERY],
  ['Enterprise.permits', 'js-service-portal', () => MACHINERY],
];

function idNumber(line: TestLine, id: string): string {
  const person = line.subjects.person(id);
  if (!person) throw new Error(`no ${id} among the subjects`);
  return person.idNumber;
}

/** The day so many days after the subjects' reference day, which is today. */
const dayFrom = (line: TestLine, days: number) => new Date(line.clock.now() + days * DAY_MS).toISOString().slice(0, 10);
const sinceReference = (day: string) => (Date.parse(day) - Date.parse('2020-12-01')) / DAY_MS;
const moved = (line: TestLine, day: string) => dayFrom(line, sinceReference(day));

async function failure(reading: Promise<unknown>): Promise<AgencyError> {
  const error: unknown = await reading.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (error instanceof AgencyError) return error;
  throw new Error('an AgencyError was expected', { cause: error });
}

describe('what the platforms answer', () => {
  it('gives the projects of an enterprise, amounts in yuan', async () => {
    await using line = await open();
    expect(await line.read('Enterprise.projects', MACHINERY)).toMatchObject({
      items: [
        {
          code: '2020-321071-34-03-500001',
          nameZh: '精密机械生产基地项目',
          nameEn: 'Precision Machinery production base',
          procedure: 'FILING',
          investment: '60000000.00',
          energyTce: 800,
          newDischarge: false,
          eiaClass: 'FORM',
          landSupply: 'transfer',
          stage: 'CONSTRUCTION_PERMIT',
          filedOn: moved(line, '2020-09-08'),
        },
      ],
      provenance: { agency: 'js-investment', connector: 'provincial', freshness: 'LIVE' },
    });
  });

  it('gives the approvals of a project under construction: three stages behind it, the last under review', async () => {
    await using line = await open();
    const record = await line.read('Project.approvals', '2020-321071-34-03-500001');
    const items = record?.['items'] as { stage: number; status: string; nameZh: string }[];
    expect(items.map(({ stage, status }) => `${stage} ${status}`)).toEqual([
      ...Array(2).fill('1 GRANTED'),
      ...Array(3).fill('2 GRANTED'),
      ...Array(3).fill('3 GRANTED'),
      ...Array(3).fill('4 IN_REVIEW'),
    ]);
    expect(items[0]).toEqual({
      nameZh: '企业投资项目备案',
      agency: 'development-reform',
      stage: 1,
      status: 'GRANTED',
      number: '2020-321071-34-03-500001',
      decidedOn: moved(line, '2020-09-08'),
    });
    expect(items[2]).toMatchObject({ nameZh: '建设项目环境影响评价审批', agency: 'ecology', decidedOn: moved(line, '2020-10-09') });
    expect(items[7]).toMatchObject({
      nameZh: '建筑工程施工许可证核发',
      agency: 'housing-construction',
      number: expect.stringMatching(/^321071\d{12}$/),
    });
    expect(items[8]).toMatchObject({ nameZh: '建设工程规划核实', number: null, decidedOn: null });
  });

  it('has the energy of a filed project reviewed before anything else starts', async () => {
    await using line = await open();
    const record = await line.read('Project.approvals', '2020-321071-38-03-500006');
    const items = record?.['items'] as { nameZh: string; status: string }[];
    expect(items.slice(0, 4).map(({ nameZh, status }) => `${nameZh} ${status}`)).toEqual([
      '企业投资项目备案 GRANTED',
      '固定资产投资项目节能审查 IN_REVIEW',
      '建设用地规划许可证核发 IN_REVIEW',
      '建设项目环境影响评价审批 NOT_STARTED',
    ]);
  });

  it('decides no approval in the future, whatever the project', async () => {
    await using line = await open();
    const codes = line.subjects.enterprises.flatMap((it) => it.sections.provincial.projects.map((project) => project.code));
    const records = await line.readAll('Project.approvals', codes);
    const days = records.flatMap((it) => (it.status === 'fulfilled' ? (it.value?.['items'] as { decidedOn: string | null }[]) : []));
    const decided = days.flatMap(({ decidedOn }) => decidedOn ?? []);
    expect(records.map(({ status }) => status)).toEqual(codes.map(() => 'fulfilled'));
    expect(decided.filter((it) => it > dayFrom(line, 0))).toEqual([]);
    expect(decided.length).toBeGreaterThan(50);
  });

  it('gives the certificates of an enterprise', async () => {
    await using line = await open();
    const record = await line.read('Enterprise.certificates', MACHINERY);
    const own = line.subjects.enterprise(MACHINERY)?.sections.provincial.certificates ?? [];
    expect(record?.['items']).toEqual(own.map((it) => ({ ...it, status: 'VALID' })));
    expect(own).toHaveLength(7);
  });

  it('tells a mortgaged home and a cancelled licence from valid ones', async () => {
    await using line = await open();
    const home = await line.read('Person.certificates', idNumber(line, 'P010'));
    const packaging = await line.read('Enterprise.certificates', PACKAGING);
    expect(home?.['items']).toContainEqual({
      type: 'real-estate-certificate',
      number: '苏(2015)示例市不动产权第0500004号',
      issuer: 'natural-resources',
      issuedOn: moved(line, '2015-03-20'),
      validTo: null,
      status: 'MORTGAGED',
    });
    expect(packaging?.['items']).toContainEqual(expect.objectContaining({ type: 'business-licence', status: 'CANCELLED' }));
  });

  it('gives the certificates of a person, and lets one expire at midnight in Beijing after its last day', async () => {
    await using line = await open();
    const lastDay = moved(line, '2021-02-20');
    const proofAt = async (time: number) => {
      line.clock.set(time - Date.now());
      const record = await line.read('Person.certificates', idNumber(line, 'P001'));
      const items = (record?.['items'] ?? []) as { number: string }[];
      return items.find(({ number }) => number === 'SAMPLE-SI-000286');
    };
    const midnight = Date.parse(`${lastDay}T00:00:00+08:00`) + DAY_MS;
    const proof = { type: 'social-insurance-proof', issuer: 'hrss', validTo: lastDay };
    expect(await proofAt(midnight - 600_000)).toMatchObject({ ...proof, status: 'VALID' });
    expect(await proofAt(midnight + 600_000)).toMatchObject({ ...proof, status: 'EXPIRED' });
  });

  it('gives a poor credit with its flag, and an excellent one with its honours', async () => {
    await using line = await open();
    const poor = await line.read('Enterprise.credit', TAX_OFFENDER);
    const excellent = await line.read('Enterprise.credit', '91321071990000260H');
    expect(poor).toMatchObject({
      grade: 'POOR',
      penalties: 2,
      badFlags: [
        {
          kind: 'MAJOR_TAX_OFFENCE',
          reasonZh: '欠缴税款经催缴仍未缴纳（虚构）',
          source: 'taxation',
          since: moved(line, '2020-09-21'),
          until: null,
        },
      ],
    });
    expect(excellent).toMatchObject({ grade: 'EXCELLENT', penalties: 0, honours: ['纳税信用A级纳税人'], badFlags: [] });
  });

  it('gives permits, expired and valid', async () => {
    await using line = await open();
    const machinery = await line.read('Enterprise.permits', MACHINERY);
    const developer = await line.read('Enterprise.permits', DEVELOPER);
    expect(machinery?.['items']).toEqual([
      {
        number: 'SAMPLE-PERMIT-00001',
        item: '1132107100009000XY4001016002000',
        nameZh: '固定污染源排污登记回执',
        nameEn: 'Discharge registration receipt',
        issuer: 'ecology',
        issuedOn: moved(line, '2018-04-25'),
        validTo: moved(line, '2023-04-25'),
        status: 'VALID',
      },
    ]);
    expect(developer?.['items']).toContainEqual(expect.objectContaining({ nameZh: '房地产开发企业资质证书', status: 'EXPIRED' }));
  });

  it('says as of when the platform stands, read as Beijing time', async () => {
    await using line = await open();
    const before = line.clock.now();
    const record = await line.read('Enterprise.permits', MACHINERY);
    const asOf = record?.provenance.asOf?.getTime() ?? 0;
    const age = 7 * 60_000;
    expect(asOf).toBeGreaterThan(before - age - 1_000);
    expect(asOf).toBeLessThanOrEqual(line.clock.now() - age);
  });

  it('keeps rare characters', async () => {
    const name = '𠮷祥䶮泰产业园一期';
    await using line = await open(
      withSubjects((it) => ({ ...it, projects: it.projects.map((project) => ({ ...project, nameZh: name })) })),
    );
    expect((await line.read('Enterprise.projects', MACHINERY))?.['items']).toMatchObject([{ nameZh: name }]);
  });
});

describe('nothing held, nobody known', () => {
  it.each(['Enterprise.projects', 'Enterprise.permits'])('%s of a known enterprise without any is an empty list', async (section) => {
    await using line = await open();
    expect(await line.read(section, PACKAGING)).toMatchObject({ items: [] });
  });

  it('a known person without certificates has an empty list', async () => {
    const bare: SandboxSpec = {
      ...sandbox,
      open: ({ subjects, ...tools }) => {
        const person = (key: string) => {
          const found = subjects.person(key);
          return found && { ...found, certificates: [] };
        };
        return sandbox.open({ ...tools, subjects: { ...subjects, person } });
      },
    };
    await using line = await open(bare);
    expect(await line.read('Person.certificates', idNumber(line, 'P001'))).toMatchObject({ items: [] });
  });

  it.each([...SECTIONS.map(([section]) => section)])('%s of somebody nobody knows is null', async (section) => {
    await using line = await open();
    const key = { Person: UNKNOWN_PERSON, Project: '2020-999999-00-00-000000', Enterprise: UNKNOWN }[section.split('.')[0] ?? ''];
    expect(await line.read(section, key)).toBeNull();
  });
});

describe('batches', () => {
  it('asks once for all enterprises of a request, and sorts the answers by key', async () => {
    await using line = await open();
    const keys = [MACHINERY, UNKNOWN, PACKAGING, DEVELOPER];
    const answers = await line.readAll('Enterprise.permits', keys);
    const counts = answers.map((it) => (it.status === 'fulfilled' ? (it.value?.['items'] as unknown[] | undefined)?.length : 'failed'));
    expect(counts).toEqual([1, undefined, 0, line.subjects.enterprise(DEVELOPER)?.sections.provincial.permits.length]);
    expect(line.agency.traffic().calls).toBe(1);
    expect(line.calls).toMatchObject([{ agency: 'js-service-portal', operation: 'Enterprise.permits', keys: 4 }]);
  });

  it('asks fifty at a time', async () => {
    await using line = await open();
    const answers = await line.readAll(
      'Enterprise.credit',
      line.subjects.enterprises.map((it) => it.uscc),
    );
    expect(answers.filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(line.calls.map(({ keys }) => keys).sort()).toEqual([10, 50]);
  });

  it('maps every certificate, permit and project of every subject', async () => {
    await using line = await open();
    const usccs = line.subjects.enterprises.map((it) => it.uscc);
    const people = line.subjects.persons.map((it) => it.idNumber);
    const all = await Promise.all([
      ...['Enterprise.certificates', 'Enterprise.permits', 'Enterprise.projects'].map((section) => line.readAll(section, usccs)),
      line.readAll('Person.certificates', people),
    ]);
    expect(all.flat().filter((it) => it.status === 'rejected' || it.value === null)).toEqual([]);
  });

  it('fails only the row that holds an unknown code', async () => {
    const spec = answering((reply, index) => {
      const row = reply.body.dataList[index('xzxdrdm', MACHINERY)] as { xzxklb: { dqzt: string }[] };
      for (const permit of row.xzxklb) permit.dqzt = 'QT';
    });
    await using line = await open(spec);
    const [machinery, developer] = await line.readAll('Enterprise.permits', [MACHINERY, DEVELOPER]);
    expect(machinery).toMatchObject({ status: 'rejected', reason: { code: 'AGENCY_PROTOCOL', agency: 'js-service-portal' } });
    expect(developer).toMatchObject({ status: 'fulfilled' });
  });

  it('does not take a key that the reply leaves out for "unknown"', async () => {
    const spec = answering((reply, index) => void reply.body.dataList.splice(index('xzxdrdm', MACHINERY), 1));
    await using line = await open(spec);
    const [machinery, developer] = await line.readAll('Enterprise.permits', [MACHINERY, DEVELOPER]);
    expect(machinery).toMatchObject({ status: 'rejected', reason: { code: 'AGENCY_PROTOCOL' } });
    expect(developer).toMatchObject({ status: 'fulfilled' });
  });
});

describe('trouble', () => {
  const CODES: readonly (readonly [Fault, string])[] = [
    ['down', 'AGENCY_UNAVAILABLE'],
    ['error', 'AGENCY_UNAVAILABLE'],
    ['hang', 'AGENCY_TIMEOUT'],
    ['throttle', 'AGENCY_THROTTLED'],
    ['garbage', 'AGENCY_PROTOCOL'],
    ['charset', 'AGENCY_PROTOCOL'],
    // The promised length never comes: axios sees the connection reset, not a reply it could read.
    ['truncated', 'AGENCY_UNAVAILABLE'],
    ['expired', 'AGENCY_CREDENTIALS'],
  ];
  const cases = SECTIONS.flatMap(([section, agency, key]) => CODES.map(([fault, code]) => ({ section, agency, key, fault, code })));

  it.each(cases)('$section under "$fault" is $code', async ({ section, agency, key, fault, code }) => {
    await using line = await open();
    line.agency.faults.set(fault);
    const error = await failure(line.read(section, key(line), fault === 'hang' ? 300 : 2_000));
    expect(error).toMatchObject({ code, agency, connector: 'provincial' });
    if (fault === 'throttle') expect(error.retryAfterMs).toBe(2_000);
  });

  it('answers when slow', async () => {
    await using line = await open();
    line.agency.faults.set('slow');
    expect(await line.read('Enterprise.credit', MACHINERY)).toMatchObject({ grade: expect.any(String) });
  });

  it('costs only the platform that is down', async () => {
    await using line = await open();
    line.agency.faults.set('down', 'js-investment');
    const error = await failure(line.read('Enterprise.projects', MACHINERY));
    expect(error).toMatchObject({ code: 'AGENCY_UNAVAILABLE', agency: 'js-investment' });
    for (const [section, agency, key] of SECTIONS.slice(1))
      expect(await line.read(section, key(line))).toMatchObject({ provenance: { agency } });
  });

  it('leaves room for the others while every place at one platform hangs', async () => {
    await using line = await open();
    line.agency.faults.set('hang', 'js-investment');
    const usccs = line.subjects.enterprises.slice(0, 24).map((it) => it.uscc);
    const hanging = usccs.map((uscc) => failure(line.read('Enterprise.projects', uscc, 1_000)));
    expect(await line.read('Enterprise.certificates', MACHINERY, 800)).toMatchObject({ provenance: { agency: 'js-e-licence' } });
    expect(new Set((await Promise.all(hanging)).map(({ code }) => code))).toEqual(new Set(['AGENCY_TIMEOUT']));
    expect(line.agency.traffic().peak).toBe(17);
  });

  const meanings = Object.entries({ ...MEANINGS, '99999': 'REFUSED' }).filter(([, meaning]) => meaning !== 'absent');
  it.each(meanings)('reads code %s under HTTP 200 as %s', async (code, meaning) => {
    const head = { code, message: '失败', dataTime: null, retryAfter: 30 };
    await using line = await open(replying({ head, body: null }));
    const error = await failure(line.read('Enterprise.credit', MACHINERY));
    expect(error).toMatchObject({ fault: meaning, retryAfterMs: 30_000, private: { agencyCode: code } });
    expect(AGENCY_FAULTS).toContain(error.fault);
  });

  it.each([
    ['a head without code', { head: { message: '成功' }, body: { dataList: [], notFound: [] } }],
    ['no body', { head: { code: '200', message: '成功', dataTime: '2020-12-01 10:00:00' }, body: null }],
    [
      'a time that is none',
      { head: { code: '200', message: '成功', dataTime: '2020-13-41 10:00:00' }, body: { dataList: [], notFound: [MACHINERY] } },
    ],
  ])('refuses a reply with %s', async (_, reply) => {
    await using line = await open(replying(reply));
    expect(await failure(line.read('Enterprise.credit', MACHINERY))).toMatchObject({ code: 'AGENCY_PROTOCOL' });
  });
});

describe('the sandbox refuses', () => {
  const path = '/exchange/js-public-credit/queryCredit';

  it('a forged signature, an old time and a replay, and answers the real thing', async () => {
    await using line = await open();
    const asked = message(line);
    expect(await post(line, path, asked, { secret: 'another-secret' })).toBe('40101');
    expect(await post(line, path, asked, { key: 'another-hall' })).toBe('40101');
    expect(await post(line, path, asked, { time: line.clock.now() - 6 * 60_000 })).toBe('40103');
    expect(await post(line, path, asked, { time: line.clock.now() + 6 * 60_000 })).toBe('40103');
    expect(await post(line, path, asked)).toBe('200');
    expect(await post(line, path, asked)).toBe('40901');
  });

  it('a body changed after signing, and a question sent to another platform', async () => {
    await using line = await open();
    expect(await post(line, path, message(line), { sent: JSON.stringify(message(line)) })).toBe('40101');
    expect(await post(line, '/exchange/js-investment/queryProjectsByUnit', message(line))).toBe('40001');
  });

  it('more than fifty keys', async () => {
    await using line = await open();
    const tyshxydm = Array.from({ length: 51 }, (_, i) => `key-${i}`);
    expect(await post(line, path, { ...message(line), body: { tyshxydm } })).toBe('41301');
  });
});

it('logs neither the secret nor an identity number', async () => {
  await using line = await open();
  line.agency.faults.set('expired');
  const person = idNumber(line, 'P001');
  await failure(line.read('Person.certificates', person));
  line.agency.faults.set('garbage');
  await failure(line.read('Person.certificates', person));
  const log = line.logLines.join('\n');
  expect(log).toContain('AGENCY_CREDENTIALS');
  expect(log).toContain('AGENCY_PROTOCOL');
  expect(log).not.toContain(APP_SECRET);
  expect(log).not.toContain(person);
});

it('refuses two platforms for one section', () => {
  const credit = { batch: 1, load: async () => [] };
  expect(() => merged({ Enterprise: { credit } }, { Enterprise: { credit } })).toThrow('Enterprise.credit is served by two platforms');
});

type Provincial = TestLine['subjects']['enterprises'][number]['sections']['provincial'];

/** The sandbox with other provincial data of every enterprise. */
const withSubjects = (change: (data: Provincial) => Provincial): SandboxSpec => ({
  ...sandbox,
  open({ subjects, ...tools }) {
    const enterprise = (key: string) => {
      const found = subjects.enterprise(key);
      return found && { ...found, sections: { ...found.sections, provincial: change(found.sections.provincial) } };
    };
    return sandbox.open({ ...tools, subjects: { ...subjects, enterprise } });
  },
});

/** An exchange that gives the same reply to everything. */
const replying = (reply: unknown): SandboxSpec => ({
  ...sandbox,
  open: () => ({ handle: () => ({ headers: { 'content-type': 'application/json' }, body: JSON.stringify(reply) }) }),
});

interface BatchReply {
  readonly body: { readonly dataList: Record<string, unknown>[] };
}

/** The sandbox with its good replies changed; `index` finds a key's row. */
const answering = (change: (reply: BatchReply, index: (field: string, key: string) => number) => void): SandboxSpec => ({
  ...sandbox,
  open(tools) {
    const agency = sandbox.open(tools);
    return {
      async handle(request) {
        const plain = await agency.handle(request);
        const reply: BatchReply = JSON.parse(String(plain.body));
        change(reply, (field, key) => reply.body.dataList.findIndex((row) => row[field] === key));
        return { ...plain, body: JSON.stringify(reply) };
      },
    };
  },
});

const message = (line: TestLine) => ({
  head: {
    appKey: APP_KEY,
    platform: 'js-public-credit',
    service: 'queryCredit',
    time: new Date(line.clock.now()).toISOString(),
    requestId: randomUUID(),
  },
  body: { tyshxydm: [MACHINERY] },
});

interface Forgery {
  readonly key?: string;
  readonly secret?: string;
  readonly time?: number;
  /** Sent in place of what was signed. */
  readonly sent?: string;
}

/** Sends a message signed by hand; the code in the reply's head. */
async function post(line: TestLine, path: string, content: unknown, forgery: Forgery = {}): Promise<string> {
  const { key = APP_KEY, secret = APP_SECRET, time = line.clock.now(), sent } = forgery;
  const body = JSON.stringify(content);
  const text = [key, time, 'POST', path, createHash('sm3').update(body).digest('hex')].join('\n');
  const sign = createHmac('sm3', secret).update(text).digest('hex');
  const headers = { 'content-type': 'application/json', 'x-exchange-key': key, 'x-exchange-time': String(time), 'x-exchange-sign': sign };
  const reply = await fetch(line.agency.url + path, { method: 'POST', headers, body: sent ?? body });
  const { head } = (await reply.json()) as { head: { code: string } };
  return head.code;
}

describe('conformance', () => conforms(it, { connector, sandbox }));
