import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Charset, encodeText } from '../codec/charset.ts';
import { DeadlineOver } from '../ending.ts';
import { createOutbound } from '../outbound/outbound.ts';
import type { Call } from '../types.ts';
import { formClient } from './form.ts';
import { jsonClient } from './json.ts';
import type { LinkTools } from './link.ts';
import { soapClient } from './soap.ts';
import { translate } from './translate.ts';
import type { WireResponse } from './wire.ts';

const Person = z.object({ name: z.string() });
const url = 'http://agency.test';

const call = (signal = new AbortController().signal): Call => ({
  caller: { role: 'clerk', actor: 'test' },
  signal,
  traceId: 't',
  connector: 'probe',
  agency: 'probing',
  operation: 'Person.probe',
});

/** An engine that answers everything in one way. */
function answering(body: string | Buffer, type: string, status = 200): LinkTools {
  const reply: WireResponse = { status, headers: { 'content-type': type }, body: Buffer.from(body) };
  const clock = { now: () => 0 };
  const outbound = createOutbound({ allow: ['agency.test'], clock });
  return { clock, outbound, maxBytes: 1_000, engine: { send: async () => reply, close: async () => {} } };
}

describe("a form agency's codes", () => {
  const ask = (body: string) =>
    formClient(
      { url, ok: '0', meanings: { E404: 'absent', E731: 'AMBIGUOUS', '7': 'MAINTENANCE' } },
      answering(body, 'application/json'),
    ).request('/ask', {}, Person, call());

  it('a good one, as text or number', async () => {
    expect(await ask('{"code":"0","data":{"name":"一门"}}')).toEqual({ name: '一门' });
    expect(await ask('{"code":0,"data":{"name":"一门"}}')).toEqual({ name: '一门' });
  });
  it('no such record', async () => {
    expect(await ask('{"code":"E404","message":"查无此人"}')).toBeNull();
  });
  it.each([
    ['"E731"', 'AGENCY_AMBIGUOUS'],
    ['7', 'AGENCY_MAINTENANCE'],
    ['"E999"', 'AGENCY_REFUSED'],
    ['"constructor"', 'AGENCY_REFUSED'],
    ['"toString"', 'AGENCY_REFUSED'],
    ['null', 'AGENCY_PROTOCOL'],
    ['{}', 'AGENCY_PROTOCOL'],
    ['[]', 'AGENCY_PROTOCOL'],
    ['true', 'AGENCY_PROTOCOL'],
  ])('%s means %s', async (code, means) => {
    await expect(ask(`{"code":${code},"data":{"name":"x"}}`)).rejects.toMatchObject({ code: means });
  });
  it('an envelope without a code is not read as a refusal', async () => {
    await expect(ask('{"data":{"name":"x"}}')).rejects.toMatchObject({ code: 'AGENCY_PROTOCOL' });
  });
});

