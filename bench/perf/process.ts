/** Processes of a run: pinned to cores where `taskset` exists, bounded in time, and what the system says they used. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** Puts a command on a core. */
export interface Pins {
  readonly gateway: (command: readonly string[]) => readonly string[];
  /** Everything else: agencies, load, this program. */
  readonly aside: (command: readonly string[]) => readonly string[];
  /** Whether they do anything. */
  readonly hold: boolean;
}

/** Gateways get core 0 for themselves, all else core 1. */
export function pins(): Pins {
  try {
    execFileSync('taskset', ['-c', '0,1', 'true'], { stdio: 'ignore' });
    execFileSync('taskset', ['-a', '-p', '-c', '1', String(process.pid)], { stdio: 'ignore' });
  } catch {
    return { gateway: (command) => command, aside: (command) => command, hold: false };
  }
  const on = (core: string) => (command: readonly string[]) => ['taskset', '-c', core, ...command];
  return { gateway: on('0'), aside: on('1'), hold: true };
}

const LONGEST_LIFE_MS = 3_600_000;
const PATIENCE_MS = 5_000;

export interface Running {
  readonly pid: number;
  /** Everything it printed so far. */
  readonly output: () => string;
  readonly hasEnded: () => boolean;
  stop(): Promise<void>;
}

/** Starts a command; what it prints goes to a file, as it would in a hall. It is killed after an hour, whatever happens. */
export function start(command: readonly string[], env: Readonly<Record<string, string>>, logFile: string): Running {
  const [file = '', ...args] = command;
  const out = openSync(logFile, 'w');
  const child = spawn(file, args, {
    // Nothing of the caller's settings may reach a contender: they would not all be given the same.
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', NODE_ENV: 'production', ...env },
    stdio: ['ignore', out, out],
    timeout: LONGEST_LIFE_MS,
    killSignal: 'SIGKILL',
  });
  process.once('exit', () => child.kill('SIGKILL'));
  if (child.pid === undefined) throw new Error(`${file} could not be started`);
  return {
    pid: child.pid,
    output: () => readFileSync(logFile, 'utf8'),
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    stop: () => stopped(child),
  };
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  await ended;
  clearTimeout(timer);
}

/** Waits so many milliseconds. */
export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A port of this machine that nobody listens at. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** Linux counts a process's time in hundredths of a second. */
const TICK_US = 10_000;

/** Microseconds of CPU that a process has used, in user and system mode; NaN where there is no /proc. */
export function cpuUs(pid: number): number {
  const stat = procFile(pid, 'stat');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

/** The most memory a process ever held, in MB; NaN where there is no /proc. */
export const peakMb = (pid: number): number => Number(/VmHWM:\s+(\d+)/.exec(procFile(pid, 'status'))?.[1]) / 1024;

function procFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
