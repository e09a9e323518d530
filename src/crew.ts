/** A crew: several whole gateways on one port, by `yimen start --workers`. */
import { fileURLToPath } from 'node:url';
import { startYimen } from './app.ts';
import { auditKey } from './hall.ts';
import { idKey, newRunSecret } from './keys.ts';
import { hallLog } from './log.ts';
import { onStop, sentence } from './process.ts';
import { readSettings, type Settings } from './settings/index.ts';
import { announce, notesOn, removeRunFile, writeRunFile } from './word.ts';
import { type Membership, startWorkers } from './workers/index.ts';

/** Why so many workers cannot be one hall, and what to do; undefined where they can. */
export function standsAgainstWorkers(
  count: number,
  { database, redis, profile }: Settings,
): { readonly what: string; readonly todo: string } | undefined {
  if (!database)
    return {
      what: 'workers need a database that processes can share, and the embedded one belongs to one process',
      todo: 'set DATABASE_URL to a PostgreSQL, or leave --workers (YIMEN_WORKERS) out',
    };
  if (count > 1 && !redis && profile === 'production')
    return {
      what: 'several workers count limits, quotas and proofs that were used together through Redis',
      todo: 'set REDIS_URL, or leave --workers (YIMEN_WORKERS) out',
    };
  return undefined;
}

/** Starts workers and keeps them up until told to stop. In the sandbox profile `settings.sandbox` must name running sandbox agencies. */
export async function runCrew(settings: Settings, count: number, started: number): Promise<void> {
  const log = hallLog();
  if (count > 1 && !settings.redis) log.warn({}, 'without REDIS_URL each worker counts limits, quotas and proofs that were used by itself');
  // Made now where there are none: workers that start at once would each make their own.
  idKey(settings);
  auditKey(settings);
  const runSecret = newRunSecret();
  const program = fileURLToPath(new URL(`./main${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url));
  const env = settings.sandbox ? { YIMEN_SANDBOX: settings.sandbox } : {};
  const workers = await startWorkers({ count, program, runSecret, env, log });
  writeRunFile(settings, { url: workers.first.url, runSecret });
  announce(settings, { ...workers.first, workers: count, tookMs: performance.now() - started });
  onStop(async () => {
    removeRunFile(settings);
    await workers.stop();
  });
}

/** Is one of them until told to stop. */
export async function runWorker(crew: Membership): Promise<void> {
  try {
    const yimen = await startYimen(readSettings(process.env, process.cwd()), { crew });
    onStop(() => yimen.close());
    crew.listens({ url: yimen.url, notes: notesOn(yimen) });
    setImmediate(() => yimen.warmUp());
  } catch (error) {
    await crew.fails(sentence(error));
    process.exit(1);
  }
}
