/** The key of a hall, `keys.ids`: everything that is sealed hangs on it. And the secret of a run, with which the CLI speaks to it. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { resolveSecrets, Secret } from './connect/index.ts';
import type { Settings } from './settings/index.ts';

/** The key of global ids: from settings, so that replicas share it; else made once and kept in the data folder. */
export function idKey(settings: Settings): Buffer {
  const known = knownIdKey(settings);
  if (known) return known;
  const file = keyFile(settings);
  const key = randomBytes(32);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, key.toString('base64'), { mode: 0o600 });
  return key;
}

/** The same key where there is one; none is made. */
export function knownIdKey(settings: Settings): Buffer | undefined {
  const given = settings.config.keys?.ids;
  if (given !== undefined) return keyOf(given, settings);
  try {
    return Buffer.from(readFileSync(keyFile(settings), 'utf8'), 'base64');
  } catch {
    return undefined;
  }
}

export const newRunSecret = (): string => randomBytes(24).toString('base64url');

/** Where the key lies that no settings give. */
export const keyFile = ({ data }: Settings): string => resolve(data, 'keys', 'ids');

function keyOf(given: unknown, { configFile }: Settings): Buffer {
  const where = `${configFile}: keys.ids`;
  const secret = resolveSecrets(given, { env: process.env, folder: dirname(configFile), sandbox: false }, where);
  const key = secret instanceof Secret ? Buffer.from(secret.reveal(), 'base64') : Buffer.alloc(0);
  if (key.length !== 32) throw new Error(`${where}: a reference to 32 random bytes in base64, {"env": "NAME"} or {"file": "path"}`);
  return key;
}
