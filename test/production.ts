import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startYimen, type Yimen } from '../src/app.ts';
import { readSettings } from '../src/settings/index.ts';

/** A gateway in the production profile, in a folder of its own. */
export async function production(config: object): Promise<Yimen & AsyncDisposable> {
  const folder = mkdtempSync(join(tmpdir(), 'yimen-'));
  writeFileSync(join(folder, 'yimen.config.json'), JSON.stringify(config));
  const yimen = await startYimen(readSettings({ YIMEN_PROFILE: 'production', PORT: '0', YIMEN_DATA: join(folder, 'data') }, folder), {
    sheds: false,
  });
  return {
    ...yimen,
    async [Symbol.asyncDispose]() {
      await yimen.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const hashOf = (source: string): string => createHash('sha256').update(source).digest('hex');

/** A manifest file that registers the documents; gives back its path. */
export function registering(...sources: readonly string[]): string {
  const file = join(mkdtempSync(join(tmpdir(), 'yimen-documents-')), 'documents.json');
  writeFileSync(file, JSON.stringify(Object.fromEntries(sources.map((source) => [hashOf(source), source]))));
  return file;
}
