import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { decodeJson, decodeText } from '../../src/connect/index.ts';
import {
  type SandboxEnterprise,
  type SandboxReply,
  type SandboxRequest,
  type SandboxTools,
  type Subjects,
  sandbox,
} from '../../src/kit/index.ts';
import { CALLBACK_SECRET, openReception } from './sandbox-desk.ts';

const CLIENT_ID = 'yimen-sandbox-hall';
const CLIENT_SECRET = 'market-regulation-sandbox-secret';
const TOKEN_LIFE_MS = 300_000;
const MOST_KEYS = 50;
const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' };

const STATES: Readonly<Record<string, string>> = { active: '1', abnormal: '2', revoked: '3', deregistered: '4' };
const LICENCE_STATES: Readonly<Record<string, string>> = { valid: '1', revoked: '2', cancelled: '3' };

/** The registry: REST/JSON behind OAuth2 client credentials; tokens live five minutes. */
export default sandbox({
  id: 'market-regulation',
  settings: (url) => ({
    url,
    tokenUrl: `${url}/oauth/token`,
    clientId: CLIENT_ID,
    clientSecret: { sandbox: CLIENT_SECRET },
    callbackSecret: { sandbox: CALLBACK_SECRET },
  }),
  samples: {
    'Enterprise.registration': ['91321071990000017N', '91321071990000025H'],
    'Person.enterprises': ['321012198812139970', '321003199006039965'],
    'Query.enterprises': [{ name: '示例', first: 5 }],
  },
  applications: ['company-establish'],
  open(tools) {
    const { subjects, clock } = tools;
    const tokens = new Map<string, number>();
    const reception = openReception(tools);
    return {
      handle(request) {
        if (request.path === '/oauth/token') return issueToken(request, tokens, clock);
        if (request.fault === 'expired' || !isKnown(request, tokens, clock)) return problem(request, 401, 'invalid_token');
        const received = reception(request);
        if (received) return received;
        const answer = ROUTES[`${request.method} ${request.path}`]?.(request, subjects);
        if (!answer) return problem(request, 400, 'invalid_request');
        const dataTime = new Date(clock.now() - 120_000).toISOString();
        return { headers: JSON_HEADERS, body: request.encode(JSON.stringify({ dataTime, ...answer })) };
      },
    };
  },
});

function issueToken(request: SandboxRequest, tokens: Map<string, number>, clock: SandboxTools['clock']): SandboxReply {
  const [scheme, credentials = ''] = (request.headers['authorization'] ?? '').split(' ');
  const isHall = scheme === 'Basic' && Buffer.from(credentials, 'base64').toString() === `${CLIENT_ID}:${CLIENT_SECRET}`;
  const grant = new URLSearchParams(request.body.toString()).get('grant_type');
  if (!isHall || request.fault === 'expired') return problem(request, 401, 'invalid_client');
  if (grant !== 'client_credentials') return problem(request, 400, 'unsupported_grant_type');
  const token = randomUUID();
  tokens.set(token, clock.now() + TOKEN_LIFE_MS);
  const body = { access_token: token, token_type: 'Bearer', expires_in: TOKEN_LIFE_MS / 1_000 };
  return { headers: JSON_HEADERS, body: JSON.stringify(body) };
}

function isKnown({ headers }: SandboxRequest, tokens: Map<string, number>, clock: SandboxTools['clock']): boolean {
  const until = tokens.get((headers['authorization'] ?? '').replace(/^Bearer /, ''));
  return until !== undefined && clock.now() < until;
}

const problem = (request: SandboxRequest, status: number, error: string): SandboxReply => ({
  status,
  headers: { ...JSON_HEADERS, ...(status === 401 && { 'www-authenticate': `Bearer error="${error}"` }) },
  body: request.encode(JSON.stringify({ error, message: '请求未通过校验' })),
});

type Route = (request: SandboxRequest, subjects: Subjects) => object | undefined;

const ROUTES: Readonly<Record<string, Route>> = {
  'POST /registrations/query': (request, subjects) => batch(request, 'uniscids', (uscc) => registration(uscc, subjects)),
  'POST /holders/query': (request, subjects) => batch(request, 'cerNos', (idNumber) => holder(idNumber, subjects)),
  'GET /registrations/search': search,
};

