import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Plugin } from 'vitest/config';
import { MITIGATIONS, type Mitigation } from './mitigations.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/**
 * Leaves out one mitigation of what tests run, and nothing on disk: the one that `TEST_WITHOUT` names. Throws where there is
 * no such mitigation, or where its passage does not stand in the source exactly once.
 */
export function withoutMitigation(id: string | undefined): Plugin[] {
  if (id === undefined) return [];
  const mitigation = MITIGATIONS.find((each) => each.id === id);
  if (!mitigation) throw new Error(`TEST_WITHOUT: no mitigation is called "${id}"; test/without/mitigations.ts has the list`);
  const path = resolve(ROOT, mitigation.file);
  const instead = switchedOff(mitigation, readFileSync(path, 'utf8'));
  const isIt = (module: string): boolean => module.split('?', 1)[0] === path;
  return [
    {
      name: `without-${id}`,
      enforce: 'pre',
      transform: (_, module) => (isIt(module) ? instead : undefined),
      // All other modules are the same with every mitigation: one run may have from another what it made of them.
      api: { vitest: { experimental: { ignoreFsModuleCache: true } } },
      configureVitest: ({ experimental_defineCacheKeyGenerator: keys }) => keys(({ id: module }) => (isIt(module) ? false : undefined)),
    },
  ];
}

/** A source with one mitigation left out. Throws where its passage does not stand there exactly once. */
export function switchedOff({ id, file, passage, without }: Mitigation, source: string): string {
  const parts = source.split(passage);
  if (parts.length !== 2)
    throw new Error(`${file}: the passage of "${id}" stands there ${parts.length - 1} times, not once; mend test/without/mitigations.ts`);
  return parts.join(without);
}
