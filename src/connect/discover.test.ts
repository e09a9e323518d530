import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { shippedFolders } from './discover.ts';

const folder = mkdtempSync(join(tmpdir(), 'yimen-shipped-'));
afterAll(() => rmSync(folder, { recursive: true }));

const BUILT_AT = 1_000;

/** A file that was changed so many seconds after the build. */
function file(path: string, after: number): void {
  const full = join(folder, path);
  mkdirSync(join(full, '..'), { recursive: true });
  writeFileSync(full, '');
  utimesSync(full, BUILT_AT + after, BUILT_AT + after);
}

it('what was edited after the build runs from its sources, what is not there any more does not run', () => {
  file('sources/tax/connector.ts', -1);
  file('sources/tax/connector.test.ts', 1);
  file('built/tax/connector.js', 0);
  file('sources/land/connector.ts', -1);
  file('sources/land/sandbox/samples.ts', 1);
  file('built/land/connector.js', 0);
  file('sources/water/connector.ts', -1);
  file('built/gone/connector.js', 0);
  const folders = shippedFolders(join(folder, 'sources'), join(folder, 'built'));
  expect(Object.fromEntries(folders)).toEqual({
    land: join(folder, 'sources/land'),
    tax: join(folder, 'built/tax'),
    water: join(folder, 'sources/water'),
  });
});
