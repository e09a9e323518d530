import { relative, resolve } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const ROOT = resolve(import.meta.dirname, '../..');
/** Longest first. */
const LONG: readonly string[] = [
  'test/crash/crash.test.ts',
  'test/crash/deliberate.test.ts',
  'test/without.test.ts',
  'test/connect-an-agency.test.ts',
  'test/contracts.test.ts',
  'test/process.test.ts',
];

/** Begins with what is known to be long: the worker that came to it last would go on for minutes when the others have ended. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => place(a) - place(b));
  }
}

function place({ moduleId }: TestSpecification): number {
  const at = LONG.indexOf(relative(ROOT, moduleId));
  return at < 0 ? LONG.length : at;
}
