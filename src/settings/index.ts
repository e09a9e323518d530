/**
 * Settings: one file, `yimen.config.json`, and a few environment variables, read once at start by the server and the CLI alike.
 */
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { parseDuration } from '../clock/index.ts';
import { keepShape } from '../retention/index.ts';
import { CHAIN_HASHES, ISSUER_KINDS, SIGNATURES } from '../trust/index.ts';

/** `sandbox`: mock agencies, test keys and switches. `production`: none of them. */
export type Profile = 'sandbox' | 'production';

const Duration = z
  .string()
  .refine((text) => (parseDuration(text) ?? 0) > 0, 'a duration above 0 is a number and ms, s, m, h or d, like "3s"');

/** Times are read where they are used: see the maintenance calendar. */
const Maintenance = z.strictObject({ days: z.array(z.int()).optional(), from: z.string(), until: z.string() });

const Policy = z.strictObject({
  timeout: Duration.optional(),
  concurrency: z.int().positive().optional(),
  queue: z.int().nonnegative().optional(),
  perSecond: z.int().positive().optional(),
  perDay: z.int().positive().optional(),
  maintenance: z.array(Maintenance).optional(),
});

const ConnectorEntry = z.strictObject({
  /** A package's name, or a module's path relative to the file; without it the connector is one of the shipped folders. */
  module: z.string().optional(),
  settings: z.record(z.string(), z.unknown()).optional(),
  policy: Policy.optional(),
  /** Why it may speak without encryption in production, in a sentence: a gateway of the agency's own stands on this network. */
  unencrypted: z.string().trim().min(10, 'say why in a sentence').optional(),
  /** `false` leaves the connector out: its sections answer `AGENCY_NOT_CONNECTED`. */
  enabled: z.boolean().optional(),
});

const FieldPath = z.string().regex(/^[A-Z]\w*(\.\w+)*$/, 'a field is written like Person.household.address');

const WebAddress = z.url({ protocol: /^https?$/ });

const Issuer = z
  .strictObject({
    issuer: z.string().min(1),
    audience: z.string().min(1),
    /** Address of its keys; without it they are found by discovery, at the address that its name is. */
    jwks: WebAddress.optional(),
    /** For whom it signs; without it, for all roles. */
    kind: z.enum(ISSUER_KINDS).optional(),
    /** Stands before its callers' names, with a colon: the same name of two issuers is two people. */
    realm: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'a realm is up to 40 lower-case letters, digits and hyphens')
      .optional(),
    /** Whether its tokens may be signed with SM2. */
    sm2: z.boolean().optional(),
  })
  .refine(({ issuer, jwks }) => jwks !== undefined || WebAddress.safeParse(issuer).success, {
    path: ['issuer'],
    message: 'without "jwks" it must be the address at which the issuer is discovered, like "https://id.example.cn"',
  });

const Issuers = z
  .array(Issuer)
  .refine((issuers) => new Set(issuers.map(({ issuer }) => issuer)).size === issuers.length, 'two issuers have the same name')
  .refine(
    (issuers) => new Set(issuers.map(({ realm }) => realm)).size === issuers.length,
    'of several issuers all but one need a "realm" of their own: it stands before the names of their callers, so that li of one is not li of another',
  );

/** Sizes in bytes. Secrets are references, read where the store is opened. */
const Files = z.strictObject({
  most: z.int().positive().optional(),
  reserve: z.int().nonnegative().optional(),
  scanner: z.strictObject({ host: z.string().min(1), port: z.int().min(1).max(65_535) }).optional(),
  s3: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }),
      bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'a bucket is 3 to 63 lower-case letters, digits, dots and hyphens'),
      region: z.string().min(1),
      accessKey: z.unknown(),
      secretKey: z.unknown(),
    })
    .optional(),
});

