import cluster, { type Worker } from 'node:cluster';
import type { Log, Readings } from '../connect/index.ts';
import { AllReadings } from './all-readings.ts';
import { closeWhatWasHanded } from './handing.ts';
import { type Line, openLine } from './line.ts';
import type { Listening } from './types.ts';
import { SECRET } from './worker.ts';

export interface WorkersOptions {
  readonly count: number;
  /** The file that every worker runs. */
  readonly program: string;
  readonly runSecret: string;
  /** What workers find in their environment beside what is in this process's. */
  readonly env: Readonly<Record<string, string>>;
  readonly log: Pick<Log, 'warn'>;
}

export interface Workers {
  /** What the first of them said. */
  readonly first: Listening;
  /** Lets each answer what it was asked, and end. */
  stop(): Promise<void>;
}

/**
 * What requests hold on to outlives the young generation's 16 MB, is copied, and copied again: collecting it took 19 % of the
 * CPU under load, 7 % with 64 MB.
 */
const SEMI_SPACE = '--max-semi-space-size=64';
/** Who ended sooner died of its start, or of what the next one will be asked, too. */
const SOON_MS = 10_000;
/** A worker that does not answer so long has too much to do. */
const PATIENCE_MS = 2_000;
const PAUSE_MS = { first: 250, most: 30_000 };
/** Longer than a worker takes to drain: whoever is still there then hangs. */
const STOP_MS = 30_000;

/** Starts workers. Resolves when all of them listen; rejects as soon as one cannot, and all end with this process. */
export async function startWorkers(options: WorkersOptions): Promise<Workers> {
  const own = process.execArgv.concat(process.env['NODE_OPTIONS'] ?? []).join(' ');
  const execArgv = own.includes('--max-semi-space-size') ? process.execArgv : [SEMI_SPACE, ...process.execArgv];
  cluster.setupPrimary({ exec: options.program, args: [], execArgv });
  const primary = new Primary(options);
  const [first] = await Promise.all(Array.from({ length: options.count }, () => primary.start()));
  primary.keepUp();
  return { first: first as Listening, stop: () => primary.stop() };
}

interface Member {
  readonly worker: Worker;
  readonly line: Line;
  readonly ended: Promise<void>;
}

class Primary {
  readonly #options: WorkersOptions;
  readonly #members = new Map<number, Member>();
  /** Those that do their part. */
  readonly #joined = new Set<number>();
  readonly #readings = new AllReadings();
  #isKeptUp = false;
  #endedSoon = 0;

  constructor(options: WorkersOptions) {
    this.#options = options;
  }

  /** Starts one more. Rejects with why it could not. */
  start(): Promise<Listening> {
    const { runSecret, env } = this.#options;
    const worker = cluster.fork({ ...env, [SECRET]: runSecret });
    const since = performance.now();
    closeWhatWasHanded(worker);
    return new Promise((resolve, reject) => {
      const ended = new Promise<void>((done) => {
        const end = (how: string) => {
          this.#leave(worker, how, performance.now() - since);
          reject(new Error(`a worker ended while it was starting (${how})`));
          done();
        };
        worker.once('exit', (code, signal) => end(signal ?? `code ${code}`));
        // Where a line breaks under what is sent, the exit says it all; a process that could not be made has none.
        worker.on('error', ({ message }) => worker.process.pid === undefined && end(message));
      });
      const answers = {
        joined: () => void this.#joined.add(worker.id),
        listens: resolve,
        fails: (sentence: string) => reject(new Error(sentence)),
        readings: () => this.#readAll(),
        setClocks: (aheadMs: number) => this.#askAll('setClock', aheadMs),
      };
      this.#members.set(worker.id, { worker, line: openLine(worker, answers, PATIENCE_MS), ended });
    });
  }

  /** From now on whoever ends is replaced, and whoever ended while the others were starting. */
  keepUp(): void {
    this.#isKeptUp = true;
    for (let missing = this.#options.count - this.#members.size; missing > 0; missing--) this.#replace();
  }

  async stop(): Promise<void> {
    this.#isKeptUp = false;
    const members = [...this.#members.values()];
    for (const { worker } of members) worker.process.kill('SIGTERM');
    const patience = setTimeout(() => {
      for (const { worker } of members) worker.process.kill('SIGKILL');
    }, STOP_MS);
    await Promise.all(members.map(({ ended }) => ended));
    clearTimeout(patience);
  }

  #leave({ id, process: { pid } }: Worker, how: string, livedMs: number): void {
    this.#members.delete(id);
    this.#joined.delete(id);
    this.#readings.leave(id);
    if (!this.#isKeptUp) return;
    this.#endedSoon = livedMs < SOON_MS ? this.#endedSoon + 1 : 0;
    const pauseMs = pauseAfter(this.#endedSoon);
    this.#options.log.warn({ worker: pid, how, livedMs: Math.round(livedMs), pauseMs }, 'a worker ended and is replaced');
    setTimeout(() => this.#replace(), pauseMs);
  }

  #replace(): void {
    if (!this.#isKeptUp) return;
    this.start().catch(({ message }: Error) => this.#options.log.warn({ reason: message }, 'a worker could not start'));
  }

  async #askAll(question: string, value?: unknown): Promise<void> {
    await Promise.all([...this.#joined].map((id) => this.#members.get(id)?.line.ask(question, value)));
  }

  async #readAll(): Promise<readonly Readings[]> {
    const reading = [...this.#joined].map(async (id) => {
      const said = (await this.#members.get(id)?.line.ask('readings')) as Readings | undefined;
      // It may have ended meanwhile, and its counts are kept already.
      if (this.#joined.has(id)) this.#readings.note(id, said);
    });
    await Promise.all(reading);
    return this.#readings.all();
  }
}

/** How long to wait when so many in turn ended soon. */
function pauseAfter(endedSoon: number): number {
  return endedSoon === 0 ? 0 : Math.min(PAUSE_MS.most, PAUSE_MS.first * 2 ** (endedSoon - 1));
}
