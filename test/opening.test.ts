import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const run = promisify(execFile);

/** A connector to an agency that speaks GraphQL, in a folder of its own; `document` is what it asks. */
function plots(document: string): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'opening-')), 'plots');
  mkdirSync(join(folder, '../node_modules'), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules/zod'), join(folder, '../node_modules/zod'));
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'connector.ts'),
    `import { z } from 'zod';
import { connector } from '${ROOT}/src/connect/index.ts';

const SCHEMA = 'type Query { plot(id: ID!): Plot } type Plot { id: ID! area: Float! }';

export default connector({
  id: 'plots',
  agency: 'land',
  settings: z.object({ url: z.url() }),
  open({ settings, http }) {
    const registry = http.graphql({ url: settings.url, schema: SCHEMA });
    registry.query(\`${document}\`, z.unknown());
    return { fields: {} };
  },
});
`,
  );
  writeFileSync(
    join(folder, 'sandbox.ts'),
    `import { sandbox } from '${ROOT}/src/kit/index.ts';
export default sandbox({ id: 'plots', settings: (url) => ({ url }), samples: {}, open: () => ({ handle: () => ({ body: '' }) }) });
`,
  );
  return folder;
}

const open = (...folders: readonly string[]) =>
  run(join(ROOT, 'node_modules/.bin/tsx'), [join(ROOT, 'src/cli/main.ts'), 'connector', 'verify', ...folders], { cwd: ROOT });

describe('connectors are opened before anything starts', () => {
  it('those of the project open', { timeout: 60_000 }, async () => {
    expect((await open()).stdout).toMatch(/^\d+ opened, 0 failed\n$/);
  });

  it('a question that the agency cannot understand fails with file, line and column', { timeout: 60_000 }, async () => {
    const good = plots('query ($id: ID!) { plot(id: $id) { area } }');
    const wrong = plots('query ($id: ID!) {\n      plot(id: $id) {\n        surface\n      }\n    }');
    const broken = plots('query { plot(');
    await expect(open(good, wrong, broken)).rejects.toMatchObject({
      code: 1,
      stdout: '1 opened, 2 failed\n',
      stderr: [
        `${wrong}/connector.ts:14:9: connectors.plots: the query does not fit the agency's schema: Cannot query field "surface" on type "Plot". (line 3, column 9)\n`,
        `${broken}/connector.ts:12:34: connectors.plots: the query does not fit the agency's schema: Syntax Error: Expected Name, found <EOF>. (line 1, column 14)\n`,
      ].join(''),
    });
  });
});
