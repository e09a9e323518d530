import { createClient, RESP_TYPES } from 'redis';
import { Vault } from './vault.ts';

const CONNECT_MS = 2_000;
const PING_MS = 1_000;
/** A half-open connection shows by pings that stay without an answer for this long. */
const SILENCE_MS = 4_000;
const BACK_OFF_MS = { first: 50, most: 2_000 };
/** Commands that may wait in the client for a slow Redis; the next ones fail at once. */
const MOST_WAITING = 5_000;
/** A Redis that does not answer in this time is not waited for, and left alone for a moment. */
const PATIENCE_MS = 50;
const PAUSE_MS = 250;
/** A timer that comes this late tells of a busy process, not of a slow Redis. */
const LATE_MS = 15;

/** The client, whose replies are Buffers. */
export type RedisClient = ReturnType<typeof binaryOf>;

/** Says what happened; no commands, no values. */
interface SharedLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface SharedOptions {
  readonly url: string;
  /** 32 bytes, the same in all replicas: names and seals everything. */
  readonly key: Buffer;
  readonly log: SharedLog;
}

/** The Redis that replicas share. Whatever becomes of it costs speed, never an answer: nothing here throws or waits long. */
export interface Shared {
  readonly vault: Vault;
  /** Whether it can be asked right now. */
  readonly isReady: boolean;
  /** Which run of which server answers; undefined while there is none. */
  run(): string | undefined;
  /** What came of a command within 50 ms; undefined when nothing did. */
  ask<T>(command: (redis: RedisClient) => Promise<T>): Promise<T | undefined>;
  close(): Promise<void>;
}

/** Connects, and keeps reconnecting. Throws only over a URL that cannot be read. */
export function openShared({ url, key, log }: SharedOptions): Shared {
  const client = clientOf(url);
  const binary = binaryOf(client);
  const state = { run: undefined as string | undefined, isDown: false, isClosed: false, pausedUntil: 0 };
  const onDown = (cause: unknown) => {
    state.run = undefined;
    if (!state.isDown && !state.isClosed) log.warn({ reason: reasonOf(cause) }, 'Redis cannot be reached: this process goes on alone');
    state.isDown = true;
  };
  client.on('error', onDown).on('end', () => onDown(undefined));
  client.on('ready', async () => {
    state.run = await runOf(client);
    if (state.isDown && state.run) log.info({}, 'Redis is back');
    if (state.run) state.isDown = false;
  });
  client.connect().catch(() => {});
  const isReady = () => client.isReady && state.run !== undefined && performance.now() >= state.pausedUntil;
  return {
    vault: new Vault(key),
    get isReady() {
      return isReady();
    },
    run: () => state.run,
    async ask(command) {
      if (!isReady()) return undefined;
      const reply = await within(command(binary));
      if (reply === 'slow') state.pausedUntil = performance.now() + PAUSE_MS;
      return reply === 'slow' || reply === 'failed' ? undefined : reply;
    },
    async close() {
      state.isClosed = true;
      if (client.isOpen) client.destroy();
    },
  };
}

function clientOf(url: string) {
  try {
    return createClient({
      url,
      RESP: 2,
      disableOfflineQueue: true,
      commandsQueueMaxLength: MOST_WAITING,
      pingInterval: PING_MS,
      maintNotifications: 'disabled',
      socket: { connectTimeout: CONNECT_MS, socketTimeout: SILENCE_MS, reconnectStrategy: backOff },
    });
  } catch {
    // No cause: it would carry the URL, and the password in it, into a log.
    throw new TypeError('REDIS_URL must be a URL like "redis://:password@host:6379"; what arrived cannot be read as one');
  }
}

const binaryOf = (client: ReturnType<typeof clientOf>) => client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });

/** With jitter: replicas that lost Redis together must not come back together. */
const backOff = (retries: number): number => {
  const most = Math.min(BACK_OFF_MS.most, BACK_OFF_MS.first * 2 ** Math.min(retries, 10));
  return most / 2 + Math.random() * (most / 2);
};

/** A restarted server may come up with an old dump, a promoted replica without the latest writes: another run. */
async function runOf(client: ReturnType<typeof clientOf>): Promise<string | undefined> {
  try {
    return /run_id:(\w+)/.exec(await client.info('server'))?.[1] ?? 'unknown';
  } catch {
    // Refused by an ACL, or gone again.
    return client.isReady ? 'unknown' : undefined;
  }
}

/** What may be logged of a client's error: its code or its class, not the message, which may quote a command. */
const reasonOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return 'closed';
  return 'code' in cause ? String(cause.code) : (/^[A-Z]{4,} /.exec(cause.message)?.[0].trim() ?? cause.name);
};

/** `slow` when nothing came in time; a process that was busy itself looks into its socket once more before it says so. */
function within<T>(work: Promise<T>): Promise<T | 'slow' | 'failed'> {
  return new Promise((resolve) => {
    const started = performance.now();
    const isLate = () => performance.now() - started > PATIENCE_MS + LATE_MS;
    const timer = setTimeout(() => setImmediate(() => resolve(isLate() ? 'failed' : 'slow')), PATIENCE_MS);
    const settle = (outcome: T | 'failed') => {
      clearTimeout(timer);
      resolve(outcome);
    };
    work.then(settle, () => settle('failed'));
  });
}
