/** `yimen start --workers`: several processes are one gateway to whoever asks, whichever of them dies. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../src/connect/index.ts';
import { standsAgainstWorkers } from '../src/crew.ts';
import { type SandboxClient, sandboxClient } from '../src/kit/index.ts';
import { readSettings } from '../src/settings/index.ts';
import { noPostgres, openTestDatabase } from '../src/store/testing.ts';

const USCC = '91321071990000017N';
const SEALS = `{ enterprise(uscc: "${USCC}") { seals { provenance { retrievedAt } } } }`;
const TAX = `{ enterprise(uscc: "${USCC}") { tax { arrears } } }`;
const HOUR_MS = 3_600_000;
const CLI = ['--import', 'tsx', 'src/cli/main.ts'];
const run = promisify(execFile);

/** Whoever is still there when a test failed. */
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

interface Started {
  readonly child: ChildProcess;
  readonly data: string;
  readonly env: NodeJS.ProcessEnv;
  /** Everything it has printed until now, its workers' log too. */
  output(): string;
  readonly url: string;
}

/** Starts workers from source, and waits until they are ready or have given up. */
async function start(count: number, more: Readonly<Record<string, string>>): Promise<Started> {
  const data = mkdtempSync(join(tmpdir(), 'yimen-workers-'));
  const config = join(data, 'yimen.config.json');
  const bulk = [{ actor: 'sandbox-integrator', fields: ['Enterprise'], perDay: 1_000_000 }];
  writeFileSync(config, JSON.stringify({ access: { bulk }, requests: { perActor: 1_000_000 } }));
  const env = { ...process.env, PORT: '0', YIMEN_DATA: data, YIMEN_CONFIG: config, REDIS_URL: '', ...more };
  const child = spawn(process.execPath, [...CLI, 'start', '--workers', `${count}`], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let output = '';
  const isReady = new Promise<void>((done) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('ready in ')) done();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('close', () => done());
  });
  await isReady;
  return { child, data, env, output: () => output, url: /GraphQL +(\S+)\/graphql/.exec(output)?.[1] ?? '' };
}

const yimen = async (env: NodeJS.ProcessEnv, ...args: readonly string[]) =>
  (await run(process.execPath, [...CLI, ...args], { env })).stdout;

/** Asks over a connection of its own, so that the next one goes to another worker. */
async function ask(url: string, token: string, query: string, variables?: object) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const body = JSON.stringify({ query, variables });
  const reply = await request(`${url}/graphql`, { method: 'POST', headers, body, reset: true });
  // biome-ignore lint/suspicious/noExplicitAny: an answer has whatever shape its query gave it
  return (await reply.body.json()) as any;
}

