/** A built gateway as a process of its own, with everything that it leaves behind kept to be looked through. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { request } from 'undici';
import { expect } from 'vitest';
import type { Role } from '../../src/connect/index.ts';
import { sandboxModules } from '../../src/connectors.ts';
import { loadSandbox, type SandboxClient, type SandboxHost, sandboxClient, startSandboxHost } from '../../src/kit/index.ts';
import { readSettings } from '../../src/settings/index.ts';
import { openTestDatabase } from '../../src/store/testing.ts';
import { newKiosk } from '../kiosk.ts';
import { type OwnRedis, ownRedis, told } from '../own-redis.ts';
import type { Canaries } from './canaries.ts';
import { type Line, openLine } from './line.ts';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../..');
const UNCOUNTED = { perActor: 1_000_000, perWindow: 1_000_000, perAddress: 1_000_000, refusedPerAddress: 1_000_000 };
/** Canaries are shown in clear, so that there is something to leak: a grant must name each such field itself. */
const IN_CLEAR = [
  'Person.identity.nameZh',
  'Person.household.address',
  'Person.household.members.nameZh',
  'Person.socialInsurance.socialSecurityNumber',
  'Person.certificates.items.number',
];
const GRANTED = ['Enterprise', 'Person', ...IN_CLEAR];
const CONFIG = {
  access: {
    grants: { CONSULTATION: GRANTED },
    bulk: [{ actor: 'bulk-reader', fields: GRANTED, perDay: 100_000 }],
    personsPerMinute: 100_000,
    differentPersonsPerMinute: 100_000,
    looksAtOnePerMinute: 100_000,
  },
  requests: UNCOUNTED,
  audit: { every: { rows: 20, time: '1s' } },
};

/** An answer that somebody got. */
export interface Heard {
  /** The path, as canaries name it. */
  readonly path: string;
  readonly status: number;
  readonly text: string;
  /** What this caller may see of the path's own canaries. */
  readonly may: 'nothing' | 'masked' | 'clear';
}

// biome-ignore lint/suspicious/noExplicitAny: an answer has whatever shape its query gave it
type Data = any;

export interface Asked {
  readonly role?: Role;
  readonly actor?: string;
  /** Identity number of a citizen who signed in. */
  readonly person?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly may?: Heard['may'];
}

export interface CanaryHall extends AsyncDisposable {
  readonly folder: string;
  readonly url: string;
  readonly database: string;
  readonly redis: OwnRedis;
  readonly sandbox: SandboxClient;
  readonly line: Line;
  /** Every answer of the gateway so far. */
  readonly heard: readonly Heard[];
  /** What went over Redis's wire so far. */
  monitored(): Buffer;
  /** Asks anything of the gateway, and keeps what it says. */
  send(path: string, at: string, options: object, may?: Heard['may']): Promise<{ readonly status: number; readonly text: string }>;
  ask(path: string, query: string, variables?: object, asked?: Asked): Promise<Data>;
  /** The headers with which somebody signs a request. */
  signed(asked: Asked, method: string, at: string): Promise<Readonly<Record<string, string>>>;
  /** Keeps what a stream told somebody who may see nothing of a path's canaries. */
  told(path: string, text: string): void;
  /** Copies the folder as it is, so that what is cleared away later can still be looked through. */
  keepFolder(as: string): void;
  /** Runs `yimen` beside the gateway, and keeps what it says. */
  yimen(...args: string[]): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
}

