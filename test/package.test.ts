import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
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

describe('a connector of the hall itself, made where the gateway is an installed package', () => {
  it('is written into the project, not into the package, and passes the kit', async () => {
    const before = packageState();
    const contract = resolve('test/fixtures/contracts/openapi/1-units.yaml');
    const { stdout } = await run(process.execPath, [yimen, 'connector', 'new', 'units', '--openapi', contract], { cwd: hall });
    expect(stdout).toContain('2 sections in connectors/units\n');
    own = printedJson(stdout);
    expect(own).toEqual({ connectors: { units: { module: './connectors/units/connector.ts' } }, catalogue: './catalogue' });
    expect(packageState()).toEqual(before);
    const check = await run(process.execPath, [yimen, 'connector', 'check', 'units'], { cwd: hall });
    expect(check.stdout).toMatch(/\d{2} passed, 0 failed\n$/);
  }, 60_000);

  it('compiles there, with the types it brings', async () => {
    const options = { extends: join(ROOT, 'tsconfig.json'), compilerOptions: { preserveSymlinks: true, skipLibCheck: true, types: [] } };
    writeFileSync(join(hall, 'tsconfig.json'), JSON.stringify({ ...options, include: ['connectors'] }));
    await run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.json'], { cwd: hall });
  }, 60_000);
});

describe('the built command', () => {
  it('reads a connector in TypeScript as a part of itself: secrets and errors are the same', async () => {
    const { stdout } = await run(process.execPath, [yimen, 'connector', 'check', 'connectors/tax'], { cwd: ROOT });
    expect(stdout).toMatch(/\d{2} passed, 0 failed\n$/);
  }, 60_000);
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
    unitsUnit: { provenance: { connector: 'units', agency: { code: 'units' } } },
    enterprise: {
      waterAccount: { number: '0071-2201', arrears: '12.50', provenance: { agency: { code: 'water-supply' }, connector: 'water' } },
      tax: { arrears: '0.00' },
    },
  },
};

/** What a contract asks by arguments has no subject: a machine with a grant reads it. */
const READER = { actor: 'sandbox-integrator', fields: ['Query', 'Enterprise'], perDay: 100 };

const configure = (water: object): void =>
  writeFileSync(
    join(hall, 'yimen.config.json'),
    JSON.stringify({ ...own, connectors: { ...own.connectors, water }, access: { bulk: [READER] } }),
  );

async function ask(url: string): Promise<unknown> {
  const { stdout } = await run(process.execPath, [yimen, 'token', '--role', 'integrator'], { cwd: hall });
  const reply = await request(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${stdout.trim()}` },
    body: JSON.stringify({
      query: `{ unitsUnit(number: "912345678") { provenance { connector agency { code } } } enterprise(uscc: "${USCC}") { waterAccount { number arrears provenance { agency { code } connector } } tax { arrears } } }`,
    }),
  });
  return reply.body.json();
}

/** What `connector new` said the settings need. */
let own: { readonly connectors?: object; readonly catalogue?: string } = {};

/** The first JSON of what was printed. */
const printedJson = (text: string) => JSON.parse(/^ {4}\{\n[\s\S]*?^ {4}\}$/m.exec(text)?.[0] ?? '{}') as typeof own;

/** All that `connector new` could touch in the package. */
const packageState = () =>
  ['connectors', 'schema', 'catalogue'].map((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('generated'))
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8')),
  );

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
