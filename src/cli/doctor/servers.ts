import { existsSync } from 'node:fs';
import { request } from 'undici';
import { standsAgainstWorkers } from '../../crew.ts';
import { sandboxClient } from '../../kit/index.ts';
import type { Settings } from '../../settings/index.ts';
import { folderHolder, holdsDatabase, type Looked, lookAtDatabase, lookAtRedis } from '../../store/index.ts';
import { type Check, type Finding, fail, ok, reasonOf, warn } from './check.ts';
import type { Running } from './running.ts';

const OLDEST_POSTGRES = 130_000;
/** Clocks this far apart make times in the proof and in tokens differ. */
const SKEW_MS = { warn: 2_000, fail: 60_000 };
/** An embedded database starts before it answers. */
const EMBEDDED_MS = 30_000;

/** Everything that is asked over a connection. */
export const serverChecks = (settings: Settings, running: Promise<Running>): readonly Check[] => [
  ...databaseChecks(settings, running),
  ...redisChecks(settings),
  ...workersChecks(settings),
  ...(settings.config.issuers ?? []).map((issuer) => jwksCheck(issuer.issuer, issuer.jwks)),
  ...(settings.profile === 'sandbox' ? [sandboxCheck(settings, running)] : []),
];

function databaseChecks(settings: Settings, running: Promise<Running>): readonly Check[] {
  const { database: url, data: folder } = settings;
  if (url) return serverDatabase(url, folder);
  const run = async (): Promise<Finding> => {
    if (!holdsDatabase(folder)) return ok(`embedded; none in ${folder} yet, it is made with the first case`);
    const { gateway } = await running;
    if (gateway) return ok(`embedded, held by the gateway at ${gateway.url}, which brought it to its own version when it opened it`);
    const holder = folderHolder(folder);
    if (holder !== undefined)
      return warn(
        `embedded, held by process ${holder}, which does not answer as a gateway`,
        'wait for a backup or a restore to end, or stop that process',
      );
    const { version, pending, later } = await lookAtDatabase({ url: undefined, folder });
    const steps = migrationsFinding(pending, later);
    return steps.level === 'ok' ? ok(`embedded, PostgreSQL ${version}; ${steps.what}`) : steps;
  };
  return [{ name: 'database', run, limitMs: EMBEDDED_MS }];
}

function serverDatabase(url: string, folder: string): readonly Check[] {
  const where = placeOf(url);
  if (where === undefined)
    return [{ name: 'database', run: async () => fail('DATABASE_URL is no URL', 'it is like postgres://user:password@host:5432/name') }];
  let looking: ReturnType<typeof lookAtDatabase> | undefined;
  const look = () => {
    looking ??= lookAtDatabase({ url, folder });
    return looking;
  };
  const away = (cause: unknown) => fail(`PostgreSQL at ${where} cannot be used: ${reasonOf(cause)}`, 'start it, or set DATABASE_URL right');
  const unknown = () => warn('not known while the database cannot be used', 'mend that first');
  return [
    { name: 'database', run: () => look().then((looked) => versionFinding(where, looked), away) },
    { name: 'database clock', run: () => look().then((looked) => skewFinding(where, looked), unknown) },
    { name: 'migrations', run: () => look().then(({ pending, later }) => migrationsFinding(pending, later), unknown) },
  ];
}

const versionFinding = (where: string, { version, number }: { readonly version: string; readonly number: number }): Finding =>
  number >= OLDEST_POSTGRES
    ? ok(`PostgreSQL ${version} at ${where}`)
    : fail(`PostgreSQL ${version} at ${where} is too old`, 'Yimen needs PostgreSQL 13 or later');

function migrationsFinding(pending: readonly string[], later: string | undefined): Finding {
  if (later !== undefined)
    return fail(
      `the database has the migration "${later}", which this version does not know`,
      'a later version used it: start that one, or restore a backup',
    );
  if (pending.length === 0) return ok('no migration is pending');
  return warn(`pending migrations: ${pending.join(', ')}`, 'the next start of a gateway applies them; take a backup before');
}

