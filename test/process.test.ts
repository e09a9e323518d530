import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { sandboxClient } from '../src/kit/index.ts';
import { builtPrograms } from './programs.ts';

const programs = builtPrograms();
const run = promisify(execFile);
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** Starts `npm start`'s program and waits for its ready line. */
async function start(env: Record<string, string>, program?: readonly string[]) {
  const child = spawn(process.execPath, program ?? [programs.gateway], {
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let output = '';
  await new Promise<void>((done) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('ready in ')) done();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', () => done());
  });
  return { child, output, url: /GraphQL +(\S+)\/graphql/.exec(output)?.[1] ?? '', sandbox: /sandbox +(\S+)/.exec(output)?.[1] ?? '' };
}

const exited = (child: ChildProcess) => new Promise<number | null>((done) => child.once('exit', done));
/** The CLI, as it is built. */
const yimen = (args: readonly string[], env = process.env) => run(process.execPath, [programs.cli, ...args], { env });
/** For a connector that imports the engine's sources. */
const SOURCES = ['--import', 'tsx', 'src/main.ts'];
const newFolder = () => mkdtempSync(join(tmpdir(), 'yimen-'));

describe('yimen connector check', () => {
  const check = (id: string) => yimen(['connector', 'check', id]);

  it('prints a line per check and their count', { timeout: 60_000 }, async () => {
    const { stdout } = await check('tax');
    expect(stdout).toMatch(/ok +\d+ ms {2}Enterprise\.tax under "bomb" is AGENCY_PROTOCOL/);
    expect(stdout).toMatch(/\d+ passed, 0 failed\n$/);
  });

  it('says where it looked for a connector that is not there', async () => {
    await expect(check('nope')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no connector "nope": looked for connector.ts in'),
    });
  });
});

