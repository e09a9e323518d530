import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conforms, DatabaseHost, type ExchangeAccess, type TestLine, testLine } from '../../src/kit/index.ts';
import connector from './connector.ts';
import sandbox from './sandbox.ts';

const DAY_MS = 86_400_000;
/** 电缆扩能项目, 6,270 tce for 300 million yuan. */
const CABLES = '2020-321071-38-03-500006';
/** 新能源扩能项目, 6,340 tce for 600 million yuan. */
const NEW_ENERGY = '2020-321071-38-03-500012';
/** 示例花园住宅项目: of a real-estate company, under construction. */
const GARDEN = '2019-321071-70-03-500015';
/** 置业生产基地项目: of the same, still without a construction permit. */
const BASE = '2020-321071-70-03-500014';
/** 新材料扩建项目: filed, 1,800 tce. */
const NOTHING_TO_REVIEW = '2020-321071-26-03-500004';
const UNKNOWN = '2020-321071-99-03-599999';

const databases = new DatabaseHost(1_000);
const lineTo = (its: typeof sandbox) => testLine(connector, its, undefined, undefined, databases);

let line: TestLine;
beforeAll(async () => {
  line = await lineTo(sandbox);
});
afterAll(() => line[Symbol.asyncDispose]());

const read = async (code: string) => (await line.read('Project.cityReviews', code, 8_000))?.['items'] as { kind: string; status: string }[];
const moved = (day: string) =>
  new Date(line.clock.now() + Math.round((Date.parse(day) - Date.parse('2020-12-01')) / DAY_MS) * DAY_MS).toISOString().slice(0, 10);

describe('what stayed with the city', () => {
  it('the energy review of a project of 5,000 tce or more, with what was said', async () => {
    expect(await line.read('Project.cityReviews', NEW_ENERGY, 8_000)).toMatchObject({
      items: [
        {
          kind: 'ENERGY_REVIEW',
          agency: 'development-reform',
          status: 'PASSED',
          number: expect.stringMatching(/^扬示发改能审〔\d{4}〕012号$/),
          decidedOn: moved('2020-04-18'),
          opinionZh: expect.stringContaining('原则同意'),
        },
      ],
      provenance: { agency: 'city-exchange', connector: 'city-offices', freshness: 'LIVE', asOf: expect.any(Date) },
    });
    expect(await read(CABLES)).toMatchObject([{ kind: 'ENERGY_REVIEW', status: 'RETURNED', number: null, decidedOn: moved('2020-06-18') }]);
  });

  it('tender documents of whatever is built, and the filing of an owner who runs the tender itself', async () => {
    expect(await read(GARDEN)).toMatchObject([
      { kind: 'TENDER_DOCUMENT_FILING', agency: 'housing-construction', status: 'PASSED', decidedOn: moved('2019-06-25'), opinionZh: null },
      { kind: 'SELF_TENDER_FILING', agency: 'housing-construction', status: 'PASSED' },
    ]);
    expect((await read(BASE)).map(({ kind, status }) => `${kind} ${status}`)).toEqual([
      'TENDER_DOCUMENT_FILING IN_REVIEW',
      'SELF_TENDER_FILING IN_REVIEW',
    ]);
  });

  it('an empty list where nothing is to be reviewed, and null for a project the city does not know, alone and beside one', async () => {
    expect(await read(NOTHING_TO_REVIEW)).toEqual([]);
    expect(await line.read('Project.cityReviews', UNKNOWN, 8_000)).toBeNull();
    const [unknown, known] = await line.readAll('Project.cityReviews', [UNKNOWN, CABLES], 8_000);
    expect(unknown).toEqual({ status: 'fulfilled', value: null });
    expect(known).toMatchObject({ status: 'fulfilled', value: { items: [{ kind: 'ENERGY_REVIEW' }] } });
  });

  it('many projects are one request, and the same ones in another order are the same question', async () => {
    const codes = line.subjects.enterprises.flatMap(({ sections }) => sections.provincial.projects.map(({ code }) => code));
    line.agency.resetTraffic();
    line.agency.setLatency(300);
    const [some, others] = await Promise.all([
      line.readAll('Project.cityReviews', codes, 8_000),
      line.readAll('Project.cityReviews', codes.toReversed(), 8_000),
    ]);
    line.agency.setLatency(0);
    expect([...some, ...others].every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(line.agency.traffic().calls).toBe(1);
  });

  it('a code the contract does not list fails its own project only', async () => {
    const project = line.subjects.enterprise('E022')?.sections.provincial.projects[0] ?? expect.fail('no such subject');
    project.stage = 'halted';
    const [first, second] = await line.readAll('Project.cityReviews', [project.code, CABLES], 8_000);
    project.stage = 'land-permit';
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'AGENCY_PROTOCOL' } });
    expect(second?.status).toBe('fulfilled');
  });
});

describe('what the city refuses', () => {
  it.each([
    // Neither side can tell who wrote what the other one signed.
    [{ secret: { sandbox: 'another' } }, 'AGENCY_PROTOCOL'],
    [{ hall: 'hall-320000' }, 'AGENCY_CREDENTIALS'],
    [{ password: { sandbox: 'wrong' } }, 'AGENCY_CREDENTIALS'],
    [{ user: 'somebody' }, 'AGENCY_CREDENTIALS'],
    [{ schema: 'elsewhere' }, 'AGENCY_PROTOCOL'],
  ])('%j is %s', async (change, code) => {
    const settings = (access: ExchangeAccess) => ({ ...sandbox.settings(access), ...change });
    await using other = await lineTo({ ...sandbox, settings });
    await expect(other.read('Project.cityReviews', CABLES, 8_000)).rejects.toMatchObject({ code });
  });
});

describe('conformance', () => conforms(it, { connector, sandbox, databases }));
