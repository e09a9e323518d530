import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Tar is made of blocks: one that names a file, and those with its content. */
const BLOCK = 512;
const FOLDER = '5';

/** What an embedded database in memory starts from: the files of an empty one, where `npm run prepare` has made them; else it lays out its own. */
export function emptyDatabase(): { readonly loadDataDir?: Blob } {
  const packed = packedFiles();
  return packed ? { loadDataDir: new Blob([packed]) } : {};
}

/** Puts the files of an empty database into a folder. `false` where they were not made: then who opens it lays out its own. */
export function unpackEmpty(folder: string): boolean {
  const packed = packedFiles();
  if (!packed) return false;
  // Not by the database itself, whose file system takes several times as long.
  const files = gunzipSync(packed);
  for (let at = 0; files[at]; at += unpacked(files.subarray(at), folder));
  return true;
}

function packedFiles(): Buffer<ArrayBuffer> | undefined {
  let folder = import.meta.dirname;
  while (!existsSync(resolve(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder);
  const file = resolve(folder, 'dist/empty-database.tgz');
  return existsSync(file) ? readFileSync(file) : undefined;
}

/** Writes the file or folder with which a tar begins, and gives back how many bytes it took. */
function unpacked(tar: Buffer, folder: string): number {
  const text = (from: number, to: number): string => tar.toString('latin1', from, to).split('\0', 1)[0] ?? '';
  const size = Number.parseInt(text(124, 136), 8) || 0;
  const path = `${folder}/${text(0, 100)}`;
  if (text(156, 157) === FOLDER) mkdirSync(path, { mode: 0o700 });
  else writeFileSync(path, tar.subarray(BLOCK, BLOCK + size), { mode: 0o600 });
  return BLOCK * (1 + Math.ceil(size / BLOCK));
}
