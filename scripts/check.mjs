/**
 * Everything that can be checked without running the house: `npm run check`. All checks run, whatever fails before;
 * what a check printed is shown when it failed. The last line counts.
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const bin = (name, ...args) => [resolve(root, 'node_modules', '.bin', name), ...args];

const CHECKS = {
  codegen: bin('graphql-codegen', '--config', 'codegen.yml'),
  types: bin('tsc', '-p', 'tsconfig.json'),
  'format and lint': bin('biome', 'check', '--error-on-warnings'),
  'who imports whom': bin('depcruise', '--config', '.dependency-cruiser.cjs', 'src', 'connectors', 'test', 'schema', 'scripts', 'bench'),
  'schema rules': bin('eslint', '--max-warnings=0', '--no-error-on-unmatched-pattern', 'schema/*.graphql', 'connectors/*/*.graphql'),
  'schema snapshot': [process.execPath, 'scripts/snapshot.mjs'],
  'connectors open': bin('tsx', 'src/cli/main.ts', 'connector', 'verify'),
  'unused code': bin('knip', '--no-progress'),
};

function run([command, ...args]) {
  const started = performance.now();
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 });
  return { ok: status === 0, took: performance.now() - started, output: `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`.trim() };
}

let failed = 0;
for (const [name, command] of Object.entries(CHECKS)) {
  const { ok, took, output } = run(command);
  console.log(`${name.padEnd(18)} ${(took / 1_000).toFixed(1).padStart(5)} s  ${ok ? 'ok' : 'failed'}`);
  if (ok) continue;
  failed++;
  console.log(`\n${output}\n`);
}
console.log(`${Object.keys(CHECKS).length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
