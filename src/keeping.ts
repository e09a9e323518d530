/** What a hall saves, and how it gets it back. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { checkpointFolder, HALL_QUEUES } from './hall.ts';
import { keyFile, knownIdKey } from './keys.ts';
import { packageFolder, type Settings } from './settings/index.ts';
import { type BackupContent, type BackupOptions, restoreBackup, writeBackup } from './store/index.ts';

type Log = { warn(fields: object, message: string): void };

/** What was saved, for whoever asked for it. */
export interface Saved {
  readonly at: string;
  readonly engine: string;
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
  readonly files: number;
  readonly notHeld: readonly string[];
}

/** Saves what must not be lost to a new folder, while gateways write. */
export async function backupHall(settings: Settings, source: Parameters<typeof writeBackup>[0], folder: string): Promise<Saved> {
  const options: BackupOptions = {
    folder,
    checkpoints: checkpointFolder(settings),
    contents: contentsFolder(settings),
    key: keyOf(settings),
    version: version(),
    notHeld: notHeld(settings),
    now: () => new Date(),
  };
  return savedOf(await writeBackup(source, options));
}

/** Restores such a folder into the empty database that the settings name. */
export async function restoreHall(settings: Settings, folder: string, log: Log): Promise<Saved> {
  const { database, data } = settings;
  const places = { checkpoints: checkpointFolder(settings), contents: contentsFolder(settings) };
  return savedOf(await restoreBackup({ folder, key: keyOf(settings), url: database, data, ...places, queues: HALL_QUEUES, log }));
}

const savedOf = ({ at, engine, tables, pieces, notHeld }: BackupContent): Saved => ({
  at,
  engine,
  tables: tables.map(({ name, rows }) => ({ name, rows })),
  files: pieces.filter(({ path }) => path.startsWith('files/')).length,
  notHeld,
});

const contentsFolder = ({ config, data }: Settings): string | undefined => (config.files?.s3 ? undefined : resolve(data, 'files'));

function keyOf(settings: Settings): Buffer {
  const key = knownIdKey(settings);
  if (key) return key;
  throw new Error(
    `there is no key of the hall: put back the saved file ${keyFile(settings)}, or name it with keys.ids in ${settings.configFile}; without it nothing of the hall can be read`,
  );
}

/** Whoever finds a backup must not be able to read it: keys never lie beside what they open. */
function notHeld(settings: Settings): string[] {
  const { config, configFile, data } = settings;
  const s3 = config.files?.s3;
  return [
    `the key that opens everything: ${config.keys?.ids === undefined ? keyFile(settings) : `what keys.ids in ${configFile} names`}`,
    `the key that signs the proof: ${config.keys?.audit === undefined ? resolve(data, 'keys', 'audit.pem') : `what keys.audit in ${configFile} names`}`,
    `settings, catalogue and secrets of connectors: ${configFile} and what it names`,
    ...(s3 ? [`contents of files: bucket ${s3.bucket} at ${s3.url}, which needs a backup of its own`] : []),
  ];
}

const version = (): string => (JSON.parse(readFileSync(resolve(packageFolder(), 'package.json'), 'utf8')) as { version: string }).version;
