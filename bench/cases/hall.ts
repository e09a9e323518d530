/** A hall whose gateways may be killed: agencies in a process of their own outlive them, and what is kept stays in its folder. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { Agent, request } from 'undici';
import { type SandboxClient, sandboxClient } from '../../src/kit/index.ts';

/** One clerk stands for a hall's. */
const MANY = { perActor: 1_000_000, perWindow: 1_000_000, perAddress: 1_000_000 };

const BUILT = resolve(import.meta.dirname, '../../dist/src');
const SERVER = process.env['DATABASE_URL'] || 'postgres://postgres@127.0.0.1:5432/postgres';
const LOOK_AGAIN_MS = 5;
const LINE = { PORT: '0', YIMEN_LOG: 'silent', REDIS_URL: '' };

export type Engine = 'embedded' | 'PostgreSQL';

// biome-ignore lint/suspicious/noExplicitAny: an answer has whatever shape its query gave it
type Data = any;

export interface Life {
  /** Milliseconds from the start of the process to the first 200 of `/health/ready`. */
  readonly readyMs: number;
  /** Asks as a clerk; rejects with what was wrong. Connections are kept. */
  ask(query: string, variables?: object): Promise<Data>;
  /** Ends it without a word. */
  kill(): Promise<void>;
  /** Lets it close. */
  stop(): Promise<void>;
}

export interface BenchHall extends AsyncDisposable {
  readonly engine: Engine;
  readonly folder: string;
  /** Address of its database; empty for the embedded one. */
  readonly database: string;
  readonly sandbox: SandboxClient;
  /** Starts `npm start`'s program, with arguments for Node. */
  start(args?: readonly string[]): Promise<Life>;
}

/** Opens a hall with an empty database of its own. Needs `npm run build`. */
export async function openHall(engine: Engine): Promise<BenchHall> {
  const folder = mkdtempSync(join(tmpdir(), 'yimen-bench-'));
  writeFileSync(join(folder, 'yimen.config.json'), JSON.stringify({ requests: MANY }));
  const name = `yimen_bench_${randomBytes(6).toString('hex')}`;
  const database = engine === 'embedded' ? '' : new URL(`/${name}`, SERVER).href;
  if (database) await askServer(`create database ${name}`);
  const files = { YIMEN_CONFIG: join(folder, 'yimen.config.json'), YIMEN_DATA: join(folder, 'data') };
  const env = { ...process.env, ...LINE, ...files, DATABASE_URL: database };
  const agencies = fork(join(BUILT, 'cli/main.js'), ['sandbox', 'start', '--port', '0'], { execArgv: [], env, silent: true });
  const [{ url }] = (await once(agencies, 'message')) as [{ url: string }];
  const sandbox = sandboxClient(url);
  const token = await sandbox.token({ role: 'clerk', window: 'W01' });
  const lives = new Set<Life>();
  return {
    engine,
    folder,
    database,
    sandbox,
    async start(args = []) {
      const life = await startLife(args, { ...env, YIMEN_SANDBOX: url }, token);
      lives.add(life);
      return life;
    },
    async [Symbol.asyncDispose]() {
      for (const life of lives) await life.kill();
      agencies.kill('SIGKILL');
      if (database) await askServer(`drop database ${name} with (force)`);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One statement to the server itself. */
export async function askServer(text: string, url = SERVER): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return (await client.query<Record<string, unknown>>(text).finally(() => client.end())).rows;
}

async function startLife(args: readonly string[], env: NodeJS.ProcessEnv, token: string): Promise<Life> {
  const started = performance.now();
  const child = spawn(process.execPath, [...args, join(BUILT, 'main.js')], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await addressOf(child);
  const agent = new Agent({ connections: 64 });
  await ready(url);
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await once(child, 'exit');
    }
    await agent.destroy();
  };
  return {
    readyMs: performance.now() - started,
    ask: (query, variables) => ask(`${url}/graphql`, { query, variables }, token, agent),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

async function ready(url: string): Promise<void> {
  for (;;) {
    const { statusCode, body } = await request(`${url}/health/ready`);
    await body.dump();
    if (statusCode === 200) return;
    await delay(LOOK_AGAIN_MS);
  }
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((done, failed) => {
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk;
      const url = /GraphQL +(\S+)\/graphql/.exec(output)?.[1];
      if (url) done(url);
    });
    child.once('exit', (code) => failed(new Error(`the gateway ended with code ${code}; was it built (npm run build)?`)));
  });
}

async function ask(url: string, asked: object, token: string, dispatcher: Agent): Promise<Data> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const reply = await request(url, { method: 'POST', headers, body: JSON.stringify(asked), dispatcher });
  const { data, errors } = (await reply.body.json()) as { data?: Data; errors?: readonly object[] };
  if (errors) throw new Error(JSON.stringify(errors[0]));
  return data;
}
