// Compiles the bench once, so that neither a contender nor a connector pays for a compiler when it runs.
import { readdirSync } from 'node:fs';
import { build } from 'esbuild';

const here = import.meta.dirname;
const contenders = readdirSync(`${here}/contenders`).map((name) => `${here}/contenders/${name}`);
const connectors = readdirSync(`${here}/connectors`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `${here}/connectors/${name}/connector.ts`);

const shared = {
  outdir: `${here}/dist`,
  outbase: here,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
};

// A connector takes the engine from the built gateway, as one that was installed as a package does.
const gateway = {
  name: 'gateway',
  setup: ({ onResolve }) =>
    onResolve({ filter: /src\/connect\/index\.ts$/ }, () => ({ path: '../../../../../dist/src/connect/index.js', external: true })),
};

await build({ ...shared, entryPoints: ['run', 'agencies', 'autocannon'].map((name) => `${here}/${name}.ts`).concat(contenders) });
await build({ ...shared, entryPoints: connectors, plugins: [gateway] });
