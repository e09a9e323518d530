import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect as plain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startYimen } from '../src/app.ts';
import { readSettings } from '../src/settings/index.ts';
import { startHall } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'yimen-tls-'));
const at = (name: string) => join(folder, name);
const file = (name: string) => ({ file: at(name) });
const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });

/** A key, and a certificate that the authority signed. */
function issue(authority: string, name: string): void {
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
  writeFileSync(at('ext'), 'subjectAltName=IP:127.0.0.1');
  const signed = ['-CA', `${authority}.pem`, '-CAkey', `${authority}.key`, '-CAcreateserial', '-extfile', 'ext'];
  openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-days', '2', '-out', `${name}.pem`);
}

const hasOpenssl = /^OpenSSL [3-9]\./.test(spawnSync('openssl', ['version'], { encoding: 'utf8' }).stdout ?? '');
if (!hasOpenssl) console.log('Skipped: TLS of the gateway, because OpenSSL 3 or later is not on this machine.');

beforeAll(() => {
  if (!hasOpenssl) return;
  for (const name of ['authority', 'others'])
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.pem`, '-subj', `/CN=${name}`);
  issue('authority', 'gateway');
  issue('authority', 'counter');
  issue('others', 'stranger');
});
afterAll(() => rmSync(folder, { recursive: true }));

const tls = { cert: file('gateway.pem'), key: file('gateway.key') };

/** The status of a question from a client that shows this certificate, or how its connection ended. */
async function asking(url: string, token: string, certificate?: string): Promise<{ status: number | string; hsts: unknown }> {
  const own = certificate && { cert: readFileSync(at(`${certificate}.pem`)), key: readFileSync(at(`${certificate}.key`)) };
  const dispatcher = new Agent({ connect: { ca: readFileSync(at('authority.pem')), ...own } });
  try {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ query: '{ __typename }' });
    const reply = await request(`${url}/graphql`, { method: 'POST', headers, body, dispatcher });
    await reply.body.dump();
    return { status: reply.statusCode, hsts: reply.headers['strict-transport-security'] };
  } catch {
    return { status: 'refused', hsts: undefined };
  } finally {
    await dispatcher.destroy();
  }
}

describe.skipIf(!hasOpenssl)('TLS', () => {
  it('answers over https, tells browsers to stay there, and takes nothing below 1.2', async () => {
    await using hall = await startHall({ tls });
    expect(hall.url).toMatch(/^https:/);
    expect(await asking(hall.url, await hall.token('clerk'))).toEqual({ status: 200, hsts: 'max-age=31536000' });
    const old = connect({
      port: Number(new URL(hall.url).port),
      host: '127.0.0.1',
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const ended = await new Promise<string>((resolve) => {
      old.once('secureConnect', () => resolve('connected'));
      old.once('error', ({ message }) => resolve(message));
    });
    old.destroy();
    expect(ended).toMatch(/protocol version/i);
  });

  it.each([
    ['required', [200, 'refused', 'refused']],
    ['wanted', [200, 200, 'refused']],
  ])("clients' certificates that are %s: a good one, none, a stranger's", async (clientCertificates, expected) => {
    await using hall = await startHall({ tls: { ...tls, ca: file('authority.pem'), clientCertificates } });
    const token = await hall.token('clerk');
    const statuses = [];
    for (const certificate of ['counter', undefined, 'stranger']) statuses.push((await asking(hall.url, token, certificate)).status);
    expect(statuses).toEqual(expected);
  });
});

describe.skipIf(!hasOpenssl)('a door that would stand open does not open', () => {
  const issuers = [{ issuer: 'https://id.example', audience: 'yimen', jwks: 'https://id.example/jwks.json' }];
  const starting = (config: object, env: Record<string, string>) => {
    const own = mkdtempSync(join(folder, 'hall-'));
    writeFileSync(join(own, 'yimen.config.json'), JSON.stringify({ issuers, ...config }));
    return startYimen(readSettings({ YIMEN_PROFILE: 'production', PORT: '0', YIMEN_DATA: join(own, 'data'), ...env }, own), {
      sheds: false,
    });
  };

  it.each([
    ['plain HTTP for everybody', {}, { HOST: '0.0.0.0' }, /plain HTTP on 0\.0\.0\.0 is not for production: give "tls", or "behindProxy"/],
    ['no authority', { tls: { ...tls, clientCertificates: 'required' } }, {}, /tls\.ca: clients' certificates are required/],
    ["another's key", { tls: { ...tls, key: file('counter.key') } }, {}, /tls: certificate and key are not PEM, or do not belong together/],
    ['a key in the file itself', { tls: { ...tls, key: 'hunter2' } }, {}, /tls\.key: a reference to PEM text/],
  ])('%s', async (_name, config, env, sentence) => {
    const failed = await starting(config, env as Record<string, string>).then(
      () => undefined,
      (error: Error) => error,
    );
    expect(failed?.message).toMatch(sentence);
    expect(failed?.message).not.toContain('hunter2');
  });

  it('behind a proxy that speaks TLS it opens, and browsers are told to stay with TLS', async () => {
    const yimen = await starting({ behindProxy: true }, { HOST: '0.0.0.0' });
    const reply = await request(`http://127.0.0.1:${new URL(yimen.url).port}/health/live`);
    expect([reply.statusCode, reply.headers['strict-transport-security']]).toEqual([200, 'max-age=31536000']);
    await yimen.close();
  });
});

