import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../src/kit/index.ts';
import { ensureBuilt } from './built.ts';

const ROOT = resolve('.');
const FIXTURE = resolve('test/fixtures/connector-water');
const USCC = '91321071990000017N';
const run = promisify(execFile);

/** A hall's own folder, outside of this tree, with a connector that somebody published. */
const hall = mkdtempSync(join(tmpdir(), 'hall-'));
const yimen = join(ROOT, 'dist/src/cli/main.js');

beforeAll(async () => {
  await ensureBuilt();
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', hall], { cwd: FIXTURE });
  writeFileSync(join(hall, 'package.json'), '{ "private": true, "type": "module" }');
  const quiet = ['--offline', '--legacy-peer-deps', '--no-audit', '--no-fund', '--ignore-scripts', '--silent'];
  await run('npm', ['install', ...quiet, `./${stdout.trim()}`], { cwd: hall });
  // As `npm install yimen` would leave it.
  symlinkSync(ROOT, join(hall, 'node_modules/yimen'));
  symlinkSync(join(ROOT, 'node_modules/zod'), join(hall, 'node_modules/zod'));
}, 240_000);

describe('the sources of a connector', () => {
  it('run in the built program as one with it', { timeout: 60_000 }, async () => {
    const { stdout } = await run(process.execPath, [yimen, 'connector', 'check', 'connectors/tax'], { cwd: ROOT });
    expect(stdout).toMatch(/\d{2} passed, 0 failed\n$/);
  });
});

describe('a connector published as a package', () => {
  it('passes the kit from where it is installed', async () => {
    const { stdout } = await run(process.execPath, [yimen, 'connector', 'check', 'node_modules/@example/connector-water'], { cwd: hall });
    expect(stdout).toMatch(/\d{2} passed, 0 failed\n$/);
  });

  it('is connected to its own mock until it has settings', { timeout: 60_000 }, async () => {
    configure({ module: '@example/connector-water' });
    const { child, url } = await start({});
    stop = async () => void child.kill('SIGKILL');
    expect(await ask(url)).toEqual(ANSWER);
    await stop();
  });

  it('is served, with the field it brings', async () => {
    const spec = (await import(join(hall, 'node_modules/@example/connector-water/sandbox.js'))).default;
    const agency = await startSandbox(spec, { subjects: {} as never, clock: { now: () => Date.now() } });
    const settings = { url: agency.url, key: { env: 'WATER_KEY' } };
    configure({ module: '@example/connector-water', settings });
    const { child, url } = await start({ WATER_KEY: 'water-sandbox-key' });
    stop = async () => {
      child.kill('SIGKILL');
      await agency.close();
    };
    expect(await ask(url)).toEqual(ANSWER);
  });
});

const ANSWER = {
  data: {
    enterprise: {
      waterAccount: { number: '0071-2201', arrears: '12.50', provenance: { agency: { code: 'water-supply' }, connector: 'water' } },
      tax: { arrears: '0.00' },
    },
  },
};

const configure = (water: object): void => writeFileSync(join(hall, 'yimen.config.json'), JSON.stringify({ connectors: { water } }));

async function ask(url: string): Promise<unknown> {
  const { stdout } = await run(process.execPath, [yimen, 'token', '--role', 'clerk'], { cwd: hall });
  const reply = await request(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${stdout.trim()}` },
    body: JSON.stringify({
      query: `{ enterprise(uscc: "${USCC}") { waterAccount { number arrears provenance { agency { code } connector } } tax { arrears } } }`,
    }),
  });
  return reply.body.json();
}

let stop: () => Promise<void> = async () => {};
afterAll(() => stop());

async function start(env: Record<string, string>): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = spawn(process.execPath, [join(ROOT, 'dist/src/main.js')], {
    cwd: hall,
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk;
      if (text.includes('ready in ')) resolve(text);
    });
    child.once('exit', (code) => reject(new Error(`ended with code ${code}: ${text}`)));
  });
  return { child, url: /GraphQL +(\S+)\/graphql/.exec(output)?.[1] ?? '' };
}
