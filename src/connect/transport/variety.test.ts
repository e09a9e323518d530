import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { encodeXml } from '../codec/xml.ts';
import type { HttpFace } from '../connector.ts';
import { httpFace } from '../http-face.ts';
import { Secret } from '../secret.ts';
import { apiKey, basic, bearer } from '../sign/key.ts';
import type { Call } from '../types.ts';

const call: Call = {
  caller: { role: 'clerk', actor: 'test' },
  signal: AbortSignal.timeout(5_000),
  traceId: 'test',
  connector: 'c',
  agency: 'a',
  operation: 'Query.x',
};

interface Seen {
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** An agency that answers the same to everything and keeps what it was asked. */
async function agency(status: number, type: string, answer: string) {
  const seen: Seen[] = [];
  const server = createServer(async (request, reply) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    seen.push({ url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() });
    reply.writeHead(status, { 'content-type': type }).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const closers: (() => Promise<void>)[] = [];
  const http: HttpFace = httpFace({
    clock: { now: () => 0 },
    outbound: { loopback: true },
    connections: 2,
    onOpen: (close) => closers.push(close),
  });
  return {
    http,
    seen,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/base`,
    async [Symbol.asyncDispose]() {
      await Promise.all(closers.map((close) => close()));
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const Name = z.object({ name: z.string() });

describe('a query', () => {
  it('repeats the name of a list', async () => {
    await using it = await agency(200, 'application/json', '{"name":"x"}');
    await it.http.json({ url: it.url }).request({ path: '/a', query: { one: '1', many: ['a&b', 'c'], none: [] } }, Name, call);
    expect(it.seen[0]?.url).toBe('/base/a?one=1&many=a%26b&many=c');
  });
});

describe('a fixed credential', () => {
  it('goes where the contract says: header, parameter, cookie, HTTP Basic, bearer', async () => {
    await using it = await agency(200, 'application/json', '{"name":"x"}');
    const secret = new Secret('s&1');
    const signers = [
      apiKey({ in: 'header', name: 'x-key', secret }),
      apiKey({ in: 'query', name: 'key', secret }),
      apiKey({ in: 'cookie', name: 'sid', secret }),
      apiKey({ in: 'cookie', name: 'two', secret }),
    ];
    await it.http.json({ url: it.url, sign: signers }).request({ path: '/a', query: { q: '1' } }, Name, call);
    expect(it.seen[0]).toMatchObject({ url: '/base/a?q=1&key=s%261', headers: { 'x-key': 's&1', cookie: 'sid=s&1; two=s&1' } });
    await it.http.json({ url: it.url, sign: basic({ user: '张', password: secret }) }).request({ path: '/a' }, Name, call);
    expect(it.seen[1]?.headers['authorization']).toBe(`Basic ${Buffer.from('张:s&1').toString('base64')}`);
    await it.http.json({ url: it.url, sign: bearer(secret) }).request({ path: '/a' }, Name, call);
    expect(it.seen[2]?.headers['authorization']).toBe('Bearer s&1');
  });
});

const envelope = (body: string) => `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body>${body}</e:Body></e:Envelope>`;
const fault = (code: string) =>
  envelope(`<e:Fault><e:Code><e:Value>e:Sender</e:Value><e:Subcode><e:Value>x:${code}</e:Value></e:Subcode></e:Code></e:Fault>`);

describe('SOAP 1.2', () => {
  const TYPE = 'application/soap+xml; charset=utf-8';

  it('has its own envelope, and the action in the content type', async () => {
    await using it = await agency(200, TYPE, envelope('<r:Found xmlns:r="urn:r"><r:name>x</r:name></r:Found>'));
    const soap = it.http.soap({ url: it.url, namespace: 'urn:q', version: '1.2' });
    const operation = { element: 'Find', reply: 'Found', action: 'urn:q:find' };
    expect(await soap.request(operation, { '@xmlns:a': 'urn:a', 'a:id': '7', '@strict': 'true' }, Name, call)).toEqual({ name: 'x' });
    expect(it.seen[0]?.headers['content-type']).toBe('application/soap+xml; charset=utf-8; action="urn:q:find"');
    expect(it.seen[0]?.headers['soapaction']).toBeUndefined();
    expect(it.seen[0]?.body).toContain('<ns:Find xmlns:ns="urn:q" xmlns:a="urn:a" strict="true"><a:id>7</a:id></ns:Find>');
    expect(it.seen[0]?.body).toContain('http://www.w3.org/2003/05/soap-envelope');
  });

  it('a fault is read by its innermost code, with status 400 or 500', async () => {
    for (const status of [400, 500]) {
      await using it = await agency(status, TYPE, fault('NoSuch'));
      const open = (meanings: Record<string, 'absent' | 'THROTTLED'>) =>
        it.http.soap({ url: it.url, namespace: 'urn:q', version: '1.2', meanings });
      expect(await open({ NoSuch: 'absent' }).request('Find', {}, Name, call)).toBeNull();
      await expect(open({ NoSuch: 'THROTTLED' }).request('Find', {}, Name, call)).rejects.toMatchObject({ fault: 'THROTTLED' });
      await expect(open({}).request('Find', {}, Name, call)).rejects.toMatchObject({ fault: 'REFUSED' });
    }
  });

  it('an answer of the other version is no answer', async () => {
    await using it = await agency(200, 'text/xml', envelope('<FindResponse><name>x</name></FindResponse>'));
    const soap = it.http.soap({ url: it.url, namespace: 'urn:q', version: '1.2' });
    await expect(soap.request('Find', {}, Name, call)).rejects.toMatchObject({ fault: 'PROTOCOL' });
  });
});

describe('SOAP messages', () => {
  it('an operation without a namespace stands bare; an attribute "true" keeps its value', async () => {
    await using it = await agency(200, 'text/xml', '<Envelope><Body><FindResponse><name>x</name></FindResponse></Body></Envelope>');
    const soap = it.http.soap({ url: it.url, namespace: 'urn:q' });
    expect(await soap.request({ element: 'Find', namespace: '', action: '' }, { id: '7' }, Name, call)).toEqual({ name: 'x' });
    expect(it.seen[0]).toMatchObject({ headers: { soapaction: '""' }, body: expect.stringContaining('<Find><id>7</id></Find>') });
    expect(encodeXml({ a: { '@b': 'true' } })).toBe('<a b="true"/>');
  });

  it('have the header that an agency wants, for each operation its own', async () => {
    await using it = await agency(200, 'text/xml', '<Envelope><Body><FindResponse><name>x</name></FindResponse></Body></Envelope>');
    const header = (operation: string, { traceId }: Call) => ({ '@xmlns:x': 'urn:x', 'x:id': traceId, 'x:service': operation });
    await it.http.soap({ url: it.url, namespace: 'urn:q', header }).request('Find', { id: '7' }, Name, call);
    const sent = '<soap:Header xmlns:x="urn:x"><x:id>test</x:id><x:service>Find</x:service></soap:Header><soap:Body>';
    expect(it.seen[0]?.body).toContain(sent);
  });
});
