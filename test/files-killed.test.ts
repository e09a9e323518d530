/** A gateway that dies in the middle of an upload. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { sandboxClient } from '../src/kit/index.ts';
import { startShippedSandbox } from '../src/run.ts';
import { readSettings } from '../src/settings/index.ts';
import { gatewaysIn } from './built-gateway.ts';

const PDF = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n');
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const start = gatewaysIn(children);

describe('kill -9 in the middle of an upload', () => {
  it('leaves nothing that is served; what was kept before is still there', { timeout: 120_000 }, async () => {
    const data = mkdtempSync(join(tmpdir(), 'yimen-killed-'));
    const host = await startShippedSandbox(readSettings({ YIMEN_DATA: data, PORT: '0' }, data));
    await using _ = { [Symbol.asyncDispose]: () => host.close() };
    const env = { YIMEN_DATA: data, YIMEN_SANDBOX: host.url };
    const authorization = `Bearer ${await sandboxClient(host.url).token({ role: 'clerk', window: 'W01' })}`;
    const under = (area: string) => {
      const folder = join(data, 'files', area);
      if (!existsSync(folder)) return [];
      return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    };

    const first = await start(env);
    const sent = await request(`${first.url}/files`, { method: 'POST', body: PDF, headers: { authorization } });
    const { id } = (await sent.body.json()) as { id: string };
    const socket = connect(Number(new URL(first.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write(`POST /files HTTP/1.1\r\nhost: h\r\nauthorization: ${authorization}\r\ncontent-length: 900000\r\n\r\n`);
    socket.write(Buffer.concat([PDF, Buffer.alloc(400_000)]));
    await expect.poll(() => under('spool').length, { timeout: 10_000 }).toBe(1);
    const gone = once(first.child, 'exit');
    first.child.kill('SIGKILL');
    await gone;
    socket.destroy();
    expect(under('contents').length).toBe(1);

    const second = await start(env);
    const kept = await request(`${second.url}/files/${id}`, { headers: { authorization } });
    expect(Buffer.from(await kept.body.arrayBuffer()).equals(PDF)).toBe(true);
    for (const { name } of under('spool'))
      expect((await request(`${second.url}/files/${name}`, { headers: { authorization } })).statusCode).toBe(404);
  });
});