describe('yimen catalogue check', () => {
  const check = (...folder: string[]) => yimen(['catalogue', 'check', ...folder]);

  it('says how much is in the catalogue, and what is wrong in a folder of its own', { timeout: 60_000 }, async () => {
    const { stdout } = await check();
    expect(stdout).toMatch(/^\d+ agencies, 226 items \(216 delegated\), 142 materials, 13 themes, \d+ form fields: all fits together\n$/);
    const folder = newFolder();
    writeFileSync(join(folder, 'agencies.json'), '[{"id": "Parks"}]');
    await expect(check(folder)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${join(folder, 'agencies.json')}: agency "Parks": id: an id is kebab-case, like "land-registry"`),
    });
  });
});

describe('yimen connector explain', () => {
  it('shows what was asked, signed, answered and mapped, and hides what proves who asks', { timeout: 60_000 }, async () => {
    const { sandbox } = await start({ YIMEN_DATA: newFolder() });
    const env = { ...process.env, YIMEN_SANDBOX: /http:\S+/.exec(sandbox)?.[0] ?? '' };
    const explain = async (...args: string[]) => (await yimen(['connector', 'explain', ...args], env)).stdout;
    const tax = await explain('Enterprise.tax', '91321071990000017N');
    for (const words of [
      'string to sign',
      '"nsrmc": "扬州示例精密机械有限公司"',
      '<nsrmc>扬州示例精密机械有限公司</nsrmc>',
      '"arrears": "0.00"',
    ])
      expect(tax).toContain(words);
    const registry = await explain('Enterprise.registration', '91321071990000017N');
    expect(registry).toContain('"authorization": "(secret)"');
    expect(registry).toMatch(/access_token\\?":\\?"\(secret\)/);
    expect(registry).not.toContain('market-regulation-sandbox-secret');
    expect(await explain('Enterprise.tax', '91350100M000100Y43')).toContain('the agency says that it knows no such record');
  });
});

describe('one command', () => {
  it('starts gateway and agencies, serves the CLI, stops cleanly', async () => {
    const data = newFolder();
    const { child, url, output } = await start({ YIMEN_DATA: data });
    console.log(/ready in .*/.exec(output)?.[0]);
    const command = async (...args: string[]) => (await yimen(args, { ...process.env, YIMEN_DATA: data })).stdout.trim();

    const headers = async () => {
      const lines = (await command('token', '--role', 'clerk', '--session', '91321071990000017N')).split('\n');
      return Object.fromEntries(lines.map((line) => line.split(': ') as [string, string]));
    };
    const ask = async () => {
      const reply = await request(`${url}/graphql`, {
        method: 'POST',
        headers: { ...(await headers()), 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ enterprise(uscc: "91321071990000017N") { seals { items { number } } } }' }),
      });
      return (await reply.body.json()) as {
        data: { enterprise: { seals: { items: unknown[] } } };
        errors?: { extensions: { code: string } }[];
      };
    };
    expect((await ask()).data.enterprise.seals.items).toHaveLength(4);

    await command('sandbox', 'fault', 'public-security', 'down');
    expect((await ask()).errors?.[0]?.extensions.code).toBe('AGENCY_UNAVAILABLE');
    await command('sandbox', 'fault', 'public-security', 'none');
    expect(await command('sandbox', 'clock', '--advance', '2h')).toContain('2.0 h ahead');
    expect((await ask()).data.enterprise.seals.items).toHaveLength(4);
    expect(await command('schema')).toContain('type Enterprise implements Node');

    child.kill('SIGTERM');
    expect(await exited(child)).toBe(0);
    expect(existsSync(join(data, 'run.json'))).toBe(false);
  });

  it('a killed gateway takes its own agencies with it and a new one starts on the same folder', async () => {
    const data = newFolder();
    const first = await start({ YIMEN_DATA: data });
    first.child.kill('SIGKILL');
    await exited(first.child);
    await expect
      .poll(() =>
        request(first.sandbox).then(
          () => 'answers',
          () => 'gone',
        ),
      )
      .toBe('gone');
    const second = await start({ YIMEN_DATA: data });
    expect(second.output).toContain('ready in ');
    expect(JSON.parse(readFileSync(join(data, 'run.json'), 'utf8'))).toMatchObject({ url: second.url, profile: 'sandbox' });
  });

  it('told to stop, it answers what was asked, takes nothing new, and goes', async () => {
    const data = newFolder();
    const { child, url, sandbox } = await start({ YIMEN_DATA: data });
    const token = await sandboxClient(sandbox).token({ role: 'clerk' });
    await sandboxClient(sandbox).setFault('market-regulation', 'hang');
    const query = JSON.stringify({ query: '{ enterprise(uscc: "91321071990000017N") { registration { nameZh } } }' });
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const asked = request(`${url}/graphql`, { method: 'POST', headers, body: query });
    await expect.poll(async () => (await sandboxClient(sandbox).traffic('market-regulation')).calls).toBeGreaterThan(0);
    child.kill('SIGTERM');
    const gone = exited(child);
    const answer = await asked;
    expect([answer.statusCode, await answer.body.text()]).toEqual([200, expect.stringContaining('AGENCY_TIMEOUT')]);
    await expect(request(`${url}/health/live`)).rejects.toThrow();
    await gone;
    expect(child.exitCode).toBe(0);
  });

  it('a failure that a connector waits for nowhere ends nothing, and is in the log', async () => {
    const hall = newFolder();
    const engine = resolve('src/connect/index.ts');
    writeFileSync(
      join(hall, 'connector.ts'),
      `import { connector } from ${JSON.stringify(engine)};
import { z } from ${JSON.stringify(import.meta.resolve('zod'))};
const open = () => {
  setTimeout(() => void Promise.reject(new Error('left alone')), 1);
  return { fields: {} };
};
export default connector({ id: 'careless', agency: 'taxation', settings: z.strictObject({}), open });`,
    );
    const config = join(hall, 'yimen.config.json');
    writeFileSync(config, JSON.stringify({ connectors: { careless: { module: './connector.ts', settings: {} } } }));
    const { child, url, output } = await start({ YIMEN_DATA: newFolder(), YIMEN_CONFIG: config }, SOURCES);
    expect(output).toMatch(/"err":\{"type":"Error","message":"left alone".*something failed that nobody waited for/);
    expect((await request(`${url}/health/live`)).statusCode).toBe(200);
    expect(child.exitCode).toBeNull();
  });

  it('a beginner who starts it twice is told what is wrong', async () => {
    const taken = createServer();
    await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done));
    const port = String((taken.address() as { port: number }).port);
    const { output, child } = await start({ YIMEN_DATA: newFolder(), PORT: port });
    expect(child.exitCode).toBe(1);
    expect(output).toContain(`port ${port} is taken`);
    taken.close();
  });

  it('the CLI without a gateway says how to start one', async () => {
    const env = { ...process.env, YIMEN_DATA: newFolder(), YIMEN_SANDBOX: '' };
    const failed = await yimen(['token', '--role', 'clerk'], env).catch((error: { stderr: string; code: number }) => error);
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('npm start') });
  });
});
