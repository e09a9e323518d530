/** The test's own gateway and agencies as JavaScript beside the built project, so that a life begins in the time of a real one. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { ensureBuilt } from '../built.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const OWN = 'test/crash';
const COMPILER: ts.CompilerOptions = {
  module: ts.ModuleKind.ESNext,
  target: ts.ScriptTarget.ES2023,
  rewriteRelativeImportExtensions: true,
  verbatimModuleSyntax: true,
};

/** A folder in which a file of this folder is found under its own path, as JavaScript. */
export interface Built extends Disposable {
  file(path: string): string;
}

export async function buildCrash(): Promise<Built> {
  await ensureBuilt();
  const folder = mkdtempSync(join(tmpdir(), 'yimen-crash-built-'));
  symlinkSync(resolve(ROOT, 'dist/src'), join(folder, 'src'));
  symlinkSync(resolve(ROOT, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  for (const name of readdirSync(join(ROOT, OWN), { recursive: true, encoding: 'utf8' })) transpile(join(OWN, name), folder);
  return {
    file: (path) => (path.startsWith('src/') ? resolve(ROOT, 'dist', path) : join(folder, OWN, path)),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

function transpile(path: string, folder: string): void {
  if (!path.endsWith('.ts') || path.endsWith('.test.ts')) return;
  const { outputText } = ts.transpileModule(readFileSync(join(ROOT, path), 'utf8'), { compilerOptions: COMPILER, fileName: path });
  const out = join(folder, path.replace(/\.ts$/, '.js'));
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, outputText);
}
