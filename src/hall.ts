/** What a hall keeps: its database, its cases and what proves them. Opened by the gateway, and by the CLI where none runs. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type CasesTools, caseEvidence, type Evidence, keepingOf, type Opened, openCases, QUEUES } from './cases/index.ts';
import { type Clock, parseDuration } from './clock/index.ts';
import { type Engine, type Log, resolveSecrets, Secret } from './connect/index.ts';
import { dropHeard, type Erased, type EraseOrder, erase, forgetErased } from './erasing.ts';
import { clamdScanner, type Files, type FilesOptions, folderPlace, openFiles, s3Place } from './files/index.ts';
import { openRetention, RETENTION, termsOf } from './retention/index.ts';
import type { Settings } from './settings/index.ts';
import { derivedKey, openStore, type Store, Vault } from './store/index.ts';
import {
  accessKeeping,
  isLook,
  newSigningKey,
  openAccessRecords,
  openProof,
  type Proof,
  type ProofPages,
  pagesOf,
  type SigningKey,
  signingKey,
} from './trust/index.ts';

/** A clerk serves one subject for half an hour before the session has to be opened anew. */
const SESSION_MINUTES = 30;
const EVERY_ROWS = 1_000;
const EVERY_MS = 60_000;

type Watch = Pick<CasesTools, 'clock' | 'log'>;

/** All durable work of a hall. */
export const HALL_QUEUES = [...Object.values(QUEUES), RETENTION];

/** Opens the database and the room of cases over it. */
export async function openCaseRoom(
  settings: Settings,
  key: Buffer,
  tools: Omit<CasesTools, 'store' | 'pools' | 'files'> & { readonly engine: Pick<Engine, 'evict'> },
  fitted: (tools: CasesTools) => CasesTools,
): Promise<Opened> {
  return overStore(settings, tools, async (store, proof) => {
    const files = filesOf(settings, { store, clock: tools.clock, key });
    const cases = await openCases(fitted({ ...tools, store, files, pools: settings.config.commissioners }));
    const { vault, clock } = tools;
    const access = await openAccessRecords({ store, vault, clock, minutes: settings.config.access?.sessionMinutes ?? SESSION_MINUTES });
    const erasing = {
      store,
      vault,
      files,
      sweep: () => files.sweep(),
      clock,
      contestDays: termsOf(settings.config.keep).contest,
      engine: tools.engine,
    };
    const stopForgetting = await forgetErased(erasing);
    const stopRetention = openRetention({
      store,
      clock,
      log: tools.log,
      terms: termsOf(settings.config.keep),
      removers: removersOf(store, files, proof, tools),
    });
    return {
      cases,
      access,
      evidence: evidenceIn(store, proof, tools.clock),
      erase: (order: EraseOrder) => erase(order, erasing),
      async close() {
        await stopRetention();
        await stopForgetting();
        await cases.close();
        await access.close();
        await files.close();
        await proof.close();
        await store.close();
      },
    };
  });
}

const ROWS_AT_ONCE = 1_000;

/** What each room takes away when its time is over. */
function removersOf(store: Store, files: Files, proof: Proof, { log }: Pick<Watch, 'log'>) {
  const erased = (wanted: (action: string) => boolean) => async (before: Date) => {
    // Before the beginning of time nothing was written.
    const count = await proof.erase((action) => (wanted(action) ? before : new Date(0)), ROWS_AT_ONCE);
    if (count === undefined)
      log.warn({}, 'rows of proof are kept past their time: without keys.audit nobody could sign that they were erased');
    return count ?? 0;
  };
  return {
    ...keepingOf({ store, files }),
    ...accessKeeping(store),
    looks: erased(isLook),
    proof: erased((action) => !isLook(action)),
    erased: dropHeard(store),
  };
}

/**
 * Erases a subject's data where no gateway runs on the data folder; those elsewhere forget by themselves. Contents of files go at
 * once with an embedded database; else the gateways, which know where they are, let go of them.
 */
export function eraseDirectly(settings: Settings, key: Buffer, order: EraseOrder, watch: Watch): Promise<Erased> {
  return overStore(settings, watch, async (store, proof) => {
    const { clock } = watch;
    const files = filesOf(settings, { store, clock, key });
    const vault = new Vault(derivedKey(key, 'cases'));
    const sweep = settings.database ? undefined : () => files.sweep();
    const erased = await erase(order, { store, vault, files, sweep, clock, contestDays: termsOf(settings.config.keep).contest });
    await files.close();
    await proof.close();
    await store.close();
    return erased;
  });
}

