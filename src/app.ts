/**
 * The composition root: the only place that knows every room. Settings are read before it and handed in.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { pino } from 'pino';
import { type Calendar, createCalendar, hallCalendarShape } from './calendar/index.ts';
import { type CaseRoom, type CasesTools, caseRoom } from './cases/index.ts';
import { type Catalogue, loadCatalogue } from './catalogue/index.ts';
import { type MovableClock, movableClock } from './clock/index.ts';
import {
  type ConfiguredConnector,
  createEngine,
  createMetrics,
  type Engine,
  loadConnector,
  moduleIn,
  type Policy,
  resolveSecrets,
  Secret,
  shippedFolders,
} from './connect/index.ts';
import {
  type AccessRoom,
  createApollo,
  createCaseFormCheck,
  createDocuments,
  createGraph,
  type Documents,
  type Graph,
  globalIds,
  hasPath,
  manifestShape,
  noticeDesk,
  personBudget,
} from './graph/index.ts';
import { auditKey, openCaseRoom } from './hall.ts';
import { backupHall } from './keeping.ts';
import { idKey } from './keys.ts';
import { FAULTS, type Fault, type SandboxClient, type SandboxDescription, sandboxClient } from './kit/index.ts';
import { addressReader, createHttpServer, createRates, type RateLimits, type SandboxDoor, watchLoad } from './server/index.ts';
import { checked, type IssuerSettings, packageFolder, type Settings } from './settings/index.ts';
import { derivedKey, openShared, Vault } from './store/index.ts';
import { doorTls } from './tls.ts';
import { createAuthenticator, isProtectedAddress, noticeCodes, subjectName } from './trust/index.ts';

/** A gateway that listens. */
export interface Yimen {
  readonly url: string;
  /** The one-time secret with which the CLI speaks to this run. */
  readonly runSecret: string;
  readonly engine: Engine;
  readonly schema: GraphQLSchema;
  /** Sections that no connector serves. */
  readonly unserved: readonly string[];
  /** Builds now what would be built at first use. */
  warmUp(): void;
  close(): Promise<void>;
}

/** The folders of the shipped connectors by their ids: beside this code, built or not. */
export const shippedConnectors = (): ReadonlyMap<string, string> =>
  shippedFolders(resolve(packageFolder(), 'connectors'), resolve(dirname(fileURLToPath(import.meta.url)), '../connectors'));

/** Shipped connectors that run from their sources beside a built gateway: they were changed after the last build. */
export const unbuiltConnectors = (): readonly string[] =>
  import.meta.url.endsWith('.ts')
    ? []
    : [...shippedConnectors()].filter(([, folder]) => moduleIn(folder, 'connector')?.endsWith('.ts')).map(([id]) => id);

/** Modules of the sandbox agencies: beside the shipped connectors, and beside the hall's own until they are given settings. */
export function sandboxModules(settings: Settings): readonly string[] {
  const entries = Object.entries(settings.config.connectors ?? {}).filter(([, { enabled }]) => enabled !== false);
  const shipped = [...shippedConnectors()].filter(([id]) => !settings.config.connectors?.[id]?.module).map(([, folder]) => folder);
  const own = entries.flatMap(([, { module, settings: given }]) => (module && !given ? [dirname(namedModule(module, settings))] : []));
  return [...shipped, ...own].map((folder) => moduleIn(folder, 'sandbox')).filter((module) => module !== undefined);
}

/** Folders with `.graphql` files: ours, which the build leaves where they are, and those of the hall's own connectors. */
export function schemaFolders(settings: Settings): readonly string[] {
  const connectors = resolve(packageFolder(), 'connectors');
  const shipped = readdirSync(connectors).map((name) => resolve(connectors, name));
  return [...new Set([resolve(packageFolder(), 'schema'), ...shipped, ...ownFolders(settings)])];
}

/** Folders of the hall's own connectors that are not switched off. */
function ownFolders(settings: Settings): readonly string[] {
  const entries = Object.values(settings.config.connectors ?? {}).filter(({ enabled }) => enabled !== false);
  return entries.flatMap(({ module }) => (module ? [dirname(namedModule(module, settings))] : []));
}