/** Workers that have noted in the log that an agency is down. */
function complaining({ output, child }: Started): readonly number[] {
  const lines = output().split('\n');
  const pids = lines.filter((line) => line.includes('agency call failed')).map((line) => Number(JSON.parse(line).pid));
  expect(pids).not.toContain(child.pid);
  return [...new Set(pids)];
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe.skipIf(noPostgres !== undefined)('two workers', () => {
  let database: Awaited<ReturnType<typeof openTestDatabase>>;
  let hall: Started;
  let sandbox: SandboxClient;
  let workers: readonly number[];

  beforeAll(async () => {
    database = await openTestDatabase();
    hall = await start(2, { DATABASE_URL: database.url });
    sandbox = sandboxClient(/sandbox +(\S+)/.exec(hall.output())?.[1] ?? '');
  });
  afterAll(async () => {
    hall?.child.kill('SIGKILL');
    await database?.[Symbol.asyncDispose]();
  });

  const token = (role: Role) => sandbox.token({ role, window: 'W01' });

  /** Workers that answer now: asked about an agency that is down, each notes it in the log. */
  async function answering(): Promise<readonly number[]> {
    const machine = await token('integrator');
    await sandbox.setFault('tax', 'down');
    for (let i = 0; i < 4; i++) await ask(hall.url, machine, TAX).catch(() => undefined);
    await sandbox.setFault('tax', 'none');
    return complaining(hall);
  }

  const calls = async () => {
    const headers = { authorization: `Bearer ${await token('auditor')}` };
    const text = await (await request(`${hall.url}/metrics`, { headers, reset: true })).body.text();
    const count = (name: string) =>
      Number(new RegExp(`^yimen_agency_${name}\\{.*connector="public-security".*\\} (\\d+)`, 'm').exec(text)?.[1] ?? 0);
    return { total: count('calls_total'), timed: count('call_seconds_count') };
  };

  it('say once that they are ready, and both answer', async () => {
    expect(hall.output().match(/ready in /g)).toHaveLength(1);
    expect(hall.output()).toMatch(/^ {2}workers {3}2$/m);
    const { pid, url } = JSON.parse(readFileSync(join(hall.data, 'run.json'), 'utf8'));
    expect([pid, url]).toEqual([hall.child.pid, hall.url]);
    workers = await answering();
    expect(workers).toHaveLength(2);
  });

  it('count together, whichever is asked', async () => {
    const machine = await token('integrator');
    const before = await calls();
    for (let i = 0; i < 8; i++) await ask(hall.url, machine, SEALS);
    const after = { total: before.total + 8, timed: before.timed + 8 };
    // A worker that is late is shown as it last was.
    await expect.poll(calls, { timeout: 10_000 }).toEqual(after);
    expect(await calls()).toEqual(after);
  });

  it('have one clock, which the command line moves', async () => {
    expect(await yimen(hall.env, 'sandbox', 'clock', '--advance', '2h')).toContain('2.0 h ahead');
    const machine = await token('integrator');
    for (let i = 0; i < 4; i++) {
      const { data } = await ask(hall.url, machine, SEALS);
      expect(Date.parse(data.enterprise.seals.provenance.retrievedAt)).toBeGreaterThan(Date.now() + 2 * HOUR_MS - 60_000);
    }
  });

  it('find a case that the other opened, and take a key once', async () => {
    const clerk = await token('clerk');
    const doing = async (name: string, type: string, input: object) => {
      const query = `mutation ($input: ${type}!) { ${name}(input: $input) { case { number items { reference } } problems { code } } }`;
      return (await ask(hall.url, clerk, query, { input })).data[name];
    };
    const opening = { items: ['gov-feasibility'], applicant: { uscc: USCC, nameZh: '扬州示例精密机械有限公司' } };
    const { number } = (await doing('openCase', 'OpenCaseInput', opening)).case;
    for (const material of ['org-certificate', 'project-report', 'agent-id'])
      await doing('attachMaterial', 'AttachMaterialInput', { number, material, certificateNumber: '示例-1' });
    await doing('attachMaterial', 'AttachMaterialInput', { number, material: 'site-opinion', commitment: '2026-1' });
    const form = { 'contact-name': '示例联系人', 'contact-phone': '13800000000', 'declared-true': true };
    await doing('saveForm', 'SaveFormInput', { number, form });
    const submit = () => doing('submitCase', 'SubmitCaseInput', { number, idempotencyKey: 'once' });
    const answers = await Promise.all([submit(), submit(), submit(), submit()]);
    expect(answers).toEqual(answers.map(() => ({ case: { number, items: [{ reference: number }] }, problems: [] })));
    const { data } = await ask(hall.url, clerk, `{ case(number: "${number}") { events { kind } } }`);
    expect(data.case.events.filter(({ kind }: { kind: string }) => kind === 'submitted')).toHaveLength(1);
  });

  it('one is killed: it is replaced, the other answers meanwhile, and what it counted stays counted', async () => {
    const machine = await token('integrator');
    const before = await calls();
    const [killed = 0] = workers;
    process.kill(killed, 'SIGKILL');
    let answers = 0;
    // A connection that was the killed one's, or on its way to it, breaks and does not hang: whoever asks again is answered.
    const asking = () =>
      ask(hall.url, machine, SEALS)
        .then(({ data }) => data.enterprise.seals && answers++)
        .catch(() => undefined);
    const hasNew = async () => (await answering()).some((pid) => !workers.includes(pid));
    await expect.poll(() => asking().then(hasNew), { timeout: 30_000, interval: 250 }).toBe(true);
    expect(answers).toBeGreaterThan(0);
    expect(hall.output()).toMatch(
      new RegExp(`"pid":${hall.child.pid},.*"worker":${killed},"how":"SIGKILL".*a worker ended and is replaced`),
    );
    await expect.poll(async () => (await calls()).total, { timeout: 10_000 }).toBe(before.total + answers);
    expect(hall.output().match(/ready in /g)).toHaveLength(1);
  });

  it('the primary is killed: its worker does not outlive it', async () => {
    const alone = await start(1, { DATABASE_URL: database.url, YIMEN_SANDBOX: sandbox.url });
    await sandbox.setFault('tax', 'down');
    await ask(alone.url, await token('integrator'), TAX);
    await sandbox.setFault('tax', 'none');
    await expect.poll(() => complaining(alone)).toHaveLength(1);
    const [worker = 0] = complaining(alone);
    expect(isAlive(worker)).toBe(true);
    alone.child.kill('SIGKILL');
    await expect.poll(() => isAlive(worker), { timeout: 5_000 }).toBe(false);
    await expect(request(`${alone.url}/health/live`)).rejects.toThrow();
  });

  it('what a worker cannot start for ends the start, in one sentence', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const PORT = String((taken.address() as { port: number }).port);
    const { child, output } = await start(1, { DATABASE_URL: database.url, YIMEN_SANDBOX: sandbox.url, PORT });
    expect([child.exitCode, output()]).toEqual([
      1,
      `Yimen 一门 could not start.\nport ${PORT} is taken: stop what runs there, or choose another with PORT\n`,
    ]);
    taken.close();
  });

  it('told to stop, they answer what was asked and go', async () => {
    const machine = await token('integrator');
    await sandbox.setFault('public-security', 'hang');
    const callsBefore = (await sandbox.traffic('public-security')).calls;
    const asked = [ask(hall.url, machine, SEALS), ask(hall.url, machine, SEALS)];
    await expect.poll(async () => (await sandbox.traffic('public-security')).calls).toBe(callsBefore + 2);
    const gone = once(hall.child, 'exit');
    hall.child.kill('SIGTERM');
    const answers = await Promise.all(asked);
    expect(answers.map(({ errors }) => errors[0].extensions.code)).toEqual(['AGENCY_TIMEOUT', 'AGENCY_TIMEOUT']);
    expect(await gone).toEqual([0, null]);
    expect(existsSync(join(hall.data, 'run.json'))).toBe(false);
    expect(complaining(hall).filter(isAlive)).toEqual([]);
  });
});

