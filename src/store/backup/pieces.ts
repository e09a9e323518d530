import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, open, readdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** One file of a backup. */
export interface Piece {
  /** From the backup's folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** Makes the folder of a backup, or takes an empty one. Nobody else may look into it. */
export async function takeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const [first] = await readdir(folder);
  if (first !== undefined) throw new Error(`the folder ${folder} is not empty (${first}): name a new one for the backup`);
  await chmod(folder, 0o700);
}

/** Writes one file, through what `steps` make of it, and flushes it to the disk. */
export async function writePiece(
  folder: string,
  path: string,
  source: AsyncIterable<Buffer | string>,
  ...steps: Transform[]
): Promise<Piece> {
  const target = resolve(folder, path);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const handle = await open(target, 'wx', 0o600);
  const hash = createHash('sha256');
  const count = { bytes: 0 };
  await pipeline([
    Readable.from(source, { objectMode: false }),
    ...steps,
    counting(hash, count),
    handle.createWriteStream({ flush: true }),
  ]);
  return { path, bytes: count.bytes, sha256: hash.digest('hex') };
}

function counting(hash: Hash, count: { bytes: number }): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      count.bytes += chunk.length;
      done(null, chunk);
    },
  });
}

/** Throws where a file is not what was written. */
export async function checkPiece(folder: string, { path, bytes, sha256 }: Piece): Promise<void> {
  const hash = createHash('sha256');
  let seen = 0;
  try {
    for await (const chunk of createReadStream(resolve(folder, path)) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      seen += chunk.length;
    }
  } catch (cause) {
    const isGone = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new Error(`${path} ${isGone ? 'is missing' : 'cannot be read'}: the backup is not whole, nothing was written`, { cause });
  }
  if (seen !== bytes) throw new Error(`${path} has ${seen} bytes instead of ${bytes}: it was cut off or changed, nothing was written`);
  if (hash.digest('hex') !== sha256) throw new Error(`${path} is not what the backup wrote: it was changed, nothing was written`);
}

/** Names of all files under a folder, from there; a folder that is not there has none. */
export async function filesUnder(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch((cause: NodeJS.ErrnoException) =>
    cause.code === 'ENOENT' ? [] : Promise.reject(cause),
  );
  const names = entries.filter((entry) => entry.isFile()).map((entry) => resolve(entry.parentPath, entry.name).slice(folder.length + 1));
  return names.map((name) => name.replaceAll('\\', '/')).toSorted();
}