/** What a gateway is given beside its settings. */
export interface Fittings {
  /** What the room of cases works with instead. A test lets the process die at named places with it; no setting reaches it. */
  casesTools?(tools: CasesTools): CasesTools;
  /** `false` for a gateway that shares its process with whoever tests it: their work is not its load. */
  readonly sheds?: boolean;
}

/** Starts a gateway. In the sandbox profile `settings.sandbox` must name running sandbox agencies. */
export async function startYimen(settings: Settings, { casesTools = (tools) => tools, sheds = true }: Fittings = {}): Promise<Yimen> {
  // An open door ends the start before anything is begun.
  const tls = doorTls(settings);
  const log = pino({ level: process.env['YIMEN_LOG'] ?? 'warn', redact: ['*.authorization', '*.secret'] });
  const sandbox = settings.profile === 'sandbox' ? await openSandbox(settings) : undefined;
  const clock = movableClock(sandbox?.description.clock.offset ?? 0);
  const catalogue = openCatalogue(catalogueFolder(settings));
  const configured = await configuredConnectors(settings, sandbox?.description);
  const metrics = createMetrics();
  const key = idKey(settings);
  // A wrong key ends the start, not the first case.
  auditKey(settings);
  const shared = settings.redis ? openShared({ url: settings.redis, key: derivedKey(key, 'shared'), log }) : undefined;
  const engine = createEngine({
    connectors: configured,
    serve: settings.config.serve ?? {},
    agencies: (settings.config.agencies ?? {}) as Readonly<Record<string, Policy>>,
    outbound: { allow: settings.config.outbound?.allow ?? [], loopback: sandbox !== undefined },
    remember: settings.config.memory?.enabled ?? true,
    clock,
    log,
    key: derivedKey(key, 'tickets'),
    shared,
    onCall: metrics.onCall,
    onOutcome: metrics.onOutcome,
  });
  metrics.watch(engine.sources, engine.exchanges);
  checkAgencies(engine, catalogue);
  const calendar = hallCalendar(settings);
  const vault = new Vault(derivedKey(key, 'cases'));
  const cases = caseRoom(() => openCaseRoom(settings, key, { catalogue, calendar, engine, clock, log, vault }, casesTools));
  // Cases go on by themselves, and nothing is read that cannot be written down.
  await cases.enter();
  const graph = createGraph({ folders: schemaFolders(settings), served: engine.served });
  const onInternal = (error: unknown, traceId: string) => log.error({ err: error, traceId }, 'internal error');
  const runSecret = randomBytes(24).toString('base64url');
  const documents = hallDocuments(settings, graph, engine);
  const listening = { url: '' };
  const stopping = new AbortController();
  const access = accessRoom(settings, vault, graph);
  if (!sandbox && !settings.config.notices?.address)
    log.warn('notices.address is not set: printed notices name the address at which this process listens');
  const load = sheds ? watchLoad(metrics.onShed) : UNWATCHED;
  const server = createHttpServer({
    tls,
    isSecure: tls !== undefined || settings.config.behindProxy === true,
    load,
    schema: graph.schema,
    documents,
    apollo: await startedApollo(createApollo({ schema: graph.schema, documents, onInternal })),
    authenticator: createAuthenticator(trustedIssuers(settings, sandbox?.description), clock, {
      protectedOnly: settings.profile === 'production',
      origins: () => settings.config.addresses ?? [listening.url],
      nameOf: (key) => subjectName(vault, { kind: 'person', key }),
      shared,
      log,
    }),
    engine,
    catalogue,
    calendar,
    clock,
    cases,
    checkForm: createCaseFormCheck(catalogue),
    ids: globalIds(key),
    notices: noticeDesk({
      codes: noticeCodes(derivedKey(key, 'notice codes')),
      catalogue,
      fictional: sandbox !== undefined,
      ...settings.config.notices,
      listensAt: () => listening.url,
    }),
    connectorsOf: connectorsByAgency(engine),
    access,
    spend: personBudget(access.personsPerMinute),
    ruleOf: (field) => graph.rules.get(field),
    bulkUsed: (actor, day) => cases.opened?.access.book.used(actor, day) ?? 0,
    origins: settings.config.origins ?? [],
    sandbox: sandbox && sandboxDoor(sandbox.client, clock, cases),
    runSecret,
    backup: async (folder) => backupHall(settings, (await cases.evidence()).source, folder),
    metrics,
    rates: createRates(rateLimits(settings), shared),
    addressOf: addressReader(settings.config.proxies ?? []),
    stopping: stopping.signal,
    isReady: () => !stopping.signal.aborted && !load.isOver(),
    onInternal,
  });
  const address = await server.listen({ host: settings.host, port: settings.port });
  // Fastify does not see what kind of server it was given.
  listening.url = tls ? address.replace(/^http:/, 'https:') : address;
  await sandbox?.client.registerHall({ url: listening.url, secret: runSecret });
  return {
    url: listening.url,
    runSecret,
    engine,
    schema: graph.schema,
    unserved: graph.unserved,
    warmUp: () => void catalogue.search('warm up'),
    async close() {
      await drained(server, stopping);
      load.close();
      await cases.close();
      await engine.close();
      await shared?.close();
    },
  };
}

