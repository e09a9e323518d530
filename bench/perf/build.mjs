// Compiles the programs of the bench once, so that no contender pays for a compiler when it starts.
import { readdirSync } from 'node:fs';
import { build } from 'esbuild';

const here = import.meta.dirname;
const contenders = readdirSync(`${here}/contenders`).map((name) => `${here}/contenders/${name}`);

await build({
  entryPoints: [`${here}/run.ts`, `${here}/agencies.ts`, `${here}/autocannon.ts`, ...contenders],
  outdir: `${here}/dist`,
  outbase: here,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
});
