import { join, resolve } from 'node:path';
import { beforeAll } from 'vitest';
import { ensureBuilt } from './built.ts';

const DIST = resolve(import.meta.dirname, '../dist/src');
const LONGEST_BUILD_MS = 300_000;

/** Gateway and CLI as they are built: built before the tests of a file that has them, so that nobody tests what they were. */
export function builtPrograms(): { readonly gateway: string; readonly cli: string } {
  beforeAll(ensureBuilt, LONGEST_BUILD_MS);
  return { gateway: join(DIST, 'main.js'), cli: join(DIST, 'cli/main.js') };
}
