import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { createClient, RESP_TYPES } from 'redis';
import { expect } from 'vitest';
import { openShared, type Shared } from './index.ts';

/** Files of tests run side by side: each of them gets a database of its own, and none the one that people use. */
const DATABASE = 1 + (Number(process.env['VITEST_POOL_ID'] ?? 0) % 15);
const REDIS_URL = new URL(`/${DATABASE}`, process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379').href;
const log = { info() {}, warn() {} };

/** Why tests on a real Redis cannot run here; undefined where they can. */
export const noRedis: string | undefined = await whyNot();

/** Replicas of one hall at a real Redis. It is empty before and after. */
export interface TestRedis extends AsyncDisposable {
  readonly url: string;
  /** One more process of the hall; with another key, of another hall. */
  replica(key?: Buffer): Promise<Shared>;
  /** Names of everything in it. */
  names(): Promise<readonly string[]>;
  /** Name and value of everything in it, as bytes. */
  contents(): Promise<readonly Buffer[]>;
  /** Empties it. */
  forget(): Promise<void>;
}

export async function openTestRedis(url: string = REDIS_URL): Promise<TestRedis> {
  const client = createClient({ url });
  client.on('error', () => {});
  await client.connect();
  await client.flushDb();
  const replicas: Shared[] = [];
  const own = randomBytes(32);
  const forget = async () => void (await client.flushDb());
  return {
    url,
    names: () => client.keys('*'),
    forget,
    async replica(key = own) {
      const shared = openShared({ url, key, log });
      replicas.push(shared);
      await expect.poll(() => shared.isReady, { interval: 5 }).toBe(true);
      return shared;
    },
    async contents() {
      const binary = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
      const all = (await client.keys('*')).map(async (name) => [Buffer.from(name), (await binary.dump(name)) as unknown as Buffer]);
      return (await Promise.all(all)).flat();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(replicas.map((replica) => replica.close()));
      await forget();
      client.destroy();
    },
  };
}

async function whyNot(): Promise<string | undefined> {
  const client = createClient({ url: REDIS_URL, socket: { connectTimeout: 1_000, reconnectStrategy: false } });
  client.on('error', () => {});
  try {
    await client.connect();
    client.destroy();
    return undefined;
  } catch {
    const reason = `no Redis answers at ${new URL(REDIS_URL).host}; set REDIS_URL`;
    console.warn(`skipped: what replicas share, because ${reason}`);
    return reason;
  }
}

const POSTGRES_URL = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';

/** Why tests on a real PostgreSQL cannot run here; undefined where they can. */
export const noPostgres: string | undefined = await whyNoPostgres();

/** A database of its own on the real PostgreSQL, dropped afterwards. */
export async function openTestDatabase(): Promise<AsyncDisposable & { readonly url: string }> {
  const name = `yimen_test_${randomBytes(6).toString('hex')}`;
  await asked(`create database ${name}`);
  const url = new URL(POSTGRES_URL);
  url.pathname = `/${name}`;
  return { url: url.href, [Symbol.asyncDispose]: () => asked(`drop database ${name} with (force)`) };
}

async function asked(text: string): Promise<void> {
  const client = new Client({ connectionString: POSTGRES_URL, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  await client.connect();
  await client.query(text).finally(() => client.end());
}

async function whyNoPostgres(): Promise<string | undefined> {
  try {
    await asked('select 1');
    return undefined;
  } catch {
    const reason = `no PostgreSQL answers at ${new URL(POSTGRES_URL).host}; set DATABASE_URL`;
    console.warn(`skipped: what is kept in PostgreSQL, because ${reason}`);
    return reason;
  }
}
