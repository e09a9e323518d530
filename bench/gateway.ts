/** A gateway and its sandbox agencies in processes of their own, and clients that keep asking it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Agent, request } from 'undici';
import type { Role } from '../src/connect/index.ts';
import { loadSubjects, type SandboxClient, sandboxClient } from '../src/kit/index.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** Subjects to ask about. */
export const { enterprises } = loadSubjects(resolve(ROOT, 'catalogue/sandbox'), Date.now());

export interface Gateway extends AsyncDisposable {
  readonly url: string;
  readonly sandbox: SandboxClient;
  ask(query: string, variables?: object): Promise<{ errors?: { extensions: { code: string } }[] }>;
  /** The sum of a metric over all its labels that hold the text. */
  metric(name: string, labels: string): Promise<number>;
}

/** A machine that may read everything, as often as it can. */
const MANY = {
  access: {
    bulk: [{ actor: 'sandbox-integrator', fields: ['Enterprise', 'Person', 'Query'], perDay: 10_000_000 }],
    personsPerMinute: 1_000_000,
    differentPersonsPerMinute: 1_000_000,
    looksAtOnePerMinute: 1_000_000,
  },
  requests: { perActor: 1_000_000, perWindow: 1_000_000, perAddress: 1_000_000 },
};

/** Starts `npm start`'s program with a settings file of its own. Needs `npm run build`. */
export async function startGateway(config: object, env: Readonly<Record<string, string>> = {}): Promise<Gateway> {
  const folder = mkdtempSync(join(tmpdir(), 'yimen-bench-'));
  writeFileSync(join(folder, 'yimen.config.json'), JSON.stringify({ ...MANY, ...config }));
  const files = { YIMEN_CONFIG: join(folder, 'yimen.config.json'), YIMEN_DATA: join(folder, 'data') };
  const child = spawn(process.execPath, [join(ROOT, 'dist/src/main.js')], {
    env: { ...process.env, PORT: '0', YIMEN_LOG: 'silent', ...files, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output = await readyLine(child);
  const url = /GraphQL +(\S+)\/graphql/.exec(output)?.[1] ?? '';
  const sandbox = sandboxClient(/sandbox +(\S+)/.exec(output)?.[1] ?? '');
  const agent = new Agent({ connections: 256 });
  const token = (role: Role) => sandbox.token({ role, window: 'W01' });
  const integrator = await token('integrator');
  return {
    url,
    sandbox,
    async ask(query, variables) {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${integrator}` };
      const body = JSON.stringify({ query, variables });
      const reply = await request(`${url}/graphql`, { method: 'POST', headers, body, dispatcher: agent });
      return (await reply.body.json()) as { errors?: { extensions: { code: string } }[] };
    },
    async metric(name, labels) {
      const reply = await request(`${url}/metrics`, { headers: { authorization: `Bearer ${integrator}` } });
      const lines = (await reply.body.text()).split('\n').filter((line) => line.startsWith(`${name}{`) && line.includes(labels));
      return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await agent.destroy();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function readyLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk;
      if (output.includes('ready in ')) resolve(output);
    });
    child.once('exit', (code) => reject(new Error(`the gateway ended with code ${code}; was it built (npm run build)?`)));
  });
}

/**
 * `clients` ask until the time is over, each `thinkMs` after its last answer; the times they took, sorted, in milliseconds.
 */
export async function load(clients: number, ms: number, ask: (i: number) => Promise<unknown>, thinkMs = 0): Promise<readonly number[]> {
  const took: number[] = [];
  const end = performance.now() + ms;
  let next = 0;
  const client = async () => {
    while (performance.now() < end) {
      const started = performance.now();
      await ask(next++);
      took.push(performance.now() - started);
      if (thinkMs > 0) await new Promise((resolve) => setTimeout(resolve, thinkMs * (0.5 + Math.random())));
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return took.sort((a, b) => a - b);
}

export const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;

export const median = (values: readonly number[]): number =>
  quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
