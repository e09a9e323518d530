import { randomBytes } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Checkpoint, readCheckpoint } from './checkpoint.ts';
import type { PublicKey } from './keys.ts';

/** A checkpoint and where it was read. */
export interface FoundCheckpoint {
  readonly checkpoint: Checkpoint;
  /** File and line, for whoever looks. */
  readonly where: string;
}

export interface FoundCheckpoints {
  /** In the order of the chain. */
  readonly found: readonly FoundCheckpoint[];
  /** Last lines that a killed process left half-written; they say nothing. */
  readonly torn: number;
  /** Lines in the middle that are no checkpoints: somebody changed the file. */
  readonly unreadable: readonly string[];
}

const EXTENSION = '.jsonl';

/**
 * Appends checkpoints to a file of this process alone: processes on one folder never mix their lines, and what a killed
 * process left half-written stays at the end of its own file.
 */
export class CheckpointFile {
  readonly #folder: string;
  readonly #key: PublicKey;
  #handle: FileHandle | undefined;

  constructor(folder: string, key: PublicKey) {
    this.#folder = folder;
    this.#key = key;
  }

  /** Resolves when the line is on the disk. After a failure the next line goes to a new file. */
  async append(checkpoint: Checkpoint): Promise<void> {
    this.#handle ??= await this.#create(checkpoint.time);
    try {
      await this.#handle.appendFile(`${JSON.stringify(checkpoint)}\n`);
      await this.#handle.sync();
    } catch (cause) {
      await this.close();
      throw cause;
    }
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close().catch(() => {});
  }

  async #create(time: string): Promise<FileHandle> {
    await mkdir(this.#folder, { recursive: true });
    const key = join(this.#folder, `audit-key-${this.#key.thumbprint}.pem`);
    if (!existsSync(key)) await writeFile(key, this.#key.pem);
    const name = `${time.slice(0, 10)}.${process.pid}.${randomBytes(6).toString('hex')}${EXTENSION}`;
    const handle = await open(join(this.#folder, name), 'ax', 0o640);
    await flushFolder(this.#folder);
    return handle;
  }
}

/** A new file is only there after a power cut when its folder was flushed too. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  // Some file systems cannot flush a folder; the lines themselves are flushed all the same.
  await handle.sync().catch(() => {});
  await handle.close();
}

/** Reads all checkpoints of folders, line by line. A folder that is not there has none. */
export async function readCheckpoints(folders: readonly string[]): Promise<FoundCheckpoints> {
  const found: FoundCheckpoint[] = [];
  const unreadable: string[] = [];
  let torn = 0;
  for (const file of (await Promise.all(folders.map(filesIn))).flat()) {
    let wrong: string | undefined;
    for await (const { value, where } of linesOf(file)) {
      if (wrong) unreadable.push(wrong);
      const checkpoint = readCheckpoint(value);
      wrong = checkpoint ? undefined : where;
      if (checkpoint) found.push({ checkpoint, where });
    }
    if (wrong) torn++;
  }
  return { found: found.toSorted((a, b) => a.checkpoint.sequence - b.checkpoint.sequence), torn, unreadable };
}

/** Values of a file of JSON lines; undefined where a line is none. */
export async function* linesOf(file: string): AsyncGenerator<{ readonly value: unknown; readonly where: string }> {
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY }))
    yield { value: parsed(text), where: `${file}:${++line}` };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => (cause.code === 'ENOENT' ? [] : Promise.reject(cause)));
  return names
    .filter((name) => name.endsWith(EXTENSION))
    .toSorted()
    .map((name) => join(folder, name));
}