/** Fields are paths like `Person.household.address`; a path covers what lies below it. */
const Access = z
  .strictObject({
    /** How long a service session lasts. */
    sessionMinutes: z.int().min(1).max(480),
    /** What purposes may see beyond what their items call for: by `CONSULTATION`, `THEME newborn`, `ITEM slug`, or a kind alone. */
    grants: z.record(z.string().regex(/^(CONSULTATION|CASE|(ITEM|THEME)( \S+)?)$/), z.array(FieldPath)),
    /** What machines may read without a session. */
    bulk: z.array(z.strictObject({ actor: z.string().min(1), fields: z.array(FieldPath).min(1), perDay: z.int().positive() })),
    /** Sections of persons that one caller may read in a minute. */
    personsPerMinute: z.int().positive(),
    /** Different persons that one caller may read of in a minute. */
    differentPersonsPerMinute: z.int().positive(),
    /** Sections that all callers together may read of one person in a minute. */
    looksAtOnePerMinute: z.int().positive(),
  })
  .partial();

const Most = z.int().positive();

/** Numbers up to which documents are taken. More tokens than that and the parser itself could be led too deep. */
const Limits = z
  .strictObject({
    tokens: Most.max(10_000),
    depth: Most,
    aliases: Most,
    rootFields: Most,
    fields: Most.max(10_000),
    directives: Most,
    perAgency: Most,
  })
  .partial();

const Config = z.strictObject({
  connectors: z.record(z.string(), ConnectorEntry).optional(),
  serve: z.record(z.string(), z.string()).optional(),
  agencies: z.record(z.string(), Policy).optional(),
  outbound: z.strictObject({ allow: z.array(z.string()) }).optional(),
  catalogue: z.string().optional(),
  /** A file with the hall's own days off and workdays: see the calendar's `hallCalendarShape`. */
  calendar: z.string().optional(),
  notices: z.strictObject({ address: z.url({ protocol: /^https?$/ }).optional(), hall: z.string().optional() }).optional(),
  issuers: Issuers.optional(),
  /** Origins under which clients know the gateway; default is where it listens. */
  addresses: z.array(WebAddress).min(1).optional(),
  origins: z.array(z.url()).optional(),
  limits: Limits.optional(),
  /** `manifest`: file of registered documents, from the file's folder; `only`: no others run. */
  documents: z.strictObject({ manifest: z.string().min(1), only: z.boolean().optional() }).optional(),
  memory: z.strictObject({ enabled: z.boolean() }).optional(),
  /** Commissioners by block. */
  commissioners: z.record(z.string(), z.array(z.string().min(1))).optional(),
  files: Files.optional(),
  access: Access.optional(),
  /** Days that things are kept. */
  keep: keepShape.optional(),
  /** Addresses and networks of proxies whose `X-Forwarded-For` is believed. */
  proxies: z.array(z.string()).optional(),
  /** Certificate, key and the authority of clients' certificates are references, read where the server is opened. */
  tls: z
    .strictObject({
      cert: z.unknown(),
      key: z.unknown(),
      ca: z.unknown().optional(),
      clientCertificates: z.enum(['none', 'wanted', 'required']).optional(),
    })
    .optional(),
  /** A proxy in front speaks TLS, so the gateway itself may speak plain HTTP. */
  behindProxy: z.boolean().optional(),
  /** Requests a minute. */
  requests: z.strictObject({ perActor: Most, perWindow: Most, perAddress: Most, refusedPerAddress: Most }).partial().optional(),
  keys: z.strictObject({ ids: z.unknown(), audit: z.unknown() }).partial().optional(),
  audit: z
    .strictObject({
      /** Hash of the chain; every link says its own, so it may be changed. */
      hash: z.enum(CHAIN_HASHES),
      /** Kind of the key that is made in the sandbox profile. */
      signature: z.enum(SIGNATURES),
      /** Folder of the checkpoints, from the file's folder. */
      checkpoints: z.string().min(1),
      every: z.strictObject({ rows: z.int().positive(), time: Duration }).partial(),
    })
    .partial()
    .optional(),
});

export type Config = z.infer<typeof Config>;
export type IssuerSettings = z.infer<typeof Issuer>;

