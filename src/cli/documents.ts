import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { schemaFolders } from '../connectors.ts';
import { checkDocument, createGraph, manifestOf } from '../graph/index.ts';
import { readSettings } from '../settings/index.ts';

/** `yimen documents`: registers the documents of counters and kiosks, so that a hall can run those alone. */
export function addDocuments(program: Command): void {
  program
    .command('documents <paths...>')
    .description('build a manifest of registered documents from .graphql files, or folders of them, each held against the schema')
    .requiredOption('--out <file>', 'where to write it, for example documents.json')
    .action((paths: string[], { out }: { out: string }) => writeManifest(paths, out));
}

function writeManifest(paths: readonly string[], out: string): void {
  const settings = readSettings(process.env, process.cwd());
  const { schema } = createGraph({ folders: schemaFolders(settings), served: new Map() });
  const documents = paths.flatMap(filesAt).map((file) => ({ file, source: readFileSync(file, 'utf8') }));
  const manifest = manifestOf(documents, (source) => checkDocument(source, { schema, limits: settings.config.limits }));
  writeFileSync(resolve(out), `${JSON.stringify(manifest, null, 2)}\n`);
  console.log(`${Object.keys(manifest).length} documents registered in ${out}`);
}

/** A file as it is named; of a folder all `.graphql` files, however deep. */
function filesAt(path: string): readonly string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new Error(`${path}: there is no such file or folder`);
  if (!found.isDirectory()) return [path];
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.graphql'));
  if (names.length === 0) throw new Error(`${path}: holds no .graphql file`);
  return names.sort().map((name) => resolve(path, name));
}
