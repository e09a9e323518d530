/** Starting and stopping as a process: spawns the sandbox, leaves word for the CLI, prints where things are. */
import { fork } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startYimen, type Yimen } from './app.ts';
import { sandboxModules, unbuiltConnectors } from './connectors.ts';
import { loadSandbox, type SandboxHost, startSandboxHost } from './kit/index.ts';
import { hallLog } from './log.ts';
import { packageFolder, readSettings, type Settings } from './settings/index.ts';

/** Runs the gateway until it is told to stop. A wrong setting ends it with one readable sentence. */
export async function runGateway(): Promise<void> {
  const started = performance.now();
  outliveLostFailures();
  try {
    const settings = await withSandbox(readSettings(process.env, process.cwd()));
    const yimen = await startYimen(settings);
    writeRunFile(settings, yimen);
    announce(settings, yimen, performance.now() - started);
    setImmediate(() => yimen.warmUp());
    onStop(async () => {
      rmSync(runFile(settings), { force: true });
      await yimen.close();
    });
  } catch (error) {
    console.error(`Yimen 一门 could not start.\n${sentence(error)}`);
    process.exit(1);
  }
}

/**
 * A promise that fails while nobody waits for it ends no process: a connector may let one go, and graphql-js lets go of
 * what is under way in a list when a later item fails at once. Whoever was waiting has had an answer.
 */
function outliveLostFailures(): void {
  const log = hallLog();
  process.on('unhandledRejection', (cause) => log.error({ err: cause }, 'something failed that nobody waited for'));
}

function sentence(error: unknown, choice = 'PORT'): string {
  const { code, port, message } = error as NodeJS.ErrnoException & { port?: number };
  return code === 'EADDRINUSE' ? `port ${port} is taken: stop what runs there, or choose another with ${choice}` : message;
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

/** Where a running gateway leaves word for the CLI. */
export const runFile = (settings: Settings): string => resolve(settings.data, 'run.json');

function writeRunFile(settings: Settings, yimen: Yimen): void {
  mkdirSync(settings.data, { recursive: true });
  const { sandbox, profile } = settings;
  const content = { pid: process.pid, url: yimen.url, secret: yimen.runSecret, profile, ...(sandbox && { sandbox }) };
  writeFileSync(runFile(settings), `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
}

function announce(settings: Settings, yimen: Yimen, tookMs: number): void {
  const { url } = yimen;
  const lines = [
    `Yimen 一门 (${settings.profile})`,
    `  GraphQL   ${url}/graphql`,
    ...(settings.profile === 'sandbox'
      ? [
          `  explorer  ${url}/`,
          `  sandbox   ${settings.sandbox}  (data are fictional 数据均为虚构)`,
          '  token     npx yimen token --role clerk',
        ]
      : []),
    ...unbuiltConnectors().map((id) => `  from sources: the connector ${id} (it was changed after the last npm run build)`),
    ...yimen.unserved.map((section) => `  not connected: ${section} (answers AGENCY_NOT_CONNECTED)`),
    `ready in ${(tookMs / 1_000).toFixed(1)} s`,
  ];
  console.log(lines.join('\n'));
}

function onStop(close: () => Promise<void>): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close().finally(() => process.exit(0)));
}