/** Requests a minute. A counter front-end asks a few a second; a hall behind one proxy that is not named here shares one address. */
const RATES: RateLimits = { perActor: 3_000, perWindow: 6_000, perAddress: 60_000, refusedPerAddress: 120 };

const rateLimits = ({ config: { requests } }: Settings): RateLimits => ({
  perActor: requests?.perActor ?? RATES.perActor,
  perWindow: requests?.perWindow ?? RATES.perWindow,
  perAddress: requests?.perAddress ?? RATES.perAddress,
  refusedPerAddress: requests?.refusedPerAddress ?? RATES.refusedPerAddress,
});

const UNWATCHED: ReturnType<typeof watchLoad> = { isOver: () => false, admit() {}, close() {} };

const DRAIN_MS = 10_000;
const LOOK_MS = 50;

/** Takes no more connections, answers what was asked, ends streams; whoever takes longer than ten seconds is cut off. */
async function drained(server: FastifyInstance, stopping: AbortController): Promise<void> {
  stopping.abort();
  const { server: http } = server;
  // A connection that is kept alive becomes idle with its last answer.
  const looking = setInterval(() => http.closeIdleConnections(), LOOK_MS);
  const patience = setTimeout(() => http.closeAllConnections(), DRAIN_MS);
  await server.close().finally(() => {
    clearInterval(looking);
    clearTimeout(patience);
  });
}

/** The connectors of a hall without a server, to look at one question; what `secrets` hold must not be shown. */
export async function openForExplaining(settings: Settings): Promise<{ readonly engine: Engine; readonly secrets: readonly string[] }> {
  const sandbox = settings.profile === 'sandbox' ? await openSandbox(settings) : undefined;
  const connectors = await configuredConnectors(settings, sandbox?.description);
  const clock = movableClock(sandbox?.description.clock.offset ?? 0);
  const outbound = { allow: settings.config.outbound?.allow ?? [], loopback: sandbox !== undefined };
  const log = pino({ level: 'silent' });
  const engine = createEngine({ connectors, serve: settings.config.serve ?? {}, outbound, remember: false, clock, log });
  return { engine, secrets: connectors.flatMap(({ settings: own }) => secretsIn(own)) };
}

function secretsIn(settings: unknown): string[] {
  if (settings instanceof Secret) return [settings.reveal()];
  return typeof settings === 'object' && settings !== null ? Object.values(settings).flatMap(secretsIn) : [];
}

async function startedApollo<T extends { start(): Promise<void> }>(apollo: T): Promise<T> {
  await apollo.start();
  return apollo;
}

