import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { FileRefused } from './refusal.ts';
import { HEAD_BYTES, keyOf, newHead, opened, openPiece, PIECE_BYTES, piecesOf, SEALED_PIECE_BYTES, sealPiece } from './seal.ts';
import type { Received } from './types.ts';

/** What a process that was killed left behind is cleared away when it is this old. */
const FORGOTTEN_MS = 60 * 60_000;

/** A file in the spool: sealed already, on disk, with everything a place needs to take it. */
export interface Spooled extends Received {
  readonly path: string;
  readonly sealed: { readonly size: number; readonly sha256: string };
  /** Removes it, where no place has taken it. */
  discard(): Promise<void>;
}

export interface SpoolOptions {
  readonly folder: string;
  readonly key: Buffer;
  /** Longest content, in bytes. */
  readonly most: number;
}

/**
 * Takes in a file, chunk by chunk: sealed on its way to the disk, flushed, its digest known at the end. Rejects, leaving
 * nothing, with {@link FileRefused} or with whatever the source rejects with.
 */
export async function receive(source: AsyncIterable<Buffer>, options: SpoolOptions): Promise<Spooled> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const path = resolve(options.folder, randomUUID());
  const handle = await open(path, 'wx', 0o600);
  try {
    const written = await write(source, handle, options);
    await handle.sync();
    await handle.close();
    return { path, ...written, ...readers(path, written, options.key), discard: () => rm(path, { force: true }) };
  } catch (cause) {
    await handle.close().catch(() => {});
    await rm(path, { force: true });
    throw (cause as NodeJS.ErrnoException).code === 'ENOSPC' ? new FileRefused('FILE_STORE_FULL', cause) : cause;
  }
}

async function write(source: AsyncIterable<Buffer>, handle: FileHandle, { key: master, most }: SpoolOptions) {
  const [whole, onDisk] = [createHash('sha256'), createHash('sha256')];
  const head = newHead();
  const key = keyOf(master, head);
  let [size, sealedSize, number] = [0, 0, 0];
  let held = Buffer.alloc(0);

  async function out(bytes: Buffer): Promise<void> {
    onDisk.update(bytes);
    sealedSize += bytes.length;
    await handle.writeFile(bytes);
  }

  await out(head);
  for await (const chunk of source) {
    size += chunk.length;
    if (size > most) throw new FileRefused('FILE_TOO_LARGE');
    whole.update(chunk);
    // Copies: a source may use its chunk again.
    held = Buffer.concat([held, chunk]);
    for (; held.length > PIECE_BYTES; held = held.subarray(PIECE_BYTES)) await out(sealPiece(key, number++, held.subarray(0, PIECE_BYTES)));
  }
  if (size === 0) throw new FileRefused('FILE_EMPTY');
  const sha256 = whole.digest('hex');
  await out(sealPiece(key, number, held, sha256));
  return { size, sha256, sealed: { size: sealedSize, sha256: onDisk.digest('hex') } };
}

function readers(path: string, { size, sha256 }: Pick<Received, 'size' | 'sha256'>, master: Buffer): Pick<Received, 'stream' | 'slice'> {
  const last = piecesOf(size) - 1;
  return {
    stream: () => opened(createReadStream(path), master, { size, sha256 }),
    async slice(from, length) {
      const to = Math.min(from + length, size);
      if (from >= to || from < 0) return Buffer.alloc(0);
      const handle = await open(path, 'r');
      try {
        const key = keyOf(master, await bytesAt(handle, 0, HEAD_BYTES));
        const pieces: Buffer[] = [];
        const first = Math.floor(from / PIECE_BYTES);
        for (let number = first; number * PIECE_BYTES < to; number++) {
          const sealed = await bytesAt(handle, HEAD_BYTES + number * SEALED_PIECE_BYTES, SEALED_PIECE_BYTES);
          pieces.push(openPiece(key, number, sealed, number === last ? sha256 : undefined));
        }
        return Buffer.concat(pieces).subarray(from - first * PIECE_BYTES, to - first * PIECE_BYTES);
      } finally {
        await handle.close();
      }
    },
  };
}

async function bytesAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** Clears away what nobody will finish. `now` is the machine's own time, as the disk has it. */
export async function clearSpool(folder: string, now = Date.now()): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = resolve(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: now }));
    if (now - mtimeMs > FORGOTTEN_MS) await rm(path, { force: true });
  }
}
