import type { Clock } from '../../clock/index.ts';
import type { Log } from '../../connect/index.ts';
import type { Store } from '../../store/index.ts';
import { type ChainHash, hashOf } from './chain.ts';
import { type Checkpoint, signCheckpoint, wrongSignature } from './checkpoint.ts';
import { CheckpointFile, readCheckpoints } from './checkpoint-files.ts';
import type { SigningKey } from './keys.ts';
import { hasUnsealed, linkAt, numbersIn, type Sealed, START, sealSome, type Tail, tailOf } from './ledger.ts';

/** Rows that are written within this time are linked together. */
const COLLECT_MS = 300;
/** How often rows are looked for that another process wrote and did not live to link. */
const LOOK_MS = 1_000;
const BATCH = 1_000;

export interface SealerOptions {
  readonly store: Pick<Store, 'engine' | 'db' | 'transaction' | 'onProof'>;
  readonly hash: ChainHash;
  /** Without it no checkpoint is signed. */
  readonly key?: SigningKey | undefined;
  /** Folder of the checkpoints. */
  readonly folder: string;
  /** A checkpoint is signed when so many rows are new, or one is and so much time has passed. */
  readonly every: { readonly rows: number; readonly ms: number };
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn' | 'error'>;
}

/**
 * Links committed rows into the chain and signs checkpoints. Any number of processes run one on one database: of those that
 * would seal at the same moment one does, by a lock that ends with its transaction.
 */
export class Sealer {
  readonly #options: SealerOptions;
  readonly #file: CheckpointFile | undefined;
  readonly #gaps = new Set<string>();
  readonly #stopWatching: () => void;
  readonly #look: NodeJS.Timeout | undefined;
  #turn: NodeJS.Timeout | undefined;
  #signing: NodeJS.Timeout | undefined;
  // Each happens one after another, and linking never waits for a disk that is slow to flush a checkpoint.
  #lastSealing: Promise<unknown> = Promise.resolve();
  #lastSigning: Promise<unknown> = Promise.resolve();
  #isSigning = false;
  /** What the newest checkpoint signed. */
  #signed: Tail | undefined;
  #tail: Tail = START;
  #isContradicted = false;
  #isClosed = false;

  constructor(options: SealerOptions) {
    this.#options = options;
    this.#file = options.key && new CheckpointFile(options.folder, options.key.public);
    this.#stopWatching = options.store.onProof(() => this.#soon());
    // Nobody else writes to an embedded database: what this process wrote is all there is.
    if (options.store.engine === 'postgres') this.#look = setInterval(() => void this.#lookAround(), LOOK_MS).unref();
    this.#soon();
  }

  /** Links all rows that are committed now. */
  seal(): Promise<void> {
    const done = this.#lastSealing.then(() => this.#sealAll());
    this.#lastSealing = done.catch(() => {});
    return done;
  }

  /** Signs how far the chain has come; undefined without a key, where nothing is new, or where the chain is not what was signed before. */
  checkpoint(): Promise<Checkpoint | undefined> {
    const done = this.#lastSigning.then(() => this.#sign());
    this.#lastSigning = done.catch(() => {});
    return done;
  }

  /** Links and signs what is left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopWatching();
    clearInterval(this.#look);
    clearTimeout(this.#turn);
    clearTimeout(this.#signing);
    await this.seal()
      .then(() => this.checkpoint())
      .catch((cause: unknown) => this.#failed(cause));
    await this.#file?.close();
  }

  #soon(): void {
    if (this.#isClosed) return;
    this.#turn ??= setTimeout(() => {
      this.#turn = undefined;
      void this.seal()
        .then(() => this.#signInTime())
        .catch((cause: unknown) => this.#failed(cause));
    }, COLLECT_MS).unref();
  }

  async #lookAround(): Promise<void> {
    if (this.#turn === undefined && (await hasUnsealed(this.#options.store).catch(() => false))) this.#soon();
  }

  async #sealAll(): Promise<void> {
    const { store, hash } = this.#options;
    let turn: Sealed;
    do turn = await sealSome(store, hash, BATCH);
    while (turn.count === BATCH);
    if (!turn.mine) this.#soon();
    this.#tell(turn.gaps);
    this.#tail = await tailOf(store);
  }

  #tell(gaps: readonly string[]): void {
    for (const writer of gaps.filter((each) => !this.#gaps.has(each))) {
      this.#gaps.add(writer);
      this.#options.log.error({ writer }, 'a row of proof is missing: nothing of this writer is linked past it; run "yimen audit verify"');
    }
  }

  async #signInTime(): Promise<void> {
    const { every } = this.#options;
    const fresh = this.#tail.sequence - (this.#signed?.sequence ?? 0);
    if (!this.#file || fresh === 0 || this.#isSigning) return;
    if (fresh >= every.rows) return this.#signNow();
    this.#signing ??= setTimeout(() => {
      this.#signing = undefined;
      void this.#signNow().catch((cause: unknown) => this.#failed(cause));
    }, every.ms).unref();
  }

  async #signNow(): Promise<void> {
    this.#isSigning = true;
    await this.checkpoint().finally(() => {
      this.#isSigning = false;
    });
  }

  async #sign(): Promise<Checkpoint | undefined> {
    const { store, key, clock } = this.#options;
    if (!key || !this.#file) return undefined;
    const before = this.#signed ?? (await this.#newest(key));
    this.#signed = before;
    const tail = await tailOf(store);
    const hash = hashOf(tail.link);
    if (tail.sequence === before.sequence || !hash || !(await this.#stillHolds(before))) return undefined;
    const stated = {
      ...tail,
      hash,
      time: new Date(clock.now()).toISOString(),
      writers: await numbersIn(store, before.sequence, tail.sequence),
    };
    const checkpoint = signCheckpoint(stated, key);
    await this.#file.append(checkpoint);
    this.#signed = tail;
    return checkpoint;
  }

  async #newest(key: SigningKey): Promise<Tail> {
    const { found } = await readCheckpoints([this.#options.folder]);
    const last = found.findLast(({ checkpoint }) => !wrongSignature(checkpoint, [key.public]));
    return last?.checkpoint ?? START;
  }

  /** Whoever rewrote the chain must not get its signature for the rewritten one. */
  async #stillHolds(signed: Tail): Promise<boolean> {
    const holds = signed.sequence === 0 || (await linkAt(this.#options.store, signed.sequence)) === signed.link;
    if (!holds && !this.#isContradicted)
      this.#options.log.error(
        { sequence: signed.sequence, folder: this.#options.folder },
        'the chain of proof is not the one that the last checkpoint signed, so no further one is signed; run "yimen audit verify"',
      );
    this.#isContradicted = !holds;
    return holds;
  }

  /** The database is away, or the disk is full: nothing is lost, the next turn does it. */
  #failed(cause: unknown): void {
    this.#options.log.warn({ err: cause }, 'rows of proof wait for their links or for a checkpoint');
    setTimeout(() => this.#soon(), LOOK_MS).unref();
  }
}