interface OpenedSandbox {
  readonly client: SandboxClient;
  readonly description: SandboxDescription;
}

async function openSandbox(settings: Settings): Promise<OpenedSandbox> {
  if (!settings.sandbox) throw new Error('the sandbox profile needs running sandbox agencies: set YIMEN_SANDBOX to their address');
  const client = sandboxClient(settings.sandbox);
  return { client, description: await client.describe() };
}

function sandboxDoor(client: SandboxClient, clock: MovableClock, cases: CaseRoom): SandboxDoor {
  return {
    async clerk(subjects) {
      const caller = { role: 'clerk', actor: 'sandbox-clerk', window: 'W01' } as const;
      const { sessions } = await cases.access();
      const session = await sessions.open({ purpose: { kind: 'CONSULTATION' }, subjects, evidence: 'IDENTITY_CARD' }, caller);
      return { token: await client.token(caller), session: session.id };
    },
    async setFault(connector, fault, agency) {
      if (!FAULTS.includes(fault as Fault)) throw new Error(`fault must be one of ${FAULTS.join(', ')}`);
      await client.setFault(connector, fault as Fault, agency);
    },
    async advance(ms) {
      const ahead = clock.offset + ms;
      await client.setClock(ahead);
      clock.set(ahead);
      return clock.offset;
    },
    follow: (aheadMs) => clock.set(aheadMs),
  };
}

/** The hall's own catalogue folder, if its settings name one. */
export const catalogueFolder = ({ config, configFile }: Settings): string | undefined =>
  config.catalogue ? resolve(dirname(configFile), config.catalogue) : undefined;

/** The shipped catalogue, or a hall's own, which may extend it. */
export function openCatalogue(own: string | undefined): Catalogue {
  const shipped = resolve(packageFolder(), 'catalogue');
  return own ? loadCatalogue(own, shipped) : loadCatalogue(shipped);
}

/** Working days, with the hall's own days where its settings name a file. */
function hallCalendar({ config, configFile }: Settings): Calendar {
  if (!config.calendar) return createCalendar();
  const file = resolve(dirname(configFile), config.calendar);
  return createCalendar(checked(file, hallCalendarShape, jsonIn(file, `${configFile}: calendar`)));
}

/** What clients may ask: held to the hall's limits, and to the documents it registered where it did. */
function hallDocuments({ config, configFile, profile }: Settings, { schema }: Graph, { served }: Engine): Documents {
  const { limits, documents } = config;
  const rules = { schema, served, limits, sandbox: profile === 'sandbox' };
  if (!documents) return createDocuments(rules);
  const file = resolve(dirname(configFile), documents.manifest);
  const manifest = checked(file, manifestShape, jsonIn(file, `${configFile}: documents.manifest`));
  return createDocuments({ ...rules, manifest, only: documents.only });
}

