import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { RESERVE_BYTES } from '../../files/index.ts';
import { auditKey, checkpointFolder } from '../../hall.ts';
import { keyFile, knownIdKey } from '../../keys.ts';
import type { Settings } from '../../settings/index.ts';
import { folderHolder } from '../../store/index.ts';
import { type Check, type Finding, fail, ok, warn } from './check.ts';

const OLDEST_NODE = [20, 19] as const;
const GIB = 1024 ** 3;

export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNewEnough = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  return isNewEnough ? ok(`Node.js ${version}`) : fail(`Node.js ${version} is too old`, 'install Node.js 20.19 or later');
}

/** The data folder, and the keys of the hall. */
export const placeChecks = (settings: Settings): readonly Check[] => [
  { name: 'data folder', run: async () => folderFinding(settings) },
  { name: 'keys.ids', run: async () => idsFinding(settings) },
  { name: 'keys.audit', run: async () => auditFinding(settings) },
  ...(settings.profile === 'production' ? [{ name: 'checkpoints', run: async () => checkpointsFinding(settings) }] : []),
];

function folderFinding(settings: Settings): Finding {
  const { data, config } = settings;
  const place = nearest(data);
  try {
    accessSync(place, constants.W_OK | constants.X_OK);
  } catch {
    return fail(`${place} cannot be written`, 'give it to the user that the gateway runs as, or set YIMEN_DATA');
  }
  const { bavail, bsize } = statfsSync(place);
  const free = bavail * bsize;
  const reserve = config.files?.reserve ?? RESERVE_BYTES;
  const room = `${(free / GIB).toFixed(1)} GiB free`;
  if (free < reserve)
    return fail(
      `${data}: ${room}, less than files.reserve (${(reserve / GIB).toFixed(1)} GiB): no file is taken`,
      'make room on that disk',
    );
  const holder = folderHolder(data);
  return ok(`${data}: writable, ${room}, ${holder === undefined ? 'held by nobody' : `held by process ${holder}`}`);
}

/** A folder that is not there yet is made in the nearest one that is. */
const nearest = (folder: string): string => (existsSync(folder) ? folder : nearest(dirname(folder)));

function idsFinding(settings: Settings): Finding {
  const { config, configFile, profile } = settings;
  const known = attempt(() => knownIdKey(settings));
  if (known instanceof Error)
    return fail(known.message, 'make one with "openssl rand -base64 32", and keep a copy: without it no case can be read');
  if (config.keys?.ids !== undefined) return ok('set');
  const file = keyFile(settings);
  if (profile === 'production')
    return warn(
      `not set in ${configFile}: a key ${known ? 'lies' : 'will be made'} in ${file}`,
      'name it with keys.ids, so that all gateways share it',
    );
  return ok(known ? `${file}` : `none yet, one is made in ${file}`);
}

function auditFinding(settings: Settings): Finding {
  const { config, configFile, profile } = settings;
  if (config.keys?.audit === undefined)
    return profile === 'production'
      ? warn(`not set in ${configFile}: rows of proof are linked, and no checkpoint is signed`, 'make a key as docs/audit.md says')
      : ok('made in the data folder in the sandbox profile');
  const key = attempt(() => auditKey(settings));
  if (key instanceof Error) return fail(key.message, 'make a key as docs/audit.md says, and name its file');
  return ok(`${key?.public.kind} ${key?.public.thumbprint}`);
}

function checkpointsFinding(settings: Settings): Finding {
  const folder = checkpointFolder(settings);
  const inside = !relative(settings.data, folder).startsWith('..');
  return inside
    ? warn(
        `${folder} lies in the data folder: whoever can write one can write both`,
        'set audit.checkpoints to a place that the administrator of the database cannot write',
      )
    : ok(folder);
}

function attempt<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (cause) {
    return cause as Error;
  }
}
