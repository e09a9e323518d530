/** Proof of what was done: rows that cannot be changed unseen. Words: see chain.ts. */
import type { Clock } from '../../clock/index.ts';
import type { Log } from '../../connect/index.ts';
import type { Store } from '../../store/index.ts';
import type { ChainHash } from './chain.ts';
import { eraseRows } from './erasure.ts';
import { type ProvenRows, provenRows } from './evidence.ts';
import type { SigningKey } from './keys.ts';
import { type ProofPages, pagesOf } from './ledger.ts';
import { Sealer } from './sealer.ts';

export interface ProofOptions {
  readonly store: Store;
  readonly hash: ChainHash;
  /** Without it rows are linked, and no checkpoint is signed. */
  readonly key?: SigningKey | undefined;
  /** Folder of the checkpoints. */
  readonly folder: string;
  readonly every: { readonly rows: number; readonly ms: number };
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn' | 'error'>;
}

/** The proof of one database. */
export interface Proof {
  readonly pages: ProofPages;
  /** Links and signs all that is committed now. */
  settle(): Promise<void>;
  /** The rows of a case with what proves them; rejects without a key. */
  ofCase(number: string): Promise<ProvenRows>;
  /**
   * Takes the content of up to so many rows away whose time is over: `before` says for an action from when on its rows are
   * kept. Gives back how many; undefined without a key, where nobody could tell it from somebody else's doing.
   */
  erase(before: (action: string) => Date, most: number): Promise<number | undefined>;
  /** Signs a text as the hall; undefined without a key. */
  sign(text: string): string | undefined;
  /** Links and signs what is left. */
  close(): Promise<void>;
}

/** Begins to link and to sign, until it is closed. */
export function openProof(options: ProofOptions): Proof {
  const { store, key, folder } = options;
  const sealer = new Sealer(options);
  return {
    pages: pagesOf(store),
    async settle() {
      await sealer.seal();
      await sealer.checkpoint();
    },
    async ofCase(number) {
      if (!key) throw new Error('keys.audit is not set: nothing could be signed');
      return provenRows(number, { store, sealer, key, folder });
    },
    erase: async (before, most) => key && eraseRows(before, most, { store, key, clock: options.clock }),
    sign: (text) => key?.sign(text),
    close: () => sealer.close(),
  };
}

export { CHAIN_HASHES } from './chain.ts';
export { readCheckpoints } from './checkpoint-files.ts';
export { ProvenRows, wrongRows } from './evidence.ts';
export { exportProof, openExport } from './export.ts';
export { newSigningKey, type PublicKey, publicKey, SIGNATURES, type SigningKey, signingKey } from './keys.ts';
export { type ProofPages, type ProofSource, pagesOf, sourceOf } from './ledger.ts';
export { type Report, verifyProof } from './verify.ts';
