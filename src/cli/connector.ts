import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { shippedConnectors } from '../app.ts';
import { importModule, loadConnector, moduleIn } from '../connect/index.ts';
import { type Check, conformance, type SandboxSpec } from '../kit/index.ts';

/** `yimen connector check`: runs the conformance kit and prints a line per check. Gives the number of failures. */
export async function checkConnector(id: string): Promise<number> {
  const folder = folderOf(id);
  const [connector, sandbox] = await Promise.all([loadConnector(moduleOf(folder, 'connector')), sandboxIn(folder)]);
  let failures = 0;
  const checks = conformance({ connector, sandbox });
  for (const check of checks) if (!(await passes(check))) failures++;
  console.log(`${checks.length - failures} passed, ${failures} failed`);
  return failures;
}

async function passes({ name, run }: Check): Promise<boolean> {
  const started = performance.now();
  const failure = await run().then(
    () => undefined,
    (error: Error) => error.message,
  );
  const took = `${Math.round(performance.now() - started)} ms`.padStart(8);
  console.log(
    `${failure === undefined ? '  ok  ' : 'FAILED'} ${took}  ${name}${failure === undefined ? '' : `\n${' '.repeat(17)}${failure}`}`,
  );
  return failure === undefined;
}

/** A folder of the hall's own beside where the command is called, or a shipped one. */
function folderOf(id: string): string {
  const places = [resolve(id), resolve('connectors', id), resolve(shippedConnectors(), id)];
  const found = places.find((place) => existsSync(place) && moduleIn(place, 'connector') !== undefined);
  if (!found) throw new Error(`no connector "${id}": looked for connector.ts in ${places.join(', ')}`);
  return found;
}

function moduleOf(folder: string, name: string): string {
  const module = moduleIn(folder, name);
  if (!module) throw new Error(`${folder} has no ${name}.ts; the kit needs it`);
  return module;
}

async function sandboxIn(folder: string): Promise<SandboxSpec> {
  const module = moduleOf(folder, 'sandbox');
  const { default: plain } = (await importModule(module)) as { default?: SandboxSpec & { default?: SandboxSpec } };
  const spec = plain?.default ?? plain;
  if (typeof spec?.open !== 'function')
    throw new Error(`${module}: the default export must come from sandbox({ id, settings, samples, open })`);
  return spec;
}
