/** A Redis server of the test's own, so that it can be killed, emptied and started again. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { expect } from 'vitest';
import { freePort } from './free-port.ts';

/** Why no Redis can be started here; undefined where one can. */
export const noServer: string | undefined = await whyNoServer();
if (noServer) console.warn(`skipped: halls that share a Redis, because ${noServer}`);

async function whyNoServer(): Promise<string | undefined> {
  const child = spawn('redis-server', ['--version'], { stdio: 'ignore' });
  const code = await Promise.race([once(child, 'exit').then(([it]) => it as number), once(child, 'error').then(() => -1)]);
  return code === 0 ? undefined : 'there is no redis-server command';
}

export interface OwnRedis extends AsyncDisposable {
  readonly url: string;
  start(): Promise<void>;
  /** Ends it at once. */
  kill(): Promise<void>;
  /** Empties it. */
  flush(): Promise<unknown>;
  /** Names of everything in it; undefined while it is away. */
  names(): Promise<readonly string[] | undefined>;
}

/** A Redis of the test's own, so that it can be killed. */
export async function ownRedis(): Promise<OwnRedis> {
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), 'yimen-redis-'));
  const url = `redis://127.0.0.1:${port}`;
  let child: ReturnType<typeof spawn> | undefined;
  const redis: OwnRedis = {
    url,
    async start() {
      child = spawn('redis-server', ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', dir, '--save', ''], { stdio: 'ignore' });
      await expect.poll(() => told(url, (client) => client.ping()), { timeout: 5_000, interval: 20 }).toBe('PONG');
    },
    async kill() {
      if (!child) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
      child = undefined;
    },
    flush: () => told(url, (client) => client.flushAll()),
    names: () => told(url, (client) => client.keys('*')),
    async [Symbol.asyncDispose]() {
      await redis.kill();
      await rm(dir, { recursive: true });
    },
  };
  await redis.start();
  return redis;
}

/** Asks a Redis something; undefined where it is away. */
export async function told<T>(url: string, what: (client: ReturnType<typeof createClient>) => Promise<T>): Promise<T | undefined> {
  const client = createClient({ url, socket: { reconnectStrategy: false } });
  client.on('error', () => {});
  try {
    await client.connect();
    return await what(client as ReturnType<typeof createClient>);
  } catch {
    return undefined;
  } finally {
    if (client.isOpen) client.destroy();
  }
}
