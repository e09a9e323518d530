/**
 * The product as a hall runs it: what was built, in the production profile, with its own connectors for the five agencies.
 * Identity, purpose, limits, breakers, provenance, audit in PostgreSQL, metrics and the log are on; limits are set where the
 * load does not reach them.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Issuer } from './issuer.ts';
import type { Section } from './world.ts';

// The built programs lie one folder below their sources.
export const ROOT = resolve(import.meta.dirname, '../../..');
const CONNECTORS = resolve(ROOT, 'bench/perf/dist/connectors');

/** Folders of the bench's connectors, by the section they serve. */
const FOLDERS: Readonly<Record<Section, string>> = {
  registration: 'registration',
  tax: 'tax',
  socialInsurance: 'social-insurance',
  permits: 'permits',
  credit: 'credit',
};

/** What the bulk grant names: the sections and the search. */
const GRANTED = [...[...Object.keys(FOLDERS), 'seals'].map((section) => `Enterprise.${section}`), 'Query.enterprises'];

// No limit may end a run; each is counted all the same.
const UNREACHED = 1_000_000_000;

export interface Setting {
  readonly agencies: Readonly<Record<Section, number>>;
  readonly issuer: Pick<Issuer, 'name' | 'audience' | 'jwks' | 'subjects'>;
  readonly remembers: boolean;
  /** Whether what several requests ask at the same moment goes out in one call. */
  readonly together: boolean;
  /** In front of the sandbox's agencies, by the shipped connectors. */
  readonly isSandbox: boolean;
}

/** `yimen.config.json` of the hall under load. */
export function config({ agencies, issuer, remembers, together, isSandbox }: Setting): object {
  const connectors = Object.entries(FOLDERS).map(([section, folder]) => [
    folder,
    { module: `${CONNECTORS}/${folder}/connector.js`, settings: { url: `http://127.0.0.1:${agencies[section as Section]}`, together } },
  ]);
  return {
    ...(isSandbox ? {} : { connectors: Object.fromEntries(connectors) }),
    // The agencies are on this machine, which production wants to be told.
    outbound: { allow: ['127.0.0.1'] },
    memory: { enabled: remembers },
    issuers: [{ issuer: issuer.name, audience: issuer.audience, jwks: issuer.jwks, kind: 'machines' }],
    access: { bulk: issuer.subjects.map((actor) => ({ actor, fields: GRANTED, perDay: UNREACHED })) },
    requests: { perActor: UNREACHED, perWindow: UNREACHED, perAddress: UNREACHED, refusedPerAddress: UNREACHED },
    keys: { ids: { file: 'ids.key' }, audit: { file: 'audit.pem' } },
  };
}

/** Writes settings and keys; gives back the environment in which the gateway finds them. */
export function furnish(folder: string, setting: Setting): Readonly<Record<string, string>> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'ids.key'), randomBytes(32).toString('base64'), { mode: 0o600 });
  // Checkpoints of the proof are signed, as production asks for.
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(join(folder, 'audit.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  writeFileSync(join(folder, 'yimen.config.json'), JSON.stringify(config(setting), null, 2));
  return {
    YIMEN_PROFILE: setting.isSandbox ? 'sandbox' : 'production',
    YIMEN_CONFIG: join(folder, 'yimen.config.json'),
    YIMEN_DATA: join(folder, 'data'),
  };
}
