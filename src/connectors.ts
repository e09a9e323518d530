/** The connectors of a hall: where they are, what they are given, and what of the schema and the sandbox lies beside them. */
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Catalogue } from './catalogue/index.ts';
import {
  type ConfiguredConnector,
  type Engine,
  exposedIn,
  isPlain,
  loadConnector,
  moduleIn,
  resolveSecrets,
  shippedFolders,
} from './connect/index.ts';
import type { SandboxDescription } from './kit/index.ts';
import { checked, packageFolder, type Settings } from './settings/index.ts';

/** The folders of the shipped connectors by their ids: beside this code, built or not. */
export const shippedConnectors = (): ReadonlyMap<string, string> =>
  shippedFolders(resolve(packageFolder(), 'connectors'), resolve(dirname(fileURLToPath(import.meta.url)), '../connectors'));

/** Shipped connectors that run from their sources beside a built gateway: they were changed after the last build. */
export const unbuiltConnectors = (): readonly string[] =>
  import.meta.url.endsWith('.ts')
    ? []
    : [...shippedConnectors()].filter(([, folder]) => moduleIn(folder, 'connector')?.endsWith('.ts')).map(([id]) => id);

/** Modules of the sandbox agencies: beside the shipped connectors, and beside the hall's own until they are given settings. */
export function sandboxModules(settings: Settings): readonly string[] {
  const entries = Object.entries(settings.config.connectors ?? {}).filter(([, { enabled }]) => enabled !== false);
  const shipped = [...shippedConnectors()].filter(([id]) => !settings.config.connectors?.[id]?.module).map(([, folder]) => folder);
  const own = entries.flatMap(([, { module, settings: given }]) => (module && !given ? [dirname(namedModule(module, settings))] : []));
  return [...shipped, ...own].map((folder) => moduleIn(folder, 'sandbox')).filter((module) => module !== undefined);
}

/** Folders with `.graphql` files: ours, which the build leaves where they are, and those of the hall's own connectors. */
export function schemaFolders(settings: Settings): readonly string[] {
  const connectors = resolve(packageFolder(), 'connectors');
  const shipped = readdirSync(connectors).map((name) => resolve(connectors, name));
  return [...new Set([resolve(packageFolder(), 'schema'), ...shipped, ...ownFolders(settings)])];
}

/** Folders of the hall's own connectors that are not switched off. */
function ownFolders(settings: Settings): readonly string[] {
  const entries = Object.values(settings.config.connectors ?? {}).filter(({ enabled }) => enabled !== false);
  return entries.flatMap(({ module }) => (module ? [dirname(namedModule(module, settings))] : []));
}

/** In the sandbox every shipped connector, with the settings its sandbox gives; in production those the file names. */
export async function configuredConnectors(settings: Settings, sandbox: SandboxDescription | undefined): Promise<ConfiguredConnector[]> {
  const entries = settings.config.connectors ?? {};
  const folders = shippedConnectors();
  const ids = new Set([...Object.keys(entries), ...(sandbox ? folders.keys() : [])]);
  const wanted = [...ids].filter((id) => entries[id]?.enabled !== false);
  return Promise.all(wanted.map((id) => configuredConnector(id, folders.get(id), settings, sandbox)));
}

/** The connectors whose settings the file gives, to read each by itself: one that is wrong does not hide the others. */
export function givenConnectors(settings: Settings): readonly { readonly id: string; read(): Promise<ConfiguredConnector> }[] {
  const folders = shippedConnectors();
  const given = Object.entries(settings.config.connectors ?? {}).filter(
    ([, entry]) => entry.enabled !== false && (settings.profile === 'production' || entry.settings),
  );
  return given.map(([id]) => ({ id, read: () => configuredConnector(id, folders.get(id), settings) }));
}

async function configuredConnector(
  id: string,
  folder: string | undefined,
  settings: Settings,
  sandbox?: SandboxDescription,
): Promise<ConfiguredConnector> {
  const entry = settings.config.connectors?.[id];
  const where = `${settings.configFile}: connectors.${id}`;
  const connector = await loadConnector(moduleOf(entry?.module, folder, settings, where));
  if (connector.id !== id) throw new Error(`${where}: the module calls itself "${connector.id}"`);
  const raw = entry?.settings ?? sandbox?.connectors.find((known) => known.id === id)?.settings ?? {};
  const resolved = resolveSecrets(
    raw,
    { env: process.env, folder: dirname(settings.configFile), sandbox: settings.profile === 'sandbox' },
    `${where}.settings`,
  );
  const policy = entry?.policy as ConfiguredConnector['policy'];
  const fitting = checked(`${where}.settings`, connector.settings, resolved);
  if (settings.profile === 'production') mustBeClosed(fitting, entry?.unencrypted !== undefined, where);
  return { connector, settings: fitting, policy };
}

/** In production nothing that goes to an agency lies open, unless the hall says why it may. */
function mustBeClosed(settings: unknown, isExcused: boolean, where: string): void {
  const left = exposedIn(settings).filter((each) => !(isExcused && isPlain(each)));
  if (left.length === 0) return;
  throw new Error(`${where}:\n${left.map(({ path, what, todo }) => `  ${path}: ${what}. To do: ${todo}`).join('\n')}`);
}

function moduleOf(named: string | undefined, folder: string | undefined, settings: Settings, where: string): string {
  if (named) return namedModule(named, settings);
  const module = folder && moduleIn(folder, 'connector');
  if (!module) throw new Error(`${where}: no shipped connector has this id; name its "module"`);
  return module;
}

const namedModule = (named: string, { configFile }: Settings): string =>
  named.startsWith('.') ? resolve(dirname(configFile), named) : packageModule(named, configFile);

/** A package is looked for where the settings file is, so that a hall installs its connectors beside its settings. */
function packageModule(name: string, configFile: string): string {
  try {
    return createRequire(configFile).resolve(name);
  } catch {
    return name;
  }
}

/** An agency that the catalogue does not know ends the start. */
export function checkAgencies(engine: Engine, catalogue: Catalogue): void {
  const unknown = [...engine.served].find(([, { agency }]) => !catalogue.agency(agency));
  if (!unknown) return;
  const [section, { connector, agency }] = unknown;
  throw new Error(`${section}: the connector ${connector} names the agency "${agency}", which is not in the catalogue's agencies.json`);
}

/** Ids of the connectors that ask each agency. */
export function connectorsByAgency(engine: Engine): (agency: string) => readonly string[] {
  const byAgency = new Map<string, Set<string>>();
  for (const { agency, connector } of engine.served.values()) byAgency.set(agency, (byAgency.get(agency) ?? new Set()).add(connector));
  return (agency) => [...(byAgency.get(agency) ?? [])];
}
