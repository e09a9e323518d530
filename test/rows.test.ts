/** Every threat and bad input has a test that is named by it, so that none is forgotten. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const numbers = (letter: string, last: number) => Array.from({ length: last }, (_, i) => `${letter}${i + 1}`);
const ROWS = [...numbers('T', 20), ...numbers('B', 75)];

/** What has no surface yet, or is shown by a check that is not named. */
const WITHOUT: Readonly<Record<string, string>> = {
  B35: 'nothing is exported as CSV',
  B36: 'no page shows what an applicant wrote',
};

function* testFiles(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* testFiles(path);
    else if (entry.name.endsWith('.test.ts') && path !== import.meta.filename) yield path;
  }
}

it('each row of threats and bad inputs is named by a test', () => {
  const texts = ['src', 'test', 'connectors'].flatMap((folder) =>
    [...testFiles(join(ROOT, folder))].map((file) => readFileSync(file, 'utf8')),
  );
  // In a name: after its quote, after another row, or as a row of a table of cases.
  const named = new Set(
    texts.flatMap((text) => [...text.matchAll(/['"`]((?:[TB]\d{1,2}[ ,]*)+)/g)].flatMap(([, rows = '']) => rows.match(/[TB]\d+/g) ?? [])),
  );
  expect(ROWS.filter((row) => !named.has(row) && !(row in WITHOUT))).toEqual([]);
  expect(Object.keys(WITHOUT).filter((row) => named.has(row))).toEqual([]);
});
