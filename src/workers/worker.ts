import cluster from 'node:cluster';
import type { Readings } from '../connect/index.ts';
import { openLine } from './line.ts';
import type { Crew, Listening, Part } from './types.ts';

/** The environment variable by which a worker knows that it is one, and gets its secret: no command line shows it, and it is there before the first line of code. */
export const SECRET = 'YIMEN_RUN_SECRET';

/** Longer than the primary waits for the other workers. */
const PATIENCE_MS = 5_000;

/** A worker's own side of its crew. */
export interface Membership extends Crew {
  listens(word: Listening): void;
  /** Tells the primary why this worker cannot start. */
  fails(sentence: string): Promise<unknown>;
}

/** The crew of this process, where it is a worker. */
export function ownCrew(): Membership | undefined {
  const { worker } = cluster;
  const runSecret = process.env[SECRET];
  // Another program's cluster may run gateways too: each of them is alone.
  if (!worker || runSecret === undefined) return undefined;
  // Nothing that a worker starts needs it.
  delete process.env[SECRET];
  let own: Part | undefined;
  const answers = { readings: () => own?.readings(), setClock: (aheadMs: number) => own?.setClock(aheadMs) };
  const line = openLine(worker, answers, PATIENCE_MS);
  return {
    runSecret,
    join(part) {
      own = part;
      void line.ask('joined');
    },
    async readings() {
      const all = await line.ask('readings');
      // Its own alone would look like a sum that fell.
      if (!all) throw new Error('the primary did not say what the other workers have counted');
      return all as readonly Readings[];
    },
    async setClocks(aheadMs) {
      own?.setClock(aheadMs);
      await line.ask('setClocks', aheadMs);
    },
    listens: (word) => void line.ask('listens', word),
    fails: (sentence) => line.ask('fails', sentence),
  };
}
