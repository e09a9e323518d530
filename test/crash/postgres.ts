/** A PostgreSQL server of the test's own, so that it can be stopped like a machine that loses power to its processes. */
import { execFileSync, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort } from '../free-port.ts';

export interface OwnPostgres extends AsyncDisposable {
  readonly url: string;
  /** Ends all its processes at once, without a checkpoint. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stopped and started again at once. */
  restart(): Promise<void>;
}

const FOLDERS = ['/usr/lib/postgresql', '/usr/local/pgsql', '/opt/homebrew/opt'];

/** The newest `bin` folder that has `initdb`. */
function binaries(): string | undefined {
  const versions = FOLDERS.filter((folder) => existsSync(folder)).flatMap((folder) =>
    readdirSync(folder).map((name) => join(folder, name, 'bin')),
  );
  const named = [...versions, '/usr/local/pgsql/bin', ...(process.env['PATH'] ?? '').split(':')];
  return named.filter((bin) => existsSync(join(bin, 'initdb'))).toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }))[0];
}

/** Why there can be no server of our own here; undefined where there can. */
export const noServer: string | undefined = binaries() ? undefined : 'there is no initdb of PostgreSQL; install the package postgresql';
if (noServer) console.warn(`skipped: crashes over PostgreSQL, because ${noServer}`);

export async function ownPostgres(): Promise<OwnPostgres> {
  const bin = binaries() ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'yimen-postgres-'));
  const who = unprivileged();
  if (who.uid !== undefined && who.gid !== undefined) chownSync(folder, who.uid, who.gid);
  const run = (command: string, ...args: string[]) => mustRun(join(bin, command), args, { ...who, cwd: folder });
  const port = await freePort();
  const data = join(folder, 'data');
  await run('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync');
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off`;
  const start = () => run('pg_ctl', '-D', data, '-w', '-t', '60', '-l', join(folder, 'log'), '-o', options, 'start');
  const stop = () => run('pg_ctl', '-D', data, '-m', 'immediate', '-w', 'stop');
  await start();
  const url = `postgres://postgres@127.0.0.1:${port}/yimen`;
  await createDatabase(`postgres://postgres@127.0.0.1:${port}/postgres`);
  return {
    url,
    stop,
    start,
    async restart() {
      await stop();
      await start();
    },
    async [Symbol.asyncDispose]() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The server refuses to run as root: then it runs as `postgres`. */
function unprivileged(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function mustRun(command: string, args: readonly string[], options: SpawnOptions): Promise<void> {
  // The server keeps what it inherits open: its own output goes to its log.
  const [code] = await once(spawn(command, args, { ...options, stdio: 'ignore' }), 'exit');
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
}

async function createDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('create database yimen').finally(() => client.end());
}
