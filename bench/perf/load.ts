/** Keeps so many connections busy for so long, from a process of its own: wrk where it is installed, else autocannon. */
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import type { Pins } from './process.ts';

/** What a load asks, as files: they are read once by whoever sends it. */
export interface Questions {
  /** One `Authorization` header on each line. */
  readonly credentials: string;
  /** One key on each line, all of one length. */
  readonly keys: string;
  /** The body of a request, in which the key stands as a line break. */
  readonly body: string;
}

export interface LoadOptions {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** Number of the first key. */
  readonly first: number;
  readonly questions: Questions;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** Of all answers, with their headers. */
  readonly bytes: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Connections that broke, and answers that did not come in 10 s. */
  readonly broken: number;
  /** Answers with a status of 400 or more. */
  readonly refused: number;
}

export type Tool = 'wrk' | 'autocannon';

const isTool = (name: string): name is Tool => name === 'wrk' || name === 'autocannon';

/** The tool that is asked for; without one wrk where it is installed, which leaves more of its core to the agencies. */
export function loadTool(wanted: string | undefined): Tool {
  if (wanted !== undefined && !isTool(wanted)) throw new Error(`--load is wrk or autocannon, got "${wanted}"`);
  if (wanted) return wanted;
  try {
    execFileSync('sh', ['-c', 'command -v wrk'], { stdio: 'ignore' });
    return 'wrk';
  } catch {
    return 'autocannon';
  }
}

const run = promisify(execFile);

/** One load. Rejects where the tool itself fails. */
export async function load(tool: Tool, options: LoadOptions, pins: Pins): Promise<LoadResult> {
  const { url, connections, seconds, first, questions } = options;
  const { credentials, keys, body } = questions;
  const command =
    tool === 'wrk'
      ? ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', `${import.meta.dirname}/${LUA}`, url, '--']
      : [process.execPath, `${import.meta.dirname}/autocannon.js`, JSON.stringify({ url, connections, seconds })];
  const [file = '', ...args] = pins.aside([...command, credentials, keys, String(first), body]);
  const { stdout } = await run(file, args, { timeout: (seconds + 30) * 1_000, maxBuffer: 2 ** 24 });
  const line = stdout.split('\n').findLast((text) => text.startsWith('{'));
  if (!line) throw new Error(`${tool} printed no result: ${stdout.slice(0, 500)}`);
  return JSON.parse(line) as LoadResult;
}

// The built programs lie one folder below their sources.
const LUA = '../load.lua';
