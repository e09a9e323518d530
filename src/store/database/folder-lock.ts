import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';

/** Says which process holds a folder; the start time tells a process from a later one with the same number. */
interface Holder {
  readonly pid: number;
  readonly started: string;
}

const FILE = 'yimen.lock';

/**
 * Takes a folder for this process, or throws. The embedded database has no lock of its own: two processes on one folder
 * would silently destroy each other's rows. What a killed process left behind is taken over at once.
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const file = resolve(folder, FILE);
  for (let attempt = 0; attempt < 2; attempt++) {
    if (created(file)) return () => rmSync(file, { force: true });
    const holder = holderOf(file);
    if (holder && isAlive(holder)) throw new Error(taken(folder, holder.pid));
    rmSync(file, { force: true });
  }
  throw new Error(taken(folder, 0));
}

/** The process that holds a folder now; undefined where none does. */
export function folderHolder(folder: string): number | undefined {
  const holder = holderOf(resolve(folder, FILE));
  return holder && isAlive(holder) ? holder.pid : undefined;
}

const taken = (folder: string, pid: number): string =>
  `the data folder ${folder} is in use by another gateway${pid ? ` (process ${pid})` : ''}: stop that one, name another folder with YIMEN_DATA, or use PostgreSQL (DATABASE_URL) for several gateways`;

function created(file: string): boolean {
  try {
    const handle = openSync(file, 'wx', 0o600);
    writeSync(handle, JSON.stringify({ pid: process.pid, started: startOf(process.pid) } satisfies Holder));
    closeSync(handle);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cause;
  }
}

function holderOf(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    // Half-written by a process that died while taking it.
    return undefined;
  }
}

function isAlive({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
  return startOf(pid) === started;
}

/** When a process began, in the kernel's ticks; empty where there is no /proc. Field 22, counted after the name in brackets. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
