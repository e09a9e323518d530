/** Starting and stopping as a process: alone or in workers, with the sandbox in a process of its own. */
import { fork } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startYimen } from './app.ts';
import { sandboxModules } from './connectors.ts';
import { runCrew, runWorker, standsAgainstWorkers } from './crew.ts';
import { loadSandbox, type SandboxHost, startSandboxHost } from './kit/index.ts';
import { onStop, outliveLostFailures, sentence } from './process.ts';
import { packageFolder, readSettings, type Settings } from './settings/index.ts';
import { announce, notesOn, removeRunFile, writeRunFile } from './word.ts';
import { ownCrew } from './workers/index.ts';

/** Runs the gateway until it is told to stop, in so many workers as wanted. A wrong setting ends it with one readable sentence. */
export async function runGateway({ workers }: { readonly workers?: number } = {}): Promise<void> {
  outliveLostFailures();
  const crew = ownCrew();
  if (crew) return runWorker(crew);
  const started = performance.now();
  try {
    const settings = readSettings(process.env, process.cwd());
    const count = workers ?? settings.workers;
    const against = count && standsAgainstWorkers(count, settings);
    if (against) throw new Error(`${against.what}: ${against.todo}`);
    const whole = await withSandbox(settings);
    await (count ? runCrew(whole, count, started) : runAlone(whole, started));
  } catch (error) {
    console.error(`Yimen 一门 could not start.\n${sentence(error)}`);
    process.exit(1);
  }
}

async function runAlone(settings: Settings, started: number): Promise<void> {
  const yimen = await startYimen(settings);
  writeRunFile(settings, yimen);
  announce(settings, { url: yimen.url, notes: notesOn(yimen), tookMs: performance.now() - started });
  setImmediate(() => yimen.warmUp());
  onStop(async () => {
    removeRunFile(settings);
    await yimen.close();
  });
}

/** Runs all sandbox agencies until told to stop; tells a parent process its address. */
export async function runSandbox(port: number): Promise<void> {
  const settings = readSettings(process.env, process.cwd());
  const host = await startShippedSandbox(settings, port).catch((error: unknown) =>
    Promise.reject(new Error(sentence(error, '--port'), { cause: error })),
  );
  if (process.send) {
    process.send({ url: host.url });
    process.once('disconnect', () => process.exit(0));
  } else {
    for (const agency of host.agencies) console.log(`  ${agency.id.padEnd(20)} ${agency.url}`);
    console.log(`Sandbox agencies ready at ${host.url}  (YIMEN_SANDBOX=${host.url})`);
  }
  onStop(() => host.close());
}

/** Starts the sandbox agencies of all shipped connectors, and of the hall's own, in this process. */
export async function startShippedSandbox(settings: Settings, port = 0): Promise<SandboxHost> {
  return startSandboxHost({
    specs: await Promise.all(sandboxModules(settings).map(loadSandbox)),
    subjects: resolve(packageFolder(), 'catalogue/sandbox'),
    data: resolve(settings.data, 'sandbox'),
    port,
  });
}

/** The settings with the address of running sandbox agencies; starts them where none are named. */
async function withSandbox(settings: Settings): Promise<Settings> {
  if (settings.profile !== 'sandbox' || settings.sandbox) return settings;
  return { ...settings, sandbox: await spawnSandbox() };
}

function spawnSandbox(): Promise<string> {
  const entry = fileURLToPath(new URL(`./cli/main${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url));
  const child = fork(entry, ['sandbox', 'start', '--port', '0'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  process.once('exit', () => child.kill());
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve((message as { url: string }).url));
    child.once('exit', (code) => {
      reject(new Error(`the sandbox agencies stopped while starting (code ${code})`));
      console.error('The sandbox agencies have stopped; restart the gateway to get them back.');
    });
  });
}