function skewFinding(where: string, { aheadMs }: Looked): Finding {
  const apart = `the clock of ${where} is ${Math.abs(aheadMs / 1_000).toFixed(1)} s ${aheadMs < 0 ? 'behind' : 'ahead of'} this machine's`;
  if (Math.abs(aheadMs) < SKEW_MS.warn) return ok(apart);
  return (Math.abs(aheadMs) < SKEW_MS.fail ? warn : fail)(apart, 'have both set their clocks by NTP');
}

function redisChecks({ redis }: Settings): readonly Check[] {
  if (!redis) return [];
  const where = placeOf(redis);
  if (where === undefined)
    return [{ name: 'redis', run: async () => fail('REDIS_URL is no URL', 'it is like redis://:password@host:6379') }];
  let looking: Promise<Looked> | undefined;
  const look = () => {
    looking ??= lookAtRedis(redis);
    return looking;
  };
  const away = (cause: unknown) => fail(`Redis at ${where} cannot be used: ${reasonOf(cause)}`, 'start it, or set REDIS_URL right');
  const unknown = () => warn('not known while Redis cannot be used', 'mend that first');
  return [
    { name: 'redis', run: () => look().then(({ version }) => ok(`Redis ${version} at ${where}`), away) },
    { name: 'redis clock', run: () => look().then((looked) => skewFinding(where, looked), unknown) },
  ];
}

function workersChecks(settings: Settings): readonly Check[] {
  const { workers } = settings;
  if (workers === undefined) return [];
  const against = standsAgainstWorkers(workers, settings);
  return [{ name: 'workers', run: async () => (against ? fail(against.what, against.todo) : ok(`${workers} on one port`)) }];
}

const jwksCheck = (issuer: string, given: string | undefined): Check => ({
  name: `issuer ${issuer}`,
  async run() {
    const jwks = given ?? (await discovered(issuer));
    if (jwks === undefined) return fail(`${issuer} does not say where its keys are`, 'name the address of its keys: issuers[].jwks');
    const todo = `see whether ${jwks} is right and can be reached from here`;
    try {
      const { statusCode, body } = await request(jwks);
      const text = await body.text();
      if (statusCode !== 200) return fail(`${jwks} answered ${statusCode}`, todo);
      const keys = keysIn(text);
      return keys > 0 ? ok(`${keys} keys at ${jwks}`) : fail(`there are no keys at ${jwks}`, todo);
    } catch (cause) {
      return fail(`${jwks} cannot be reached: ${reasonOf(cause)}`, todo);
    }
  },
});

/** What OpenID Connect discovery says. */
async function discovered(issuer: string): Promise<string | undefined> {
  try {
    const { statusCode, body } = await request(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const { jwks_uri: address } = (await body.json()) as { jwks_uri?: unknown };
    return statusCode === 200 && typeof address === 'string' ? address : undefined;
  } catch {
    return undefined;
  }
}

function keysIn(text: string): number {
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown };
    return Array.isArray(keys) ? keys.length : 0;
  } catch {
    return 0;
  }
}

const sandboxCheck = (settings: Settings, running: Promise<Running>): Check => ({
  name: 'sandbox',
  async run() {
    const address = settings.sandbox ?? (await running).gateway?.sandbox;
    if (!address) return ok('no sandbox agencies run; "npm start" starts its own');
    const found = await sandboxClient(address)
      .describe()
      .catch(() => undefined);
    if (found) return ok(`${found.connectors.length} sandbox agencies at ${address}`);
    return fail(`no sandbox agencies answer at ${address}`, 'start them with "yimen sandbox start", or unset YIMEN_SANDBOX');
  },
});

/** Where a server is, without user and password. */
function placeOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { host, pathname } = new URL(url);
  return host === '' && !existsSync(pathname) ? undefined : `${host}${pathname.length > 1 ? pathname : ''}`;
}
