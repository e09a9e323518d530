/**
 * A hook of Node's module loader, for the built gateway. Connectors in TypeScript import the gateway's sources; they get
 * what was built from them instead. With two copies in one process a secret or an error of the one would be none to the other.
 */
import { existsSync } from 'node:fs';
import type { ResolveHook } from 'node:module';
import { fileURLToPath } from 'node:url';

const BUILT = new URL('../', import.meta.url).href;
const SOURCES = new URL('../../../src/', import.meta.url).href;

export const resolve: ResolveHook = async (specifier, context, next) => {
  const built = specifier.startsWith('.') && context.parentURL ? builtFrom(new URL(specifier, context.parentURL).href) : undefined;
  return built ? { url: built, format: 'module', shortCircuit: true } : next(specifier, context);
};

function builtFrom(source: string): string | undefined {
  if (!source.startsWith(SOURCES) || !source.endsWith('.ts')) return undefined;
  const built = `${BUILT}${source.slice(SOURCES.length, -'.ts'.length)}.js`;
  return existsSync(fileURLToPath(built)) ? built : undefined;
}
