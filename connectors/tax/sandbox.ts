import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { decodeText, decodeXml, encodeXml } from '../../src/connect/index.ts';
import {
  type SandboxEnterprise,
  type SandboxReply,
  type SandboxRequest,
  type SandboxTools,
  type Subjects,
  sandbox,
} from '../../src/kit/index.ts';
import { openReception } from './sandbox-desk.ts';

const APP_ID = 'yimen-sandbox-hall';
const SECRET = 'tax-sandbox-secret';
const NAMESPACE = 'urn:yangzhou:tax:exchange';
const WINDOW_MS = 300_000;
const MOST_KEYS = 50;
/** 国家税务总局扬州经济技术开发区税务局, invented; the leading zero must survive. */
const OFFICE = '03210710000';

/** The tax office: SOAP 1.1 in GB18030 both ways, HMAC-SM3 in headers. */
export default sandbox({
  id: 'tax',
  charset: 'gb18030',
  settings: (url) => ({ url: `${url}/exchange`, appId: APP_ID, secret: { sandbox: SECRET } }),
  samples: { 'Enterprise.tax': ['91321071990000017N', '91321071990000025H'] },
  applications: ['invoice-first'],
  open(tools) {
    const { subjects, clock } = tools;
    const reception = openReception(tools, { appId: APP_ID, secret: SECRET });
    return {
      handle(request) {
        const refused = refusal(request, clock);
        if (refused) return fault(request, refused);
        const received = reception(request);
        if (received)
          return 'fault' in received
            ? fault(request, received.fault)
            : soap(request, 200, { [`tax:${received.operation}Response`]: { '@xmlns:tax': NAMESPACE, ...received.content } });
        const keys = askedFor(request);
        if (!keys || keys.length > MOST_KEYS) return fault(request, 'Client');
        return soap(request, 200, {
          'tax:queryTaxpayersResponse': { '@xmlns:tax': NAMESPACE, ...taxpayers(request, keys, subjects, clock) },
        });
      },
    };
  },
});

function refusal(request: SandboxRequest, clock: SandboxTools['clock']): string | undefined {
  const { 'x-tax-appid': appId = '', 'x-tax-time': time = '', 'x-tax-sign': sign = '' } = request.headers;
  const digest = createHash('sm3').update(request.body).digest('hex');
  const expected = createHmac('sm3', SECRET).update(`${appId}\n${time}\n${request.method}\n${request.path}\n${digest}`).digest();
  const given = Buffer.from(sign, 'hex');
  const isSigned = given.length === expected.length && timingSafeEqual(given, expected);
  if (request.fault === 'expired' || appId !== APP_ID || !isSigned) return 'Client.Signature';
  return Math.abs(clock.now() - Number(time)) <= WINDOW_MS ? undefined : 'Client.Time';
}

/** The numbers asked for, or undefined when the message is not what the contract says. */
function askedFor({ body, headers }: SandboxRequest): readonly string[] | undefined {
  if (!/charset=gb18030/i.test(headers['content-type'] ?? '') || headers['soapaction'] !== `"${NAMESPACE}/queryTaxpayers"`)
    return undefined;
  try {
    const message = decodeXml(decodeText(body, 'gb18030'), { arrays: ['nsrsbh'] }) as {
      Envelope: { Body: { queryTaxpayers: { nsrsbh: string[] } } };
    };
    return message.Envelope.Body.queryTaxpayers.nsrsbh;
  } catch {
    return undefined;
  }
}

const TYPES: Readonly<Record<string, string>> = { general: '01', 'small-scale': '02' };
/** 04 停业 is not in the contract: a sandbox must be able to send what nobody promised. */
const STATES: Readonly<Record<string, string>> = { normal: '03', abnormal: '05', cleared: '07', suspended: '04' };

function taxpayers({ rows }: SandboxRequest, keys: readonly string[], { enterprises }: Subjects, clock: SandboxTools['clock']): object {
  const found = enterprises.filter(({ uscc }) => keys.includes(uscc));
  const unknown = keys.filter((key) => !found.some(({ uscc }) => uscc === key));
  return { sjsj: new Date(clock.now() - 600_000).toISOString(), nsrlb: { nsr: rows(found.map(taxpayer)) }, wdj: { wdjhm: unknown } };
}

function taxpayer({ nameZh, sections: { tax } }: SandboxEnterprise): object {
  const quota = tax.invoiceQuota;
  return {
    nsrsbh: tax.taxpayerNumber,
    nsrmc: nameZh,
    nsrlxDm: TYPES[tax.taxpayerType],
    nsrztDm: STATES[tax.status],
    xydj: tax.creditGrade,
    pjnd: tax.creditYear,
    qsje: tax.arrears.toFixed(2),
    zgswjDm: OFFICE,
    ...(quota && { fphd: { dzzgxe: quota.maxAmountPerInvoice.toFixed(2), myfs: quota.monthlyCopies, yyfs: quota.used } }),
  };
}

const FAULTS: Readonly<Record<string, string>> = {
  'Client.Signature': '签名校验未通过',
  'Client.Time': '请求时间失效',
  Client: '请求报文不符合规范',
  'Client.NotFound': '未查询到该事项',
};

const fault = (request: SandboxRequest, code: string): SandboxReply =>
  soap(request, 500, { 'soap:Fault': { faultcode: `soap:${code}`, faultstring: FAULTS[code] } });

function soap(request: SandboxRequest, status: number, body: object): SandboxReply {
  const envelope = { 'soap:Envelope': { '@xmlns:soap': 'http://schemas.xmlsoap.org/soap/envelope/', 'soap:Body': body } };
  const xml = `<?xml version="1.0" encoding="GB18030"?>${encodeXml(envelope)}`;
  return { status, headers: { 'content-type': 'text/xml; charset=GB18030' }, body: request.encode(xml) };
}
