import { createHmac, timingSafeEqual } from 'node:crypto';
import { type SandboxReply, type SandboxRequest, type SandboxTools, type Subjects, sandbox } from '../../src/kit/index.ts';
import { openReception } from './sandbox-desk.ts';

const APP_ID = 'yimen-sandbox-hall';
const SECRET = 'social-security-sandbox-secret';
const WINDOW_S = 300;

/** Social security: form posts, sorted-parameter HMAC-SHA256, every answer with HTTP 200. */
export default sandbox({
  id: 'social-security',
  settings: (url) => ({ url, appId: APP_ID, secret: { sandbox: SECRET } }),
  samples: { 'Enterprise.socialInsurance': ['91321071990000017N'], 'Person.socialInsurance': ['321012198812139970'] },
  applications: ['si-registration'],
  open(tools) {
    const { subjects, clock } = tools;
    const reception = openReception(tools);
    const nonces = new Map<string, number>();
    return {
      handle(request) {
        const form = Object.fromEntries(new URLSearchParams(request.body.toString()));
        const refused = refusal(request, form, nonces, clock);
        if (refused) return envelope(request, refused, null);
        const received = reception(request.path, form);
        if (received) return envelope(request, received.code, 'data' in received ? received.data : null);
        const answer = ROUTES[request.path];
        if (!answer || request.method !== 'POST') return envelope(request, '9004', null);
        const data = answer(form, subjects);
        return envelope(request, data ? '0000' : '1004', data ?? null);
      },
    };
  },
});

const MESSAGES: Readonly<Record<string, string>> = {
  '0000': '成功',
  '1004': '未查询到参保信息',
  '9001': '签名错误',
  '9002': '时间戳失效',
  '9004': '接口不存在',
  '9005': '重复请求',
  '9006': '申报内容不符合要求',
};

function envelope(request: SandboxRequest, code: string, data: object | null): SandboxReply {
  const body = request.encode(JSON.stringify({ code, message: MESSAGES[code], data }));
  return { headers: { 'content-type': 'application/json;charset=UTF-8' }, body };
}

type Form = Readonly<Record<string, string>>;

function refusal(request: SandboxRequest, form: Form, nonces: Map<string, number>, clock: SandboxTools['clock']): string | undefined {
  const now = clock.now() / 1_000;
  const { app_id: appId, timestamp = '', nonce = '', sign = '', ...rest } = form;
  if (request.fault === 'expired' || appId !== APP_ID || !isSigned({ app_id: appId, timestamp, nonce, ...rest }, sign)) return '9001';
  if (!(Math.abs(now - Number(timestamp)) <= WINDOW_S)) return '9002';
  for (const [known, until] of nonces) if (until < now) nonces.delete(known);
  if (!nonce || nonces.has(nonce)) return '9005';
  nonces.set(nonce, now + 2 * WINDOW_S);
  return undefined;
}

function isSigned(parameters: Form, sign: string): boolean {
  const pairs = Object.entries(parameters).filter(([, text]) => text !== '');
  const text = pairs
    .map(([name, content]) => `${name}=${content}`)
    .sort(byName)
    .join('&');
  const expected = Buffer.from(createHmac('sha256', SECRET).update(text).digest('hex').toUpperCase());
  const given = Buffer.from(sign);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

const byName = (a: string, b: string): number => (a.slice(0, a.indexOf('=')) < b.slice(0, b.indexOf('=')) ? -1 : 1);

const ROUTES: Readonly<Record<string, (form: Form, subjects: Subjects) => object | undefined>> = {
  '/dwcb/query': employer,
  '/grcb/query': insured,
};

const EMPLOYER_STATES: Readonly<Record<string, string>> = { normal: '1', suspended: '2', cancelled: '3' };
const SCHEMES: Readonly<Record<string, string>> = { employee: '110', resident: '390', flexible: '120', none: '000' };
const PENSION_STATES: Readonly<Record<string, string>> = { paying: '1', receiving: '2', none: '0' };
const MEDICAL_STATES: Readonly<Record<string, string>> = { paying: '1', retired: '2' };

function employer({ tyshxydm }: Form, { enterprises }: Subjects): object | undefined {
  const it = enterprises.find(({ uscc }) => uscc === tyshxydm)?.sections.socialInsurance;
  return (
    it && {
      aab001: it.account,
      aae030: it.registeredOn,
      aab051: EMPLOYER_STATES[it.status],
      cbrs: it.insuredCount,
      ybcbrs: it.medicalInsuredCount,
      qfje: it.arrears.toFixed(2),
      zjjfny: it.lastPaidMonth?.replace('-', '') ?? null,
    }
  );
}

function insured({ aac147 }: Form, subjects: Subjects): object | undefined {
  const it = subjects.persons.find(({ idNumber }) => idNumber === aac147)?.insurance;
  if (!it) return undefined;
  return {
    aac002: it.socialSecurityNumber,
    yl: { xz: SCHEMES[it.pension.type], zt: PENSION_STATES[it.pension.status], ljys: it.pension.months },
    yb: { xz: SCHEMES[it.medical.type], zt: MEDICAL_STATES[it.medical.status] },
    sy: it.maternity === 'covered' ? '1' : '0',
    dwxydm: it.workUnit ? (subjects.enterprise(it.workUnit)?.uscc ?? null) : null,
  };
}