function jsonIn(file: string, where: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${where}: ${file} cannot be read, or is not valid JSON`, { cause });
  }
}

/** In the sandbox every shipped connector, with the settings its sandbox gives; in production those the file names. */
async function configuredConnectors(settings: Settings, sandbox: SandboxDescription | undefined): Promise<ConfiguredConnector[]> {
  const entries = settings.config.connectors ?? {};
  const folders = shippedConnectors();
  const ids = new Set([...Object.keys(entries), ...(sandbox ? folders.keys() : [])]);
  const wanted = [...ids].filter((id) => entries[id]?.enabled !== false);
  return Promise.all(wanted.map((id) => configuredConnector(id, folders.get(id), settings, sandbox)));
}

/** The connectors whose settings the file gives, to read each by itself: one that is wrong does not hide the others. */
export function givenConnectors(settings: Settings): readonly { readonly id: string; read(): Promise<ConfiguredConnector> }[] {
  const folders = shippedConnectors();
  const given = Object.entries(settings.config.connectors ?? {}).filter(
    ([, entry]) => entry.enabled !== false && (settings.profile === 'production' || entry.settings),
  );
  return given.map(([id]) => ({ id, read: () => configuredConnector(id, folders.get(id), settings) }));
}

async function configuredConnector(
  id: string,
  folder: string | undefined,
  settings: Settings,
  sandbox?: SandboxDescription,
): Promise<ConfiguredConnector> {
  const entry = settings.config.connectors?.[id];
  const where = `${settings.configFile}: connectors.${id}`;
  const connector = await loadConnector(moduleOf(entry?.module, folder, settings, where));
  if (connector.id !== id) throw new Error(`${where}: the module calls itself "${connector.id}"`);
  const raw = entry?.settings ?? sandbox?.connectors.find((known) => known.id === id)?.settings ?? {};
  const resolved = resolveSecrets(
    raw,
    { env: process.env, folder: dirname(settings.configFile), sandbox: settings.profile === 'sandbox' },
    `${where}.settings`,
  );
  const policy = entry?.policy as ConfiguredConnector['policy'];
  return { connector, settings: checked(`${where}.settings`, connector.settings, resolved), policy };
}

function moduleOf(named: string | undefined, folder: string | undefined, settings: Settings, where: string): string {
  if (named) return namedModule(named, settings);
  const module = folder && moduleIn(folder, 'connector');
  if (!module) throw new Error(`${where}: no shipped connector has this id; name its "module"`);
  return module;
}

const namedModule = (named: string, { configFile }: Settings): string =>
  named.startsWith('.') ? resolve(dirname(configFile), named) : packageModule(named, configFile);

/** A package is looked for where the settings file is, so that a hall installs its connectors beside its settings. */
function packageModule(name: string, configFile: string): string {
  try {
    return createRequire(configFile).resolve(name);
  } catch {
    return name;
  }
}

function checkAgencies(engine: Engine, catalogue: Catalogue): void {
  const unknown = [...engine.served].find(([, { agency }]) => !catalogue.agency(agency));
  if (!unknown) return;
  const [section, { connector, agency }] = unknown;
  throw new Error(`${section}: the connector ${connector} names the agency "${agency}", which is not in the catalogue's agencies.json`);
}

function connectorsByAgency(engine: Engine): (agency: string) => readonly string[] {
  const byAgency = new Map<string, Set<string>>();
  for (const { agency, connector } of engine.served.values()) byAgency.set(agency, (byAgency.get(agency) ?? new Set()).add(connector));
  return (agency) => [...(byAgency.get(agency) ?? [])];
}

function trustedIssuers({ config, profile, configFile }: Settings, sandbox: SandboxDescription | undefined): readonly IssuerSettings[] {
  const issuers = [...(config.issuers ?? []), ...(sandbox ? [sandbox.issuer] : [])];
  if (issuers.length === 0) throw new Error(`${configFile}: issuers: the ${profile} profile needs at least one, or nobody could sign in`);
  const open = issuers.findIndex(({ issuer, jwks }) => !isProtectedAddress(jwks ?? issuer));
  if (profile === 'production' && open >= 0)
    throw new Error(
      `${configFile}: issuers.${open}: its keys must be fetched over https, or whoever is on the way could sign in as anybody`,
    );
  return issuers;
}

const PERSONS_PER_MINUTE = 600;

/** What the settings say of access; a path that the schema does not have ends the start. */
function accessRoom({ config, configFile }: Settings, vault: Vault, { schema, advice }: Graph): AccessRoom {
  const { grants = {}, bulk = [], personsPerMinute = PERSONS_PER_MINUTE } = config.access ?? {};
  const named = [...Object.values(grants).flat(), ...bulk.flatMap(({ fields }) => fields)];
  const wrong = named.find((path) => !hasPath(schema, path));
  if (wrong) throw new Error(`${configFile}: access: the schema has no field ${wrong}`);
  return {
    vault,
    advice,
    grants: new Map(Object.entries(grants).map(([purpose, fields]) => [purpose, new Set(fields)])),
    bulk: new Map(bulk.map(({ actor, fields, perDay }) => [actor, { actor, fields: new Set(fields), perDay }])),
    personsPerMinute,
  };
}
