/** Every place where a hall leaves something behind, as bytes with a name each. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { createClient, RESP_TYPES } from 'redis';
import { unescaped } from './finder.ts';
import type { CanaryHall } from './hall.ts';

export interface Place {
  readonly name: string;
  readonly bytes: Buffer;
}

const run = promisify(execFile);
const MOST_BYTES = 256 * 1024 * 1024;

/** Everything in a folder: logs, spans, data of the gateway, backups. Packed files are unpacked. */
export const inFolder = (folder: string): readonly Place[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const bytes = readFileSync(file);
      return { name: file.slice(folder.length + 1), bytes: file.endsWith('.gz') ? gunzipSync(bytes) : bytes };
    });

/** Names and values that lie in Redis, and every command that went there. */
export async function inRedis({ redis, monitored }: CanaryHall): Promise<readonly Place[]> {
  const client = createClient({ url: redis.url }).withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  await client.connect();
  try {
    const names = (await client.keys('*')) as unknown as Buffer[];
    const values = await Promise.all(names.map((name) => client.dump(name as never) as unknown as Promise<Buffer | null>));
    const dumps = names.flatMap((name, i) => [name, values[i] ?? Buffer.alloc(0)]);
    return [
      { name: `redis: ${names.length} keys`, bytes: Buffer.concat(dumps) },
      { name: 'redis: commands', bytes: unescaped(monitored()) },
    ];
  } finally {
    client.destroy();
  }
}

/** Every queue of jobs is a part of one table. */
const PARTITION = /^yimen_jobs\.j[0-9a-f]{20,}$/;
const COPY = /^COPY (\S+) \((.*)\) FROM stdin;$/;

/** A dump of the database, by table and column; what stands outside rows is one more place. */
export async function inDump(url: string): Promise<readonly Place[]> {
  const { stdout } = await run('pg_dump', [url], { maxBuffer: MOST_BYTES });
  const columns = new Map<string, string[]>([['outside of rows', []]]);
  let names: readonly string[] | undefined;
  for (const line of stdout.split('\n')) {
    const [, table, list] = COPY.exec(line) ?? [];
    if (table && list)
      names = list.split(', ').map((column) => `${table.replace(PARTITION, 'yimen_jobs.job')}.${column.replaceAll('"', '')}`);
    else if (line === '\\.') names = undefined;
    else if (names) for (const [i, value] of line.split('\t').entries()) textsOf(columns, names[i] ?? '').push(value);
    else textsOf(columns, 'outside of rows').push(line);
  }
  return [...columns].map(([name, texts]) => ({ name: `dump: ${name}`, bytes: Buffer.from(texts.join('\n')) }));
}

function textsOf(columns: Map<string, string[]>, name: string): string[] {
  const found = columns.get(name) ?? [];
  columns.set(name, found);
  return found;
}
