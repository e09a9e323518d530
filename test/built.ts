import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

const ROOT = resolve(import.meta.dirname, '..');
/** What is made, from which files; each may be made of those before it. */
const MADE = {
  'schema/generated/types.ts': { of: ['schema', 'connectors', 'scripts', 'codegen.yml'], files: /\.(?:graphql|mjs|yml)$/ },
  'dist/src/main.js': { of: ['src', 'schema', 'connectors', 'tsconfig.json', 'tsconfig.build.json'], files: /(?<!\.test)\.ts$|\.json$/ },
};
/** A lock of a process that was killed is older than any build. */
const LONGEST_BUILD_MS = 180_000;

/** Builds the project, as `npm ci` does, unless everything that is made is newer than what it is made of. Test files that run beside wait. */
export async function ensureBuilt(): Promise<void> {
  const lock = join(ROOT, 'node_modules/.yimen-build');
  while (!taken(lock)) await wait(200);
  try {
    if (isBuilt()) return;
    await promisify(execFile)('npm', ['run', '-s', 'prepare'], { cwd: ROOT });
    date();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function taken(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    const since = existsSync(lock) ? statSync(lock).mtimeMs : Date.now();
    if (Date.now() - since > LONGEST_BUILD_MS) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

/** What came out as it was before is not written again, and would look old for ever. */
function date(): void {
  for (const [i, name] of Object.keys(MADE).entries()) {
    const at = new Date(Date.now() + i);
    utimesSync(join(ROOT, name), at, at);
  }
}

function isBuilt(): boolean {
  return Object.entries(MADE).every(([name, { of, files }]) => {
    const made = join(ROOT, name);
    const newest = Math.max(...of.flatMap((from) => changes(join(ROOT, from), files)));
    return existsSync(made) && newest < statSync(made).mtimeMs;
  });
}

function changes(path: string, files: RegExp): number[] {
  if (statSync(path).isDirectory()) return readdirSync(path).flatMap((name) => changes(join(path, name), files));
  return files.test(path) ? [statSync(path).mtimeMs] : [];
}
