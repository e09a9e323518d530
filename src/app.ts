/**
 * The composition root: the only place that knows every room. Settings are read before it and handed in.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { GraphQLSchema } from 'graphql';
import { pino } from 'pino';
import { type Calendar, createCalendar, hallCalendarShape } from './calendar/index.ts';
import { type CasesTools, caseRoom } from './cases/index.ts';
import { type Catalogue, loadCatalogue } from './catalogue/index.ts';
import { movableClock } from './clock/index.ts';
import { createEngine, createMetrics, type Engine, type Policy, Secret } from './connect/index.ts';
import { checkAgencies, configuredConnectors, connectorsByAgency, schemaFolders } from './connectors.ts';
import {
  type AccessRoom,
  createCaseFormCheck,
  createDocuments,
  createExecution,
  createGraph,
  type Documents,
  type Graph,
  globalIds,
  hasPath,
  manifestShape,
  noticeDesk,
  openAnswering,
  type RootAsks,
  rootAsks,
} from './graph/index.ts';
import { auditKey, openCaseRoom } from './hall.ts';
import { backupHall } from './keeping.ts';
import { idKey, newRunSecret } from './keys.ts';
import type { SandboxDescription } from './kit/index.ts';
import { hallLog } from './log.ts';
import { openSandbox, sandboxDoor } from './sandbox.ts';
import {
  addressReader,
  createCounts,
  createHttpServer,
  createRates,
  drained,
  type PersonLimits,
  personBudget,
  watchLoad,
} from './server/index.ts';
import { checked, type IssuerSettings, packageFolder, type Settings } from './settings/index.ts';
import { derivedKey, openShared, Vault } from './store/index.ts';
import { doorTls } from './tls.ts';
import { createAuthenticator, isProtectedAddress, noticeCodes, subjectName } from './trust/index.ts';
import type { Crew } from './workers/index.ts';

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

/** What a gateway is given beside its settings. */
export interface Fittings {
  /** What the room of cases works with instead. A test lets the process die at named places with it; no setting reaches it. */
  casesTools?(tools: CasesTools): CasesTools;
  /** `false` for a gateway that shares its process with whoever tests it: their work is not its load. */
  readonly sheds?: boolean;
  /** The workers of which this gateway is one. */
  readonly crew?: Crew;
}

/** Starts a gateway. In the sandbox profile `settings.sandbox` must name running sandbox agencies. */
export async function startYimen(settings: Settings, { casesTools = (tools) => tools, sheds = true, crew }: Fittings = {}): Promise<Yimen> {
  // An open door ends the start before anything is begun.
  const tls = doorTls(settings);
  const log = hallLog();
  const sandbox = settings.profile === 'sandbox' ? await openSandbox(settings) : undefined;
  const clock = movableClock(sandbox?.description.clock.offset ?? 0);
  const metrics = createMetrics(crew?.readings);
  crew?.join({ readings: metrics.readings, setClock: clock.set });
  const catalogue = openCatalogue(catalogueFolder(settings));
  const configured = await configuredConnectors(settings, sandbox?.description);
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
  const runSecret = crew?.runSecret ?? newRunSecret();
  const execution = createExecution({ schema: graph.schema });
  const documents = hallDocuments(settings, graph, engine, rootAsks({ catalogue, clock }));
  const listening = { url: '' };
  const stopping = new AbortController();
  const access = accessRoom(settings, vault, graph);
  if (!sandbox && !settings.config.notices?.address)
    log.warn('notices.address is not set: printed notices name the address at which this process listens');
  const counts = createCounts(shared);
  const load = sheds ? watchLoad(metrics.onShed) : UNWATCHED;
  const server = createHttpServer({
    tls,
    isSecure: tls !== undefined || settings.config.behindProxy === true,
    load,
    schema: graph.schema,
    documents,
    execution,
    answering: await openAnswering({ schema: graph.schema, documents, execution, onInternal }),
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
    persons: personBudget(personLimits(settings), counts),
    ruleOf: (field) => graph.rules.get(field),
    bulkUsed: (actor, day) => cases.opened?.access.book.used(actor, day) ?? 0,
    origins: settings.config.origins ?? [],
    sandbox: sandbox && sandboxDoor(sandbox.client, clock, crew?.setClocks ?? (async (aheadMs) => clock.set(aheadMs)), cases),
    runSecret,
    backup: async (folder) => backupHall(settings, (await cases.evidence()).source, folder),
    metrics,
    rates: createRates(settings.config.requests ?? {}, counts),
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

const UNWATCHED: ReturnType<typeof watchLoad> = { isOver: () => false, admit() {}, close() {} };

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
function hallDocuments({ config, configFile, profile }: Settings, { schema }: Graph, { served }: Engine, asks: RootAsks): Documents {
  const { limits, documents } = config;
  const rules = { schema, served, asks, limits, sandbox: profile === 'sandbox' };
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

/** A page of a counter reads some five sections of a person; a family has a handful of members. */
const personLimits = ({ config: { access = {} } }: Settings): PersonLimits => ({
  perCaller: access.personsPerMinute ?? 600,
  perPerson: access.looksAtOnePerMinute ?? 300,
  different: access.differentPersonsPerMinute ?? 120,
});

/** What the settings say of access; a path that the schema does not have ends the start. */
function accessRoom({ config, configFile }: Settings, vault: Vault, { schema, advice, masks }: Graph): AccessRoom {
  const { grants = {}, bulk = [] } = config.access ?? {};
  const named = [...Object.values(grants).flat(), ...bulk.flatMap(({ fields }) => fields)];
  const wrong = named.find((path) => !hasPath(schema, path));
  if (wrong) throw new Error(`${configFile}: access: the schema has no field ${wrong}`);
  // Machines with the same grant share its paths, and what is remembered of them.
  const sets = new Map(bulk.map(({ fields }) => [String(fields), new Set(fields)]));
  return {
    vault,
    advice,
    masks,
    grants: new Map(Object.entries(grants).map(([purpose, fields]) => [purpose, new Set(fields)])),
    bulk: new Map(bulk.map(({ actor, fields, perDay }) => [actor, { actor, fields: sets.get(String(fields)) as Set<string>, perDay }])),
  };
}
