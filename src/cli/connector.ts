import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { connectorFolders, loadConnector, moduleIn } from '../connect/index.ts';
import { shippedConnectors } from '../connectors.ts';
import { type Check, conformance, loadSandbox, openingFault } from '../kit/index.ts';

/** Checks that run at the same time: most of them wait for an agency that takes its time. */
const LANES = 16;

/** `yimen connector check`: runs the conformance kit and prints a line per check, in their order. Gives the number of failures. */
export async function checkConnector(id: string): Promise<number> {
  const folder = folderOf(id);
  const [connector, sandbox] = await Promise.all([loadConnector(moduleOf(folder, 'connector')), loadSandbox(moduleOf(folder, 'sandbox'))]);
  const checks = conformance({ connector, sandbox });
  let failures = 0;
  for (const outcome of outcomesOf(checks)) {
    const { line, isGood } = await outcome;
    console.log(line);
    if (!isGood) failures++;
  }
  console.log(`${checks.length - failures} passed, ${failures} failed`);
  return failures;
}

interface Outcome {
  readonly line: string;
  readonly isGood: boolean;
}

/** Runs checks side by side, each in its lane after the one before it there. */
function outcomesOf(checks: readonly Check[]): readonly Promise<Outcome>[] {
  const lanes: Promise<unknown>[] = Array.from({ length: LANES }, () => Promise.resolve());
  return checks.map((check, i) => {
    const outcome = (lanes[i % LANES] ?? Promise.resolve()).then(() => outcomeOf(check));
    lanes[i % LANES] = outcome;
    return outcome;
  });
}

async function outcomeOf({ name, run }: Check): Promise<Outcome> {
  const started = performance.now();
  const failure = await run().then(
    () => undefined,
    (error: Error) => error.message,
  );
  const took = `${Math.round(performance.now() - started)} ms`.padStart(8);
  const reason = failure === undefined ? '' : `\n${' '.repeat(17)}${failure}`;
  return { line: `${failure === undefined ? '  ok  ' : 'FAILED'} ${took}  ${name}${reason}`, isGood: failure === undefined };
}

/**
 * `yimen connector verify`: opens connectors with their sandboxes' settings, the named ones or all of the project. Gives the
 * number of those that do not open.
 */
export async function verifyConnectors(ids: readonly string[]): Promise<number> {
  const own = connectorFolders(resolve('connectors'));
  const folders = ids.length > 0 ? ids.map(folderOf) : own.length > 0 ? own : [...shippedConnectors().values()];
  let failures = 0;
  for (const folder of folders) {
    const fault = await openingFault(
      folder,
      await loadConnector(moduleOf(folder, 'connector')),
      await loadSandbox(moduleOf(folder, 'sandbox')),
    );
    if (fault === undefined) continue;
    console.error(fault);
    failures++;
  }
  console.log(`${folders.length - failures} opened, ${failures} failed`);
  return failures;
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
