import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { shippedConnectors } from '../app.ts';
import { loadConnector, moduleIn } from '../connect/index.ts';
import { type Check, conformance, loadSandbox } from '../kit/index.ts';

/** `yimen connector check`: runs the conformance kit and prints a line per check. Gives the number of failures. */
export async function checkConnector(id: string): Promise<number> {
  const folder = folderOf(id);
  const [connector, sandbox] = await Promise.all([loadConnector(moduleOf(folder, 'connector')), loadSandbox(moduleOf(folder, 'sandbox'))]);
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
  const shipped = shippedConnectors();
  const places = [resolve(id), resolve('connectors', id)];
  const found = places.find((place) => existsSync(place) && moduleIn(place, 'connector') !== undefined) ?? shipped.get(id);
  if (!found)
    throw new Error(`no connector "${id}": looked for connector.ts in ${places.join(', ')}; shipped are ${[...shipped.keys()].join(', ')}`);
  return found;
}

function moduleOf(folder: string, name: string): string {
  const module = moduleIn(folder, name);
  if (!module) throw new Error(`${folder} has no ${name}.ts; the kit needs it`);
  return module;
}