/** What the process was started with. */
export interface Settings {
  readonly profile: Profile;
  readonly host: string;
  readonly port: number;
  /** Folder of everything the gateway writes. */
  readonly data: string;
  readonly config: Config;
  /** The file the config came from, or where it would be. */
  readonly configFile: string;
  /** Address of running sandbox agencies, when they are not to be started. */
  readonly sandbox: string | undefined;
  /** Address of the Redis that replicas share; without it each process remembers and counts alone. */
  readonly redis: string | undefined;
  /** `postgres://…` of the hall's database; without it the embedded one in the data folder. */
  readonly database: string | undefined;
  /** How many processes answer on the port; without it this one does. */
  readonly workers: number | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const Port = z.coerce.number().int().min(0).max(65_535);
const MOST_WORKERS = 64;

const WORKERS = `a whole number from 1 to ${MOST_WORKERS}, or "auto": one for each core`;

/** How many workers a text asks for. */
export const WorkerCount = z
  .string()
  .regex(/^(auto|\d+)$/, WORKERS)
  .transform((text) => (text === 'auto' ? Math.min(availableParallelism(), MOST_WORKERS) : Number(text)))
  .refine((count) => count >= 1 && count <= MOST_WORKERS, WORKERS);

const ProfileName = z.enum(['sandbox', 'production']);

/** Reads settings from the environment and the file it names. Throws with the file and the key when something is wrong. */
export function readSettings(env: Environment, cwd: string): Settings {
  checkTls(env);
  const configFile = resolve(cwd, env['YIMEN_CONFIG'] ?? 'yimen.config.json');
  if (env['YIMEN_CONFIG'] && !existsSync(configFile)) throw new Error(`YIMEN_CONFIG: the file ${configFile} does not exist`);
  return {
    profile: fromEnv(env, 'YIMEN_PROFILE', ProfileName, 'sandbox'),
    host: env['HOST'] || '127.0.0.1',
    port: fromEnv(env, 'PORT', Port, 4_000),
    data: resolve(cwd, env['YIMEN_DATA'] || 'data'),
    config: existsSync(configFile) ? readConfig(configFile) : {},
    configFile,
    sandbox: env['YIMEN_SANDBOX'] || undefined,
    redis: env['REDIS_URL'] || undefined,
    database: env['DATABASE_URL'] || undefined,
    workers: fromEnv(env, 'YIMEN_WORKERS', WorkerCount.optional(), undefined),
  };
}

/** Node would accept any certificate: nobody could tell an agency from somebody who poses as one. */
function checkTls(env: Environment): void {
  if (env['YIMEN_PROFILE'] === 'production' && env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0')
    throw new Error(
      'NODE_TLS_REJECT_UNAUTHORIZED=0 switches the check of certificates off; remove it (NODE_EXTRA_CA_CERTS adds your own CA)',
    );
}

function fromEnv<T>(env: Environment, name: string, shape: z.ZodType<T>, fallback: T): T {
  if (!env[name]) return fallback;
  const parsed = shape.safeParse(env[name]);
  if (!parsed.success) throw new Error(`${name}: ${parsed.error.issues[0]?.message ?? 'not valid'}`);
  return parsed.data;
}

function readConfig(file: string): Config {
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${file} is not valid JSON`, { cause });
  }
  return checked(file, Config, raw);
}

/** Holds a value against its shape; the error names the file and every key that is wrong, never a value. */
export function checked<T>(where: string, shape: z.ZodType<T>, raw: unknown): T {
  const parsed = shape.safeParse(raw);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.') || '(top level)'}: ${issue.message}`);
  throw new Error(`${where}:\n${lines.join('\n')}`);
}

/** The folder of the package: where `schema/` and `catalogue/` are, whether the code runs built or from source. */
export function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(resolve(folder, 'codegen.yml')) && !existsSync(resolve(folder, 'schema/base.graphql'))) folder = dirname(folder);
  return folder;
}