it('more headers than anybody sends are 431, expectations other than 100-continue 417, other methods 405', async () => {
  await using hall = await startHall();
  const status = async (lines: readonly string[], method = 'GET') => {
    const socket = plain(Number(new URL(hall.url).port), '127.0.0.1');
    socket.write([`${method} /graphql HTTP/1.1`, 'Host: hall', ...lines, '', ''].join('\r\n'));
    const [answer] = await once(socket, 'data');
    socket.destroy();
    return Number(/^HTTP\/1\.1 (\d+)/.exec(String(answer))?.[1]);
  };
  const headers = (count: number) => Array.from({ length: count }, (_, i) => `X-${i}: a`);
  expect([await status(headers(99)), await status(headers(100)), await status(headers(1_900))]).toEqual([401, 431, 431]);
  expect([await status(['Expect: a miracle']), await status([], 'TRACE'), await status([], 'LOCK')]).toEqual([417, 405, 405]);
  expect((await hall.ask('{ __typename }')).status).toBe(200);
});

it("the page's token is for the machine itself, also when a proxy of this machine hands the request on", async () => {
  await using hall = await startHall({ proxies: ['127.0.0.1'] });
  const page = async (headers: Record<string, string>) => (await request(`${hall.url}/`, { headers })).body.text();
  expect(await page({})).toMatch(/Bearer/);
  expect(await page({ 'x-forwarded-for': '203.0.113.7' })).not.toMatch(/Bearer|eyJ/);
});

it('a process that falls behind refuses questions and is not ready, but lives; then takes them again', async () => {
  await using hall = await startHall({}, {}, { sheds: true });
  const token = await hall.token('auditor');
  const status = async (path: string) => {
    const reply = await request(`${hall.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
    await reply.body.dump();
    return { status: reply.statusCode, retryAfter: reply.headers['retry-after'] };
  };
  const QUERY = '/graphql?query=%7B__typename%7D';
  // Late by more than half a second each time, with a gap in which requests get on.
  const busy = setInterval(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600), 700);
  try {
    await vi.waitFor(async () => expect(await status(QUERY)).toEqual({ status: 503, retryAfter: '1' }), { timeout: 30_000 });
    expect([(await status('/health/ready')).status, (await status('/health/live')).status]).toEqual([503, 200]);
  } finally {
    clearInterval(busy);
  }
  await vi.waitFor(async () => expect((await status('/health/ready')).status).toBe(200), { timeout: 10_000 });
  const metrics = await (await request(`${hall.url}/metrics`, { headers: { authorization: `Bearer ${token}` } })).body.text();
  expect(Number(/^yimen_requests_shed_total (\d+)$/m.exec(metrics)?.[1])).toBeGreaterThan(0);
}, 60_000);