describe('workers that could not be one hall', () => {
  const folder = mkdtempSync(join(tmpdir(), 'yimen-workers-'));

  it.concurrent('are refused at once, with what to do', async () => {
    const env = { ...process.env, DATABASE_URL: '', YIMEN_DATA: folder };
    await expect(yimen(env, 'start', '--workers', '2')).rejects.toMatchObject({
      code: 1,
      stderr:
        'Yimen 一门 could not start.\nworkers need a database that processes can share, and the embedded one belongs to one process: set DATABASE_URL to a PostgreSQL, or leave --workers (YIMEN_WORKERS) out\n',
    });
  });

  it.concurrent('a number that is none is named', async () => {
    const stderr = expect.stringContaining(`'x' is invalid. a whole number from 1 to 64, or "auto": one for each core`);
    await expect(yimen(process.env, 'start', '--workers', 'x')).rejects.toMatchObject({ code: 1, stderr });
    for (const YIMEN_WORKERS of ['0', '65', '-1', '1.5'])
      expect(() => readSettings({ YIMEN_WORKERS }, folder)).toThrow('YIMEN_WORKERS: a whole number from 1 to 64, or "auto"');
    expect(readSettings({ YIMEN_WORKERS: 'auto' }, folder).workers).toBeGreaterThan(0);
  });

  it('in production several need a Redis: what one counts the others must know', () => {
    const settings = readSettings({ YIMEN_PROFILE: 'production', DATABASE_URL: 'postgres://db/yimen' }, folder);
    expect(standsAgainstWorkers(2, settings)?.todo).toMatch(/^set REDIS_URL/);
    expect(standsAgainstWorkers(1, settings)).toBeUndefined();
    expect(standsAgainstWorkers(2, { ...settings, redis: 'redis://cache:6379' })).toBeUndefined();
    expect(standsAgainstWorkers(2, { ...settings, profile: 'sandbox' })).toBeUndefined();
  });
});