export async function openCanaryHall(canaries: Canaries): Promise<CanaryHall> {
  const folder = mkdtempSync(join(tmpdir(), 'yimen-canary-'));
  const around = mkdtempSync(join(tmpdir(), 'yimen-canary-agencies-'));
  canaries.write(join(around, 'subjects'));
  writeFileSync(join(folder, 'yimen.config.json'), JSON.stringify(CONFIG));
  const specs = await Promise.all(sandboxModules(readSettings({ YIMEN_DATA: join(around, 'data') }, around)).map(loadSandbox));
  const host = await startSandboxHost({ specs, subjects: join(around, 'subjects'), data: join(around, 'data') });
  const [redis, database, line] = await Promise.all([ownRedis(), openTestDatabase(), openLine(host)]);
  // What is packed could not be looked through.
  await told(redis.url, (client) => client.configSet('rdbcompression', 'no'));
  const monitor = await openMonitor(redis.url);
  const env = {
    ...process.env,
    PORT: '0',
    YIMEN_DATA: join(folder, 'data'),
    YIMEN_CONFIG: join(folder, 'yimen.config.json'),
    YIMEN_SANDBOX: line.url,
    YIMEN_LOG: 'trace',
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    CANARY_SPANS: join(folder, 'spans.log'),
  };
  const life = { child: undefined as ChildProcess | undefined, url: '', number: 0 };
  const heard: Heard[] = [];
  const signed = signer(host, () => life.url);

  const hall: CanaryHall = {
    folder,
    get url() {
      return life.url;
    },
    database: database.url,
    redis,
    sandbox: sandboxClient(host.url),
    line,
    heard,
    monitored: monitor.seen,
    signed,
    async send(path, at, options, may = 'nothing') {
      const reply = await request(`${life.url}${at}`, { signal: AbortSignal.timeout(20_000), ...options });
      const text = await reply.body.text();
      heard.push({ path, status: reply.statusCode, text: `${JSON.stringify(reply.headers)}\n${text}`, may });
      return { status: reply.statusCode, text };
    },
    async ask(path, query, variables, asked = {}) {
      const headers = { ...(await signed(asked, 'POST', '/graphql')), 'content-type': 'application/json', ...asked.headers };
      const body = JSON.stringify({ query, variables });
      const { text } = await hall.send(path, '/graphql', { method: 'POST', headers, body }, asked.may);
      return JSON.parse(text) as Data;
    },
    told: (path, text) => void heard.push({ path, status: 200, text, may: 'nothing' }),
    keepFolder: (as) => cpSync(join(folder, 'data'), join(folder, as), { recursive: true }),
    async yimen(...args) {
      const { stdout, stderr } = await run(process.execPath, [join(ROOT, 'dist/src/cli/main.js'), ...args], { env });
      writeFileSync(join(folder, `said-by-${args[0]}.log`), `${stdout}${stderr}`);
    },
    async start() {
      const log = openSync(join(folder, `gateway-${++life.number}.log`), 'a');
      const args = ['--import', join(import.meta.dirname, 'spans.mjs'), join(ROOT, 'dist/src/main.js')];
      const child = spawn(process.execPath, args, { env, cwd: folder, stdio: ['ignore', log, log] });
      life.child = child;
      await expect.poll(() => runOf(folder).pid, { timeout: 30_000, interval: 50 }).toBe(child.pid);
      life.url = runOf(folder).url ?? '';
    },
    async kill() {
      const { child } = life;
      if (!child || child.exitCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
    async [Symbol.asyncDispose]() {
      await hall.kill();
      monitor.close();
      line.close();
      await Promise.all([host.close(), redis[Symbol.asyncDispose](), database[Symbol.asyncDispose]()]);
      for (const each of [folder, around]) rmSync(each, { recursive: true, force: true });
    },
  };
  await hall.start();
  return hall;
}

function runOf(folder: string): { readonly pid?: number; readonly url?: string } {
  const file = join(folder, 'data/run.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8') || '{}') : {};
}

function signer(host: SandboxHost, url: () => string): CanaryHall['signed'] {
  const sandbox = sandboxClient(host.url);
  const kiosk = newKiosk();
  const tokens = new Map<string, Promise<string>>();
  return async ({ role = 'clerk', actor = `canary-${role}`, person }, method, at) => {
    const { jkt, proof } = await kiosk;
    const name = `${role} ${actor} ${person ?? ''}`;
    const wanted = { role, actor, window: 'W01', ...(person && { person }), ...(role === 'kiosk' && { jkt }) };
    const token = tokens.get(name) ?? sandbox.token(wanted);
    tokens.set(name, token);
    if (role !== 'kiosk') return { authorization: `Bearer ${await token}` };
    return { authorization: `DPoP ${await token}`, dpop: await proof(await token, method, `${url()}${at}`) };
  };
}

/** Follows every command that anybody sends to a Redis. */
async function openMonitor(url: string): Promise<{ seen(): Buffer; close(): void }> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => {});
  await once(socket, 'connect');
  socket.write('MONITOR\r\n');
  await expect.poll(() => Buffer.concat(chunks).toString()).toContain('OK');
  return { seen: () => Buffer.concat(chunks), close: () => socket.destroy() };
}