/** Opens the database to look at its proof: no case moves. */
export function openEvidence(settings: Settings, watch: Watch): Promise<Omit<Opened, 'cases' | 'access' | 'erase'>> {
  return overStore(settings, watch, async (store, proof) => ({
    evidence: evidenceIn(store, proof, watch.clock),
    async close() {
      await proof.close();
      await store.close();
    },
  }));
}

/** Opens the database to read its proof and nothing else: whoever verifies leaves no trace. */
export async function openPages(settings: Settings, watch: Watch): Promise<{ readonly pages: ProofPages; close(): Promise<void> }> {
  const store = await openStore({ url: settings.database, folder: settings.data, ...watch, queues: [] });
  return { pages: pagesOf(store), close: () => store.close() };
}

async function overStore<T>(settings: Settings, { clock, log }: Watch, open: (store: Store, proof: Proof) => Promise<T>): Promise<T> {
  const key = auditKey(settings);
  if (!key) log.warn({}, 'keys.audit is not set: rows of proof are linked, and no checkpoint is signed');
  const store = await openStore({ url: settings.database, folder: settings.data, clock, log, queues: HALL_QUEUES });
  const proof = proofOver(store, key, settings, { clock, log });
  try {
    return await open(store, proof);
  } catch (cause) {
    await proof.close();
    await store.close();
    throw cause;
  }
}

function proofOver(store: Store, key: SigningKey | undefined, settings: Settings, watch: { clock: Clock; log: Log }): Proof {
  const { hash = 'sm3', every } = settings.config.audit ?? {};
  const ms = parseDuration(every?.time ?? '') ?? EVERY_MS;
  return openProof({ store, hash, key, folder: checkpointFolder(settings), every: { rows: every?.rows ?? EVERY_ROWS, ms }, ...watch });
}

const evidenceIn = (store: Store, proof: Proof, clock: Clock): Evidence => ({
  proof,
  ofCase: (number) => caseEvidence(number, { store, proof, now: () => new Date(clock.now()) }),
  source: store,
});

/** Where checkpoints go. */
export const checkpointFolder = ({ config, configFile, data }: Settings): string =>
  config.audit?.checkpoints ? resolve(dirname(configFile), config.audit.checkpoints) : resolve(data, 'checkpoints');

/** The key that signs checkpoints: from settings; in the sandbox profile made once and kept in the data folder. */
export function auditKey(settings: Settings): SigningKey | undefined {
  const { config, configFile, profile } = settings;
  const where = `${configFile}: keys.audit`;
  if (config.keys?.audit !== undefined) return signingKey(givenKey(config.keys.audit, configFile, where), where);
  return profile === 'sandbox' ? sandboxKey(settings) : undefined;
}

function givenKey(given: unknown, configFile: string, where: string): string {
  const secret = resolveSecrets(given, { env: process.env, folder: dirname(configFile), sandbox: false }, where);
  if (!(secret instanceof Secret)) throw new Error(`${where}: a reference to a private key in PEM, {"env": "NAME"} or {"file": "path"}`);
  return secret.reveal();
}

function sandboxKey({ data, config }: Settings): SigningKey {
  const file = resolve(data, 'keys', 'audit.pem');
  mkdirSync(dirname(file), { recursive: true });
  try {
    // Of two gateways that start at once on one folder one makes the key.
    writeFileSync(file, newSigningKey(config.audit?.signature ?? 'sm2'), { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
  }
  return signingKey(readFileSync(file, 'utf8'), file);
}

/** Files in the data folder, or in a store that speaks S3; both are received in the data folder. */
function filesOf(settings: Settings, { key, ...tools }: Pick<FilesOptions, 'store' | 'clock' | 'key'>): Files {
  const { s3, scanner, most, reserve } = settings.config.files ?? {};
  const folder = resolve(settings.data, 'files');
  const where = `${settings.configFile}: files.s3`;
  const secretAt = (name: string, raw: unknown) => secretOf(raw, settings, `${where}.${name}`);
  const place = s3
    ? s3Place({ ...s3, accessKey: secretAt('accessKey', s3.accessKey), secretKey: secretAt('secretKey', s3.secretKey) })
    : folderPlace(folder);
  const keys = { key: derivedKey(key, 'file contents'), vault: new Vault(derivedKey(key, 'files')) };
  return openFiles({ ...tools, ...keys, place, folder, most, reserve, scanner: scanner && clamdScanner(scanner) });
}

/** A secret that the file names by reference. */
function secretOf(raw: unknown, { configFile }: Settings, where: string): string {
  const secret = resolveSecrets(raw, { env: process.env, folder: dirname(configFile), sandbox: false }, where);
  if (!(secret instanceof Secret)) throw new Error(`${where}: a secret is given by reference, {"env": "NAME"} or {"file": "path"}`);
  return secret.reveal();
}
