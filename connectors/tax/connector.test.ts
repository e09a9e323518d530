import { describe, expect, it } from 'vitest';
import { encodeText, hmacSm3, Secret, type WireRequest } from '../../src/connect/index.ts';
import { conforms, type TestLine, testLine } from '../../src/kit/index.ts';
import connector from './connector.ts';
import sandbox from './sandbox.ts';
import { Taxpayer } from './wire.ts';

const USCC = '91321071990000017N';
const SECRET = 'tax-sandbox-secret';
const line = () => testLine(connector, sandbox, 'catalogue/sandbox');

describe('tax profile', () => {
  it('is mapped whole, amounts as text', async () => {
    await using it = await line();
    expect(await it.read('Enterprise.tax', USCC)).toMatchObject({
      taxpayerNumber: USCC,
      nameZh: '扬州示例精密机械有限公司',
      taxpayerType: 'GENERAL',
      status: 'NORMAL',
      creditGrade: 'B',
      arrears: '0.00',
      invoiceQuota: { maxAmountPerInvoice: '1000000.00', monthlyCopies: 100, used: 19 },
      provenance: { agency: 'taxation', connector: 'tax', freshness: 'LIVE', asOf: expect.any(Date) },
    });
  });

  it('shows arrears, and a taxpayer without invoices', async () => {
    await using it = await line();
    const read = (id: string) => it.read('Enterprise.tax', it.subjects.enterprise(id)?.uscc);
    expect(await read('E008')).toMatchObject({ arrears: expect.stringMatching(/^[1-9]\d*\.00$/) });
    expect(await read('E039')).toMatchObject({ status: 'CLEARED', invoiceQuota: null });
  });

  it('asks 50 keys in one call and 60 in two; the agency answers in its own order', async () => {
    await using it = await line();
    const keys = it.subjects.enterprises.map(({ uscc }) => uscc).toReversed();
    const answers = await it.readAll('Enterprise.tax', keys);
    const numbers = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value?.['taxpayerNumber'] : answer.reason));
    expect(numbers).toEqual(keys);
    expect(it.calls.map((call) => call.keys)).toEqual([50, 10]);
  });

  it('is absent where the tax office says it is not registered, alone and beside one that is', async () => {
    await using it = await line();
    expect(await it.read('Enterprise.tax', '91350100M000100Y43')).toBeNull();
    const [unknown, known] = await it.readAll('Enterprise.tax', ['91350100M000100Y43', USCC]);
    expect(unknown).toEqual({ status: 'fulfilled', value: null });
    expect(known).toMatchObject({ status: 'fulfilled', value: { taxpayerNumber: USCC } });
  });

  it('keeps rare characters through GB18030, and markup in names', async () => {
    await using it = await line();
    const company = it.subjects.enterprise(USCC) ?? expect.fail('no such subject');
    company.nameZh = '扬州示例𠮷䶮<&>"科技有限公司';
    expect(await it.read('Enterprise.tax', USCC)).toMatchObject({ nameZh: '扬州示例𠮷䶮<&>"科技有限公司' });
  });

  it('a code the contract does not list fails its own row only', async () => {
    await using it = await line();
    const company = it.subjects.enterprise('E002') ?? expect.fail('no such subject');
    company.sections.tax.status = 'suspended';
    const [first, second] = await it.readAll('Enterprise.tax', [USCC, company.uscc]);
    expect(first?.status).toBe('fulfilled');
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'AGENCY_PROTOCOL' } });
  });

  it('a row that departs from the contract fails alone too', async () => {
    await using it = await line();
    const company = it.subjects.enterprise('E002') ?? expect.fail('no such subject');
    company.sections.tax.creditGrade = 'Z';
    const [first, second] = await it.readAll('Enterprise.tax', [USCC, company.uscc]);
    expect(first?.status).toBe('fulfilled');
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'AGENCY_PROTOCOL' } });
  });

  it('the code of the tax office keeps its leading zero', () => {
    expect(Taxpayer.shape.zgswjDm.parse('03210710000')).toBe('03210710000');
    expect(() => Taxpayer.shape.zgswjDm.parse('3210710000')).toThrow();
  });
});

describe('what the agency refuses', () => {
  const MESSAGE = `<?xml version="1.0" encoding="gb18030"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><q:queryTaxpayers xmlns:q="urn:yangzhou:tax:exchange"><nsrsbh>${USCC}</nsrsbh></q:queryTaxpayers></soap:Body></soap:Envelope>`;

  async function send(it: TestLine, options: { key?: string; ago?: number; change?: (request: WireRequest) => WireRequest } = {}) {
    const { key = SECRET, ago = 0, change = (same) => same } = options;
    const headers = { 'content-type': 'text/xml; charset=gb18030', soapaction: '"urn:yangzhou:tax:exchange/queryTaxpayers"' };
    const plain: WireRequest = { method: 'POST', url: new URL(`${it.agency.url}/exchange`), headers, body: encodeText(MESSAGE, 'gb18030') };
    const names = { appId: 'x-tax-appid', time: 'x-tax-time', signature: 'x-tax-sign' };
    const signer = hmacSm3({ appId: 'yimen-sandbox-hall', secret: new Secret(key), headers: names });
    const clock = { now: () => it.clock.now() - ago };
    const request = change(await signer.sign(plain, { clock, call: {} as never, send: () => expect.fail('no call') }));
    const reply = await fetch(request.url, { method: 'POST', headers: request.headers, body: Uint8Array.from(request.body ?? []) });
    const text = new TextDecoder('gb18030').decode(await reply.arrayBuffer());
    return /faultcode>soap:([\w.]+)</.exec(text)?.[1] ?? (text.includes(USCC) ? 'answered' : text);
  }

  it('a foreign key, a changed body, an old time, a message in UTF-8', async () => {
    await using it = await line();
    expect(await send(it)).toBe('answered');
    expect(await send(it, { key: 'another key' })).toBe('Client.Signature');
    expect(await send(it, { change: (r) => ({ ...r, body: Buffer.concat([r.body ?? Buffer.alloc(0), Buffer.from(' ')]) }) })).toBe(
      'Client.Signature',
    );
    expect(await send(it, { ago: 301_000 })).toBe('Client.Time');
    const utf8 = (r: WireRequest) => ({ ...r, headers: { ...r.headers, 'content-type': 'text/xml; charset=utf-8' } });
    expect(await send(it, { change: utf8 })).toBe('Client');
  });
});

describe('conformance', () => conforms(it, { connector, sandbox }));
