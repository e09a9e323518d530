import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** What an embedded database starts from: the files of an empty one, where `npm run prepare` has made them; else it lays out its own. */
export function emptyDatabase(): { readonly loadDataDir?: Blob } {
  let folder = import.meta.dirname;
  while (!existsSync(resolve(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder);
  const file = resolve(folder, 'dist/empty-database.tgz');
  return existsSync(file) ? { loadDataDir: new Blob([readFileSync(file)]) } : {};
}
