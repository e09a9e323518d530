import { existsSync } from 'node:fs';
import type { Evidence } from '../cases/index.ts';
import { openEvidence, openPages } from '../hall.ts';
import { hallLog } from '../log.ts';
import { readSettings, type Settings } from '../settings/index.ts';
import { holdsDatabase } from '../store/index.ts';
import type { ProofPages } from '../trust/index.ts';
import { runFile } from '../word.ts';
import { callGateway } from './running.ts';

const watch = () => ({ clock: { now: () => Date.now() }, log: hallLog(process.stderr) });

/** What the commands read, wherever the database is. */
export interface Reached {
  readonly pages: ProofPages;
  /** Links and signs what is committed. */
  settle(): Promise<unknown>;
  ofCase(number: string): Promise<string | undefined>;
}

/**
 * Reaches the proof: in PostgreSQL directly, in an embedded database through the gateway that holds it, and directly where
 * none runs.
 */
export async function withEvidence<T>(use: (reached: Reached, settings: Settings) => Promise<T>): Promise<T> {
  const settings = readSettings(process.env, process.cwd());
  if (await isElsewhere(settings)) return use(throughGateway(), settings);
  const { evidence, close } = await openEvidence(settings, watch());
  try {
    return await use(direct(evidence), settings);
  } finally {
    await close();
  }
}

/** The same, only to read. */
export async function withPages<T>(use: (pages: ProofPages, settings: Settings) => Promise<T>): Promise<T> {
  const settings = readSettings(process.env, process.cwd());
  if (await isElsewhere(settings)) return use(throughGateway().pages, settings);
  const { pages, close } = await openPages(settings, watch());
  try {
    return await use(pages, settings);
  } finally {
    await close();
  }
}

/** Whether a gateway holds the embedded database. Throws where there is none at all. */
export async function isElsewhere(settings: Settings): Promise<boolean> {
  if (settings.database) return false;
  if (await isHeld(settings)) return true;
  if (holdsDatabase(settings.data)) return false;
  throw new Error(`there is no database in ${settings.data} yet; set YIMEN_DATA or DATABASE_URL to where the cases are`);
}

/** A run file may be left over from a killed gateway: it counts when somebody answers. */
export const isHeld = async (settings: Settings): Promise<boolean> =>
  existsSync(runFile(settings)) &&
  callGateway('/health/live', {}).then(
    () => true,
    () => false,
  );

const direct = ({ proof, ofCase }: Evidence): Reached => ({
  pages: proof.pages,
  settle: () => proof.settle(),
  ofCase,
});

function throughGateway(): Reached {
  const ask = async <T>(body: object): Promise<T> => JSON.parse(await callGateway('/run/proof', { body })) as T;
  return {
    pages: {
      state: () => ask({ read: 'state' }),
      links: (after, upTo) => ask({ read: 'links', after, upTo }),
      rows: (writer, after, upTo) => ask({ read: 'rows', writer, after, upTo }),
      erasures: (after) => ask({ read: 'erasures', after }),
    },
    settle: () => ask({ read: 'settle' }),
    ofCase: (number) => callGateway('/run/evidence', { body: { case: number } }),
  };
}
