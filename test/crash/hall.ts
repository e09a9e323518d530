/** A hall whose gateway dies again and again: agencies in a process of their own that never dies, gateways that do. */
import { type ChildProcess, execFile, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderOf } from '../../src/catalogue/testing.ts';
import { shippedConnectors } from '../../src/connectors.ts';
import { type SandboxClient, sandboxClient } from '../../src/kit/index.ts';
import { type Built, buildCrash } from './built.ts';
import { crashCatalogue } from './catalogue.ts';
import { AGENCIES } from './connectors/agencies.ts';
import type { Plan } from './gateway.ts';

const FLAKY = { reset: 0.07, unavailable: 0.07, lost: 0.08 };
const STEADY = { reset: 0, unavailable: 0, lost: 0 };

/** Clients whose gateway dies ask again and again. */
const UNCOUNTED = { perActor: 1_000_000, perWindow: 1_000_000 };
/** Checkpoints are written so often that lives end while one is. */
const EVERY = { rows: 20, time: '1s' };

/** One life of a gateway. */
export interface Life {
  readonly pid: number;
  /** Resolves to whether it began to listen before it died. */
  readonly listens: Promise<boolean>;
  readonly exited: Promise<unknown>;
  kill(signal: NodeJS.Signals): void;
}

/** A gateway's place in the hall: one life after another at one address. */
export interface Place {
  /** Empty until its first life listens. */
  readonly url: string;
  start(plan: Plan): Life;
  close(): void;
}

export interface CrashHall extends AsyncDisposable {
  readonly folder: string;
  readonly sandbox: SandboxClient;
  readonly places: readonly Place[];
  /** Moves gateways and agencies ahead. */
  advance(ms: number): Promise<void>;
  /** Whether agencies fail by chance. */
  flaky(on: boolean): Promise<void>;
  /** I4: what `yimen audit verify` finds wrong with the chain and its checkpoints, when no gateway runs. */
  verified(): Promise<readonly string[]>;
  /** A clerk's token that is good now. */
  token(): Promise<string>;
}

export interface CrashHallOptions {
  readonly database?: string | undefined;
  readonly redis?: string | undefined;
  /** How many gateways share the work; more than one needs `database`. */
  readonly gateways?: number;
}

export async function openCrashHall({ database, redis, gateways = 1 }: CrashHallOptions = {}): Promise<CrashHall> {
  const folder = mkdtempSync(join(tmpdir(), 'yimen-crash-'));
  const catalogue = folderOf(crashCatalogue());
  const built = await buildCrash();
  writeFileSync(join(folder, 'yimen.config.json'), JSON.stringify(configOf(catalogue.path, built)));
  const env = {
    ...process.env,
    YIMEN_CONFIG: join(folder, 'yimen.config.json'),
    YIMEN_DATA: join(folder, 'data'),
    YIMEN_LOG: 'info',
    YIMEN_IDS: randomBytes(32).toString('base64'),
    DATABASE_URL: database ?? '',
    REDIS_URL: redis ?? '',
  };
  const agencies = fork(built.file('src/cli/main.js'), ['sandbox', 'start', '--port', '0'], { execArgv: [], env, stdio: stdioOf(folder) });
  const [{ url }] = (await once(agencies, 'message')) as [{ url: string }];
  const sandbox = sandboxClient(url);
  // Who cannot be asked must speak at last, or its applications would wait for a person for ever.
  await Promise.all(AGENCIES.map(({ id, canBeAsked }) => sandbox.setHabit(id, canBeAsked ? 'mixed' : 'shuffled')));
  const places = Array.from({ length: gateways }, () => placeOf(built.file('gateway.js'), folder, { ...env, YIMEN_SANDBOX: url }));
  let ahead = 0;
  let token: Promise<string> | undefined;
  return {
    folder,
    sandbox,
    places,
    async advance(ms) {
      ahead += ms;
      await sandbox.setClock(ahead);
      token = undefined;
    },
    verified: () => verified(built.file('src/cli/main.js'), env),
    flaky: async (on) => void (await Promise.all(AGENCIES.map(({ id }) => sandbox.setFlaky(id, on ? FLAKY : STEADY)))),
    token: () => (token ??= sandbox.token({ role: 'supervisor', actor: 'crash-test', window: 'W01' })),
    async [Symbol.asyncDispose]() {
      for (const place of places) place.close();
      agencies.kill('SIGKILL');
      await once(agencies, 'exit');
      catalogue[Symbol.dispose]();
      built[Symbol.dispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function verified(program: string, env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const said = await new Promise<string>((done) => {
    execFile(process.execPath, [program, 'audit', 'verify'], { env }, (_error, out, complaint) => done(`${out}${complaint}`));
  });
  const isProven = /^nothing is wrong$/m.test(said) && /^[1-9]\d* checkpoints agree/m.test(said);
  return isProven ? [] : [`I4 ${said.trim()}`];
}

function configOf(catalogue: string, built: Built): object {
  const shipped = Object.fromEntries([...shippedConnectors().keys()].map((id) => [id, { enabled: false }]));
  const own = Object.fromEntries(AGENCIES.map(({ id }) => [id, { module: built.file(`connectors/${id}/connector.js`) }]));
  return {
    catalogue,
    connectors: { ...shipped, ...own },
    keys: { ids: { env: 'YIMEN_IDS' } },
    audit: { every: EVERY },
    requests: UNCOUNTED,
  };
}

/** Everything that any of them says goes into one file, which is looked through at the end. */
function stdioOf(folder: string): ['ignore', number, number, 'ipc'] {
  const log = openSync(join(folder, 'log.txt'), 'a');
  return ['ignore', log, log, 'ipc'];
}

function placeOf(program: string, folder: string, env: NodeJS.ProcessEnv): Place {
  let url = '';
  const loaded = () => fork(program, { execArgv: [], env: { ...env, PORT: url ? new URL(url).port : '0' }, stdio: stdioOf(folder) });
  let next: ChildProcess | undefined;
  return {
    get url() {
      return url;
    },
    start(plan) {
      const child = next ?? loaded();
      // The one after it loads meanwhile; of the first life the port is not known yet.
      next = url ? loaded() : undefined;
      child.send(plan);
      const listens = listening(child).then((told) => {
        url = told ?? url;
        return told !== undefined;
      });
      return { pid: child.pid ?? 0, listens, exited: exitOf(child), kill: (signal) => void child.kill(signal) };
    },
    close: () => void next?.disconnect(),
  };
}

const listening = (child: ChildProcess): Promise<string | undefined> =>
  new Promise((done) => {
    child.once('message', (message) => done((message as { url: string }).url));
    child.once('exit', () => done(undefined));
  });

const exitOf = (child: ChildProcess): Promise<unknown> => (child.exitCode === null ? once(child, 'exit') : Promise.resolve());
