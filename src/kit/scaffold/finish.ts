import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { ContractError } from './contract.ts';

/** Tools of the project that follow a change of its schema, each with what it is for. */
const STEPS = [
  { what: 'codegen', needs: 'node_modules/.bin/graphql-codegen', arguments: ['--config', 'codegen.yml'] },
  { what: 'schema snapshot', needs: 'scripts/snapshot.mjs', arguments: ['--update'] },
] as const;

/** Formats a folder as the project is formatted, where the formatter is installed. */
export function formatted(root: string, folder: string): void {
  const biome = resolve(root, 'node_modules/.bin/biome');
  if (existsSync(biome))
    spawnSync(biome, ['check', '--write', '--files-max-size=16777216', '--diagnostic-level=error', relative(root, folder)], { cwd: root });
}

/**
 * Brings generated types and the schema's snapshot up to date; gives back what could not be run here. Nothing is built: a
 * connector runs from its sources until the next build.
 */
export function refreshed(root: string): readonly string[] {
  return STEPS.flatMap(({ what, needs, arguments: given }) => {
    const command = resolve(root, needs);
    if (!existsSync(command)) return [what];
    const isScript = command.endsWith('.mjs');
    const result = spawnSync(isScript ? process.execPath : command, [...(isScript ? [command] : []), ...given], {
      cwd: root,
      encoding: 'utf8',
    });
    if (result.status !== 0) throw new ContractError(`${what} failed:\n${`${result.stdout}${result.stderr}`.trim().slice(-2_000)}`);
    return [];
  });
}
