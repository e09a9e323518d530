import http from 'node:http';
import type { AddressInfo } from 'node:net';
import axios from 'axios';
import { Agent, interceptors, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardedAgents, undiciConnect } from './dial.ts';
import { createOutbound, type Outbound, type OutboundOptions } from './outbound.ts';

const outbound = (allow: readonly string[], more: Partial<OutboundOptions> = {}): Outbound =>
  createOutbound({ allow, clock: { now: () => 0 }, ...more });

const LOOPBACK = ['2130706433', '0x7f.1', '0177.0.0.1', '127.1', '[::ffff:127.0.0.1]', '[::1]', '0.0.0.0', 'localhost.'];

describe('T13 a connector made to call inside addresses', () => {
  let connections = 0;
  let port = 0;
  // On every address of the machine, IPv6 included, so that each spelling would arrive.
  const inside = http.createServer((asked, reply) => {
    if (asked.url === '/redirect') reply.writeHead(302, { location: `http://127.0.0.1:${port}/secret` });
    reply.end('inside');
  });
  inside.on('connection', () => connections++);
  beforeAll(async () => {
    await new Promise<void>((listening) => inside.listen(0, '::', listening));
    port = (inside.address() as AddressInfo).port;
  });
  afterAll(() => new Promise((closed) => inside.close(closed)));

  async function viaUndici(guard: Outbound, url: string): Promise<unknown> {
    await using agent = disposable(new Agent({ connect: undiciConnect(guard) }));
    return await request(url, { dispatcher: agent.it.compose(interceptors.redirect({ maxRedirections: 3 })) }).then(
      (reply) => reply.body.text(),
      (error: { code?: string }) => error.code,
    );
  }

  async function viaAxios(guard: Outbound, url: string): Promise<unknown> {
    const agents = guardedAgents(guard);
    return axios.get(url, { ...agents, proxy: false }).then(
      (reply) => reply.data,
      (error: { code?: string; cause?: { code?: string } }) => error.cause?.code ?? error.code,
    );
  }

  it.each(LOOPBACK)('refuses the spelling %s of loopback without a connection', async (host) => {
    const guard = outbound(['tax.example.gov.cn', '10.1.0.0/16']);
    const url = `http://${host}:${port}/`;
    connections = 0;
    expect(() => guard.check(url)).toThrow(/OutboundRefused|stands for|allow-list/);
    expect(() => guard.check(new URL(url))).toThrow('is not in the allow-list of this source');
    expect([await viaUndici(guard, url), await viaAxios(guard, url)]).toEqual(['OUTBOUND_REFUSED', 'OUTBOUND_REFUSED']);
    expect(connections).toBe(0);
  });

  it('would be answered without the guard', async () => {
    connections = 0;
    await using agent = disposable(new Agent());
    await request(`http://127.1:${port}/`, { dispatcher: agent.it }).then((reply) => reply.body.dump());
    expect(connections).toBe(1);
  });

  it('refuses the redirect to 127.0.0.1, even for a client that follows redirects', async () => {
    const guard = outbound(['localhost']);
    connections = 0;
    expect(await viaUndici(guard, `http://localhost:${port}/redirect`)).toBe('OUTBOUND_REFUSED');
    expect(await viaAxios(guard, `http://localhost:${port}/redirect`)).toBe('OUTBOUND_REFUSED');
    // One connection of each client to what is allowed, none of the redirects'.
    expect(connections).toBe(2);
  });

  it('refuses a public name that stands for loopback, for this link or for a private network, without a connection', async () => {
    connections = 0;
    for (const address of [
      '127.0.0.1',
      '::1',
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      '0.0.0.0',
      '169.254.169.254',
      'fe80::1',
      '10.1.2.3',
      '192.168.0.1',
      'fd00::1',
      '100.64.0.1',
    ])
      for (const addresses of [[address], ['203.0.113.7', address]]) {
        const guard = outbound(['tax.example.gov.cn'], { resolve: async () => addresses });
        expect([address, await viaUndici(guard, `http://tax.example.gov.cn:${port}/`)]).toEqual([address, 'OUTBOUND_REFUSED']);
      }
    expect(connections).toBe(0);
  });

  it('lets a CIDR allow a private network, never loopback or the link', async () => {
    const inNet = (address: string) =>
      outbound(['tax.example.gov.cn', '10.1.0.0/16', '0.0.0.0/0', 'fd00::/8'], { resolve: async () => [address] });
    const resolved = (address: string) => lookedUp(inNet(address), 'tax.example.gov.cn');
    expect(await resolved('10.1.2.3')).toEqual([{ address: '10.1.2.3', family: 4 }]);
    expect(await resolved('fd00::1')).toEqual([{ address: 'fd00::1', family: 6 }]);
    for (const address of ['127.0.0.1', '169.254.169.254', '0.0.0.0', '::1']) expect(await resolved(address)).toBe('OUTBOUND_REFUSED');
    expect(() => inNet('').check('http://10.1.2.3/')).not.toThrow();
    expect(() => inNet('').check('http://127.0.0.1/')).toThrow('allow-list');
    expect(() => outbound(['10.1.0.0/16']).check('http://10.2.0.1/')).toThrow('allow-list');
  });

  it('pins a name: a resolver that changes its mind between check and connection is not asked', async () => {
    const answers = [['203.0.113.7'], ['127.0.0.1']];
    const time = { now: 0 };
    const guard = outbound(['tax.example.gov.cn'], { resolve: async () => answers.shift() ?? [], clock: { now: () => time.now } });
    const ask = () => lookedUp(guard, 'tax.example.gov.cn');
    expect(await Promise.all([ask(), ask()])).toEqual([[{ address: '203.0.113.7', family: 4 }], [{ address: '203.0.113.7', family: 4 }]]);
    time.now += 299_999;
    expect(await ask()).toEqual([{ address: '203.0.113.7', family: 4 }]);
    time.now += 1;
    expect(await ask()).toBe('OUTBOUND_REFUSED');
  });

  it('keeps the pinned address while the name server is away', async () => {
    const time = { now: 0 };
    let isAway = false;
    const resolve = async () => (isAway ? Promise.reject(Object.assign(new Error('away'), { code: 'EAI_AGAIN' })) : ['203.0.113.7']);
    const guard = outbound(['tax.example.gov.cn', 'land.example.gov.cn'], { resolve, clock: { now: () => time.now } });
    await lookedUp(guard, 'tax.example.gov.cn');
    isAway = true;
    time.now += 1_000_000;
    expect(await lookedUp(guard, 'tax.example.gov.cn')).toEqual([{ address: '203.0.113.7', family: 4 }]);
    expect(await lookedUp(guard, 'land.example.gov.cn')).toBe('EAI_AGAIN');
  });

  it('B84 refuses other schemes, user names, unlisted hosts and hosts that are not what they look like', () => {
    const guard = outbound(['tax.example.gov.cn', '127.0.0.1', '税务.中国', '[fd00::1]']);
    for (const url of [
      'http://tax.example.gov.cn:8080/a',
      'HTTPS://Tax.example.gov.cn',
      'http://127.0.0.1',
      'http://税务.中国/',
      'http://[fd00::1]:80/',
    ])
      expect(() => guard.check(url)).not.toThrow();
    const bad = [
      'file:///etc/passwd',
      'ftp://tax.example.gov.cn/',
      'http://a:b@tax.example.gov.cn/',
      'http://tax.example.gov.cn@127.0.0.1/',
      'http:tax.example.gov.cn',
      'http://tax.example.gov.cn.evil.cn/',
      'http://tax.example.gov.cn./',
      'http://１２７.0.0.1/',
      'http://%31%32%37.0.0.1/',
      'http://[fd00:0:0::1]/',
      'http:\\\\127.0.0.1',
      '',
      ...LOOPBACK.map((host) => `http://${host}/`),
    ];
    const passed = bad.filter((url) => {
      try {
        guard.check(url);
        return true;
      } catch {
        return false;
      }
    });
    expect(passed).toEqual([]);
    expect(() => guard.check(new URL('file:///etc/passwd'))).toThrow('file: is neither http: nor https:');
    expect(() => guard.check(new URL('http://a:b@127.0.0.1/'))).toThrow('must not hold a user name');
  });

  it('B84 refuses an allow-list that hides what it allows', () => {
    for (const entry of ['2130706433', '0x7f.1', '127.1'])
      expect(() => outbound([entry])).toThrow(`must name "127.0.0.1" as such, got "${entry}"`);
    for (const entry of [
      '',
      '*',
      '*.gov.cn',
      'a b',
      'http://tax.example.gov.cn',
      'tax.example.gov.cn:80',
      'a@b',
      '10.0.0.0/33',
      '10.0.0.0/',
      'tax/8',
      '10.0.0.0/8/8',
    ])
      expect(() => outbound([entry])).toThrow('the allow-list takes hosts');
  });
});

function lookedUp(guard: Outbound, host: string): Promise<unknown> {
  return new Promise((resolve) => guard.lookup(host, { all: true }, (error, addresses) => resolve(error ? error.code : addresses)));
}

const disposable = (it: Agent) => ({ it, [Symbol.asyncDispose]: () => it.destroy() });