describe("a SOAP agency's replies", () => {
  const envelope = (body: string) => `<s:Envelope xmlns:s="u"><s:Body>${body}</s:Body></s:Envelope>`;
  const fault = (code: string) => envelope(`<s:Fault><faultcode>s:${code}</faultcode><faultstring>x</faultstring></s:Fault>`);
  const good = envelope('<askResponse><name>张䶮</name></askResponse>');
  const ask = (body: string | Buffer, charset: Charset = 'utf-8', status = 200) =>
    soapClient(
      { url, namespace: 'urn:x', charset, meanings: { NoSuch: 'absent', Twice: 'AMBIGUOUS' } },
      answering(body, 'text/xml', status),
    ).request('ask', {}, Person, call());

  it('a fault, with status 500 or 200', async () => {
    expect(await ask(fault('NoSuch'), 'utf-8', 500)).toBeNull();
    expect(await ask(fault('NoSuch'))).toBeNull();
    await expect(ask(fault('Twice'), 'utf-8', 500)).rejects.toMatchObject({ code: 'AGENCY_AMBIGUOUS', private: { agencyCode: 'Twice' } });
    await expect(ask(fault('constructor'), 'utf-8', 500)).rejects.toMatchObject({ code: 'AGENCY_REFUSED' });
  });
  it.each(['321012198812139970', '谢示仁', 'E 1', 'x'.repeat(41)])(
    'a code that may be somebody’s is not told the log: %s',
    async (code) => {
      const said = ask(fault(code), 'utf-8', 500);
      await expect(said).rejects.toMatchObject({ code: 'AGENCY_REFUSED', private: { agencyCode: 'not like a code' } });
    },
  );
  it('status 404 is no record, even with XML', async () => {
    await expect(ask(good, 'utf-8', 404)).rejects.toMatchObject({ code: 'AGENCY_REFUSED', private: { status: 404 } });
  });
  it('the charset of the contract', async () => {
    const prologue = (label: string) => `<?xml version="1.0" encoding="${label}"?>${good}`;
    expect(await ask(encodeText(prologue('GBK'), 'gb18030'), 'gb18030')).toEqual({ name: '张䶮' });
    expect(await ask(prologue('utf-8'))).toEqual({ name: '张䶮' });
    // As gb18030 these UTF-8 bytes decode without a fault, into another name.
    await expect(ask(prologue('UTF-8'), 'gb18030')).rejects.toMatchObject({ code: 'AGENCY_PROTOCOL' });
  });
  it.each([envelope(''), envelope('<otherResponse/>'), '<a/>', envelope('<s:Fault/>')])('%s is not read', async (body) => {
    await expect(ask(body)).rejects.toMatchObject({ code: 'AGENCY_PROTOCOL' });
  });
});

describe("a JSON agency's envelope", () => {
  const envelope = { ok: '0000', meanings: { '1004': 'absent', '4001': 'CREDENTIALS' }, code: 'rtnCode', data: 'result' } as const;
  const agency = (body: string) => jsonClient({ url, envelope }, answering(body, 'application/json'));
  const find = (body: string) => agency(body).find({ path: '/ask' }, Person, call());

  it('is taken off a good reply', async () => {
    expect(await find('{"rtnCode":"0000","rtnMsg":"成功","result":{"name":"一门"}}')).toEqual({ name: '一门' });
  });
  it('says "no such record" by its code, which is a refusal where there must be one', async () => {
    const unknown = '{"rtnCode":1004,"result":null}';
    expect(await find(unknown)).toBeNull();
    await expect(agency(unknown).request({ path: '/ask' }, Person, call())).rejects.toMatchObject({ code: 'AGENCY_REFUSED' });
  });
  it.each([
    ['{"rtnCode":"4001"}', 'AGENCY_CREDENTIALS'],
    ['{"rtnCode":"constructor"}', 'AGENCY_REFUSED'],
    ['{"rtnCode":"0000"}', 'AGENCY_PROTOCOL'],
    ['{"code":"0000","data":{"name":"一门"}}', 'AGENCY_PROTOCOL'],
  ])('%s means %s', async (body, means) => {
    await expect(find(body)).rejects.toMatchObject({ code: means });
  });
});

describe("a JSON agency's status 404", () => {
  const agency = jsonClient({ url }, answering('', 'text/plain', 404));

  it('means "no such record" only where the contract says so', async () => {
    expect(await agency.find({ path: '/ask' }, Person, call())).toBeNull();
    await expect(agency.request({ path: '/ask' }, Person, call())).rejects.toMatchObject({ code: 'AGENCY_REFUSED' });
  });
});

describe('a time that is over', () => {
  const timeout = new DOMException('over', 'TimeoutError');
  const aborted = (reason: unknown) => {
    const controller = new AbortController();
    controller.abort(reason);
    return call(controller.signal);
  };

  it.each([
    ['the call itself', new DeadlineOver(), call()],
    ['the request', timeout, call()],
    ['the call, seen as a broken socket', new Error('socket'), aborted(new DeadlineOver())],
    ['the request, seen as a broken socket', new Error('socket'), aborted(timeout)],
  ])('of %s', (_, cause, asked) => {
    expect(translate(cause, asked).code).toBe('AGENCY_TIMEOUT');
  });
  it('is not a client that went away', () => {
    expect(translate(new DOMException('gone', 'AbortError'), aborted(new DOMException('gone', 'AbortError'))).code).toBe(
      'AGENCY_UNAVAILABLE',
    );
  });
});
