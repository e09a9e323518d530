import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { type ExchangeSandboxRequest, type SandboxEnterprise, type SandboxTools, type Subjects, sandbox } from '../../src/kit/index.ts';
import { openReception } from './sandbox-desk.ts';
import { type ProjectRow, REPLY_TABLE, type Review, requestTable, SERVICE } from './wire.ts';

const HALL = 'hall-321071';
const SECRET = 'city-offices-sandbox-secret';
const MOST_KEYS = 50;
/** Services that are opened to this hall. */
const SERVED = new Set([SERVICE, 'SXSB01', 'SXCX01', 'SXBZ01', 'SXCH01']);
const DAY_MS = 86_400_000;

/** The city's exchange database, and the job that collects what its departments decided. */
export default sandbox({
  transport: 'exchange',
  id: 'city-offices',
  request: requestTable(HALL),
  reply: REPLY_TABLE,
  sign: (id, payload) => mac('reply', id, payload),
  settings: ({ url, user, password, schema }) => ({
    url,
    user,
    password: { sandbox: password },
    schema,
    hall: HALL,
    secret: { sandbox: SECRET },
    pollEvery: '40ms',
  }),
  samples: { 'Project.cityReviews': ['2020-321071-38-03-500006', '2020-321071-38-03-500012'] },
  applications: ['energy-review-large'],
  open(tools) {
    const { subjects, clock } = tools;
    const reception = openReception(tools);
    return {
      answer(request) {
        const refused = refusal(request);
        if (refused) return { code: refused, payload: '' };
        const received = reception(request.service, parsed(request.payload));
        if (received) return received;
        const keys = Question.safeParse(parsed(request.payload));
        if (!keys.success) return { code: '2001', payload: '' };
        return reviewsOf(request, keys.data.xmdm, subjects, clock);
      },
    };
  },
});

const Question = z.object({ xmdm: z.array(z.string()).min(1).max(MOST_KEYS) });

/** Written from the contract, not from the signer's code. */
function mac(direction: 'request' | 'reply', id: string, payload: string): string {
  const digest = createHash('sm3').update(payload, 'utf8').digest('hex');
  return createHmac('sm3', SECRET).update([direction, id, digest].join('\n')).digest('hex');
}

function refusal({ id, service, payload, row }: ExchangeSandboxRequest): string | undefined {
  const given = Buffer.from(String(row['qm'] ?? ''));
  const right = Buffer.from(mac('request', id, payload));
  if (given.length !== right.length || !timingSafeEqual(given, right)) return '1001';
  return SERVED.has(service) && row['dwbm'] === HALL ? undefined : '1002';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function reviewsOf({ rows }: ExchangeSandboxRequest, keys: readonly string[], { enterprises }: Subjects, clock: SandboxTools['clock']) {
  const all = enterprises.flatMap((owner) => owner.sections.provincial.projects.map((project) => ({ owner, project })));
  const found = all.filter(({ project }) => keys.includes(project.code));
  const wdj = keys.filter((key) => !found.some(({ project }) => project.code === key));
  if (found.length === 0) return { code: '4004', payload: '' };
  const xmlb = rows(found.map((it): ProjectRow => ({ xmdm: it.project.code, sclb: reviews(it) })));
  return { code: '0', payload: JSON.stringify({ sjsj: new Date(clock.now() - 600_000).toISOString(), xmlb, wdj }) };
}

interface OwnedProject {
  readonly owner: SandboxEnterprise;
  readonly project: SandboxEnterprise['sections']['provincial']['projects'][number];
}

/** Tonnes of standard coal a year from which the city reviews energy saving. */
const ENERGY_REVIEW_TCE = 5_000;
/** Tonnes a year for each ten thousand yuan, above which a project of the sandbox is returned. */
const MOST_INTENSE = 0.15;
const YUAN_PER_WAN = 10_000;
/** 房地产业: its companies have people enough to run a tender themselves. */
const REAL_ESTATE = '70';

/** What the city decided, derived from the fictional project. */
const reviews = (it: OwnedProject): Review[] => [...energyReview(it), ...tenderDocuments(it), ...selfTender(it)];

function energyReview({ project }: OwnedProject): Review[] {
  if (project.energyTce < ENERGY_REVIEW_TCE) return [];
  const basis = { sxlx: 'JNSC', bmdm: '04' };
  const isIntense = project.energyTce / (project.investment / YUAN_PER_WAN) > MOST_INTENSE;
  if (isIntense)
    return [
      {
        ...basis,
        blzt: '2',
        wh: null,
        bjrq: dayAfter(project.filedOn, 26),
        yj: '单位投资能耗偏高，请补充能耗等量替代方案后重新申报（虚构）',
      },
    ];
  const yj = '项目采用的用能工艺和设备符合节能要求，原则同意所报节能报告（虚构）';
  return [
    {
      ...basis,
      blzt: '3',
      wh: `扬示发改能审〔${project.filedOn.slice(0, 4)}〕${project.code.slice(-3)}号`,
      bjrq: dayAfter(project.filedOn, 21),
      yj,
    },
  ];
}

/** Filed before the construction permit, while land is being got ready. */
function tenderDocuments({ project }: OwnedProject): Review[] {
  return filing(project, 'ZBWJ', 48, `扬示招备〔${project.filedOn.slice(0, 4)}〕${project.code.slice(-3)}号`);
}

function selfTender({ owner, project }: OwnedProject): Review[] {
  if (!owner.industry.code.includes(REAL_ESTATE)) return [];
  return filing(project, 'ZXZB', 44, `扬示自招备〔${project.filedOn.slice(0, 4)}〕${project.code.slice(-3)}号`);
}

/** 9 中止 is not in the contract: a sandbox must be able to send what nobody promised. */
const STATES: Readonly<Record<string, string>> = { 'land-permit': '1', 'construction-permit': '3', completed: '3', halted: '9' };
const FILED = '3';

function filing(project: OwnedProject['project'], sxlx: string, days: number, number: string): Review[] {
  const blzt = STATES[project.stage];
  if (blzt === undefined) return [];
  const isFiled = blzt === FILED;
  return [{ sxlx, bmdm: '17', blzt, wh: isFiled ? number : null, bjrq: isFiled ? dayAfter(project.filedOn, days) : null, yj: null }];
}

const dayAfter = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '');
