/** Each mitigation is switched off once, and the test that guards it fails: none is there for show, and no test is blind. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { MITIGATIONS, type Mitigation } from './without/mitigations.ts';
import { switchedOff } from './without/plugin.ts';

const ROOT = resolve(import.meta.dirname, '..');
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');
/** A child that takes longer hangs. */
const PATIENCE_MS = 110_000;
/** How the report begins what `expect` threw: by its name, but for a promise that was to be rejected. */
const ASSERTED = /^(?:AssertionError: |Error: promise resolved .+ instead of rejecting)/;
const folder = mkdtempSync(join(tmpdir(), 'yimen-without-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Each is a gateway in a process of its own.
vi.setConfig({ maxConcurrency: 2, testTimeout: 120_000 });

interface Outcome {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages: readonly string[];
}

/** Runs the test of a mitigation, alone, with what `TEST_WITHOUT` names switched off. */
async function run({ id, test: [file, name] }: Mitigation, off = id) {
  const report = join(folder, `${id}.json`);
  const pattern = `^${name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`;
  const once = ['--no-file-parallelism', '--retry=0', '--experimental.fsModuleCache', `--experimental.fsModuleCachePath=${folder}/modules`];
  const args = ['run', file, '-t', pattern, ...once, '--reporter=json', `--outputFile=${report}`];
  const { code, said } = await new Promise<{ code: unknown; said: string }>((ended) =>
    execFile(
      process.execPath,
      [VITEST, ...args],
      { cwd: ROOT, env: { ...process.env, TEST_WITHOUT: off }, timeout: PATIENCE_MS },
      (error, out, err) => ended({ code: error?.code ?? 0, said: out + err }),
    ),
  );
  return { code, said, outcomes: () => outcomesIn(report, said) };
}

/** What came of the tests that were run; a file that could not be loaded has none. */
function outcomesIn(report: string, said: string): readonly Outcome[] {
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as { testResults: { assertionResults: Outcome[] }[] };
  const outcomes = testResults.flatMap(({ assertionResults }) => assertionResults).filter(({ status }) => status !== 'skipped');
  return outcomes.length > 0 ? outcomes : expect.fail(`no test was run: ${said}`);
}

describe('a mitigation that is switched off', () => {
  it.concurrent.each(MITIGATIONS.map((each) => [`${each.row} ${each.id}`, each] as const))('%s: its test fails', async (_, mitigation) => {
    const [, fullName] = mitigation.test;
    const { code, said, outcomes } = await run(mitigation);
    expect(code, `"${fullName}" does not fail without it, or is not there: ${said}`).toBe(1);
    // By what it asserts: not by its time, and not because something broke before.
    expect(outcomes()).toMatchObject([{ fullName, status: 'failed', failureMessages: [expect.stringMatching(ASSERTED)] }]);
  });

  it.each(MITIGATIONS.map((each) => [each.id, each.file, each] as const))('%s stands in %s, exactly once', (_id, _file, mitigation) => {
    const source = readFileSync(join(ROOT, mitigation.file), 'utf8');
    expect(switchedOff(mitigation, source)).not.toBe(source);
    expect(() => switchedOff(mitigation, source.replace(mitigation.passage, ''))).toThrow('stands there 0 times');
    expect(() => switchedOff(mitigation, source + mitigation.passage)).toThrow('stands there 2 times');
  });

  it('is listed by its row in docs/security.md', () => {
    const [, section = ''] = readFileSync(join(ROOT, 'docs/security.md'), 'utf8').split(/^## Switched off\n/m);
    const lines = (section.split(/^## /m)[0] ?? '').matchAll(/^\| ([TB]\d+) \| (.+) \| .+ \|$/gm);
    const listed = [...lines].flatMap(([, row = '', ids = '']) => [...ids.matchAll(/`([a-z-]+)`/g)].map(([, id]) => `${row} ${id}`));
    expect(listed).toEqual(MITIGATIONS.map(({ row, id }) => `${row} ${id}`));
  });

  it('that is not in the list ends the run', async () => {
    const { code, said } = await run(MITIGATIONS[0] as Mitigation, 'none-of-this-name');
    expect([code, said]).toEqual([1, expect.stringContaining('TEST_WITHOUT: no mitigation is called "none-of-this-name"')]);
  });
});
