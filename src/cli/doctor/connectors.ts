import { dirname } from 'node:path';
import { exposedIn, resolveSecrets, Secret, valuesIn } from '../../connect/index.ts';
import { givenConnectors } from '../../connectors.ts';
import type { Settings } from '../../settings/index.ts';
import { type Check, type Finding, fail, ok, warn } from './check.ts';

const SHORTEST_SECRET = 16;

/** Each connector whose settings the file gives: whether they fit, and in production whether they are strong enough. */
export function connectorChecks(settings: Settings): readonly Check[] {
  return givenConnectors(settings).map(({ id, read }) => ({
    name: `connector ${id}`,
    async run() {
      const opened = await read().catch((cause: Error) => cause);
      // The message names keys and places; values are never in it.
      if (opened instanceof Error) return fail(oneLine(opened.message), `see docs/settings.md and connectors/${id}/README.md`);
      return settings.profile === 'production'
        ? strength(opened.settings, settings.config.connectors?.[id]?.unencrypted)
        : ok('settings fit');
    },
  }));
}

/** The store of files, whose keys are read only when the first case is opened. */
export function storeChecks({ config, configFile }: Settings): readonly Check[] {
  const s3 = config.files?.s3;
  if (!s3) return [];
  const run = async (): Promise<Finding> => {
    const sources = { env: process.env, folder: dirname(configFile), sandbox: false };
    for (const name of ['accessKey', 'secretKey'] as const)
      if (!(resolveSecrets(s3[name], sources, `files.s3.${name}`) instanceof Secret))
        return fail(
          `files.s3.${name} is not given by reference`,
          'give it as {"env": "NAME"} or {"file": "path"}, never in the file itself',
        );
    return ok(`bucket ${s3.bucket} at ${s3.url}; whether it can be reached is not looked at`);
  };
  return [{ name: 'files.s3', run }];
}

/** Addresses beside those of connectors that carry what others must not read or change. */
export const addressChecks = (settings: Settings): readonly Check[] =>
  settings.profile === 'production' ? [{ name: 'addresses', run: async () => addressFinding(settings) }, tlsCheck] : [];

function addressFinding({ config }: Settings): Finding {
  const all = [...(config.issuers ?? []).map(({ jwks }) => jwks), config.files?.s3?.url, config.notices?.address];
  const plain = all.filter((url) => url?.startsWith('http://'));
  return plain.length > 0 ? warn(`not encrypted: ${plain.join(', ')}`, 'use https') : ok('all encrypted');
}

const tlsCheck: Check = {
  name: 'certificates',
  run: async () =>
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0'
      ? fail('NODE_TLS_REJECT_UNAUTHORIZED=0 switches the check of certificates off', 'remove it; NODE_EXTRA_CA_CERTS adds your own CA')
      : ok('checked'),
};

function strength(settings: unknown, excuse: string | undefined): Finding {
  const values = [...valuesIn(settings)];
  const open = values.filter(({ value }) => hasPassword(value)).map(({ path }) => path);
  if (open.length > 0)
    return fail(`a password stands in the address at ${open.join(', ')}`, 'give it by reference: {"env": "NAME"} or {"file": "path"}');
  const short = values.filter(({ value }) => value instanceof Secret && Buffer.byteLength(value.reveal()) < SHORTEST_SECRET);
  const troubles = [
    ...short.map(({ path }) => `${path} is shorter than ${SHORTEST_SECRET} bytes`),
    // What nothing excuses has ended the reading.
    ...exposedIn(settings).map(({ path }) => `${path} is not encrypted, because: ${excuse}`),
  ];
  return troubles.length > 0 ? warn(troubles.join('; '), 'ask the agency for a longer secret, and for encryption') : ok('settings fit');
}

const hasPassword = (value: unknown): boolean => typeof value === 'string' && URL.canParse(value) && new URL(value).password !== '';

const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' ');
