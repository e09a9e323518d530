import { existsSync, readdirSync, statSync } from 'node:fs';
import { register } from 'node:module';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { Connector } from './connector.ts';

const Exported = z.object({ id: z.string(), agency: z.string(), open: z.function() });

/** The connector folders in a folder: each holds `connector.js` (built) or `connector.ts`. */
export function connectorFolders(parent: string): readonly string[] {
  if (!existsSync(parent)) return [];
  const names = readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  return names
    .sort()
    .map((name) => resolve(parent, name))
    .filter((folder) => moduleIn(folder, 'connector') !== undefined);
}

/**
 * The connectors that come with the product by their ids, each with the folder to load it from: as it was built, or its
 * sources where they are newer, so that what an integrator has just written is what runs.
 */
export function shippedFolders(sources: string, built: string): ReadonlyMap<string, string> {
  return new Map(connectorFolders(sources).map((folder) => [basename(folder), freshest(folder, resolve(built, basename(folder)))]));
}

function freshest(sources: string, built: string): string {
  const module = resolve(built, 'connector.js');
  if (!existsSync(module)) return sources;
  return changedAt(sources) > statSync(module).mtimeMs ? sources : built;
}

function changedAt(folder: string): number {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /(?<!\.test)\.ts$/.test(name));
  return Math.max(...names.map((name) => statSync(resolve(folder, name)).mtimeMs));
}

/** The module of that name in a folder, built or not. */
export function moduleIn(folder: string, name: string): string | undefined {
  return ['js', 'ts'].map((ending) => resolve(folder, `${name}.${ending}`)).find((file) => existsSync(file));
}

/** Loads a connector from a module: a file, or a package's name. */
export async function loadConnector(module: string): Promise<Connector> {
  const { default: plain } = (await importModule(module)) as { default?: { default?: unknown } };
  // A module compiled to CommonJS arrives with its default export one level down.
  const found = [plain, plain?.default].find((candidate) => Exported.safeParse(candidate).success);
  if (!found) throw new Error(`${module}: the default export must come from connector({ id, agency, settings, open })`);
  return found as Connector;
}

/** Imports a module by file or package name. */
export async function importModule(module: string): Promise<unknown> {
  if (module.endsWith('.ts')) await understandTypeScript();
  return import(/\.[cm]?[jt]s$/.test(module) ? pathToFileURL(module).href : module);
}

let understanding: Promise<unknown> | undefined;

/** Lets Node load TypeScript from now on, for a hall's own connectors beside the built gateway. */
function understandTypeScript(): Promise<unknown> {
  if (import.meta.url.endsWith('.ts')) return Promise.resolve();
  understanding ??= Promise.all([import('tsx/esm/api'), import('tsx/cjs/api')]).then((apis) => {
    for (const api of apis) api.register();
    register(new URL('one-copy.js', import.meta.url));
  });
  return understanding;
}