/** A batch reply in an order of the registry's own, with the keys it does not know. */
function batch(request: SandboxRequest, name: string, rowOf: (key: string) => object | undefined): object | undefined {
  const body = z.record(z.string(), z.array(z.string()).min(1).max(MOST_KEYS)).safeParse(readJson(request.body));
  const keys = body.success ? body.data[name] : undefined;
  if (!keys) return undefined;
  const rows = keys.map((key) => rowOf(key));
  return {
    items: request.rows(rows.filter((row) => row !== undefined).toReversed()),
    unknown: keys.filter((_key, i) => rows[i] === undefined),
  };
}

function readJson(body: Buffer): unknown {
  try {
    return decodeJson(decodeText(body, 'utf-8'));
  } catch {
    return undefined;
  }
}

function search({ query }: SandboxRequest, { enterprises }: Subjects): object | undefined {
  const [name, offset, limit] = [query.get('name') ?? '', Number(query.get('offset')), Number(query.get('limit'))];
  if (name.length < 2 || !(limit >= 1 && limit <= 100) || !(offset >= 0)) return undefined;
  const found = enterprises.filter(({ nameZh }) => nameZh.includes(name.trim()));
  const page = found.slice(offset, offset + limit);
  return { total: found.length, offset, items: page.map((it) => ({ uniscid: it.uscc, entName: it.nameZh, regState: STATES[it.status] })) };
}

const plain = (date: string): string => date.replaceAll('-', '');
const plainOrNull = (date: string | null | undefined): string | null => (date ? plain(date) : null);

function registration(uscc: string, subjects: Subjects): object | undefined {
  const it = subjects.enterprises.find((enterprise) => enterprise.uscc === uscc);
  if (!it) return undefined;
  const { businessLicence, lastAnnualReport, registrationAuthority } = it.sections.marketRegulation;
  const representative = subjects.person(it.legalRepresentative);
  return {
    uniscid: it.uscc,
    entName: it.nameZh,
    entNameEn: it.nameEn,
    regState: STATES[it.status],
    entType: it.companyType,
    leRep: representative ? { name: representative.nameZh, cerNo: representative.idNumber } : null,
    regCap: (it.registeredCapital.amount / 10_000).toFixed(6),
    regCapCur: '156',
    estDate: plain(it.establishedOn),
    dom: it.address,
    industryCo: it.industry.code,
    industryName: it.industry.nameZh,
    opScope: scope(it),
    regOrg: registrationAuthority,
    licence: {
      no: businessLicence.number,
      issued: plain(businessLicence.issuedOn),
      validTo: plainOrNull(businessLicence.validTo),
      state: LICENCE_STATES[businessLicence.status],
    },
    ancheYear: lastAnnualReport,
    investors: investors(it, subjects),
    abnormal: it.abnormal
      ? { inDate: plain(it.abnormal.listedOn), inReason: it.abnormal.reasonZh, inReasonEn: it.abnormal.reasonEn }
      : null,
    revDate: plainOrNull(it.revokedOn),
    canDate: plainOrNull(it.deregisteredOn),
  };
}

/** A scope as registries word it, from the industry. */
const scope = ({ industry }: SandboxEnterprise): string =>
  `许可项目：${industry.nameZh}中依法须经批准的项目，经相关部门批准后方可开展经营活动。一般项目：${industry.nameZh}；技术服务、技术开发、技术咨询（除依法须经批准的项目外，凭营业执照依法自主开展经营活动）。`;

function investors(it: SandboxEnterprise, subjects: Subjects): object[] {
  return it.shareholders.map(({ person, enterprise, percent }) => {
    const natural = person ? subjects.person(person) : undefined;
    const legal = enterprise ? subjects.enterprise(enterprise) : undefined;
    const [invType, certNo] = natural ? ['1', natural.idNumber] : ['2', legal?.uscc ?? ''];
    return { invName: natural?.nameZh ?? legal?.nameZh ?? '', invType, certNo, subConProp: percent };
  });
}

function holder(idNumber: string, subjects: Subjects): object | undefined {
  const person = subjects.persons.find((it) => it.idNumber === idNumber);
  if (!person) return undefined;
  const shares = new Map(person.shareholdings.map(({ enterprise, percent }) => [enterprise, percent]));
  const ids = new Set([...person.legalRepresentativeOf, ...shares.keys()]);
  const positions = [...ids].flatMap((id) => {
    const it = subjects.enterprise(id);
    const isLeRep = person.legalRepresentativeOf.includes(id) ? 'Y' : 'N';
    return it ? [{ uniscid: it.uscc, entName: it.nameZh, isLeRep, subConProp: shares.get(id) ?? null }] : [];
  });
  return { cerNo: idNumber, positions };
}
