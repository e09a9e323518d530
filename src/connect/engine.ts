import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock/index.ts';
import type { Shared } from '../store/index.ts';
import { type Carriers, layOutCarriers, type OpenCarrier, type Parcel, type TextMessage } from './carrier.ts';
import type { Connector } from './connector.ts';
import { databaseFace } from './database-face.ts';
import { type Desks, layOut, type OpenDesk } from './desks.ts';
import { httpFace } from './http-face.ts';
import type { Lookup } from './lookup.ts';
import { Memory } from './memory/memory.ts';
import type { Eviction, Question } from './memory/question.ts';
import { type Outcome, RememberingSource } from './memory/remembering.ts';
import type { OutboundRule } from './outbound/outbound.ts';
import { type Reader, type RequestAsking, RequestReader, type Route } from './reader.ts';
import { type CallReport, Source, type SourceHealth } from './source.ts';
import { Tickets } from './ticket.ts';
import type { ExchangeWatch } from './transport/exchange/client.ts';
import type { ExchangeTally, OpenRequests } from './transport/exchange/options.ts';
import type { Log, Policy } from './types.ts';
import type { HealthState } from './watch/health.ts';

/** A connector with its settings, already checked. */
export interface ConfiguredConnector {
  readonly connector: Connector;
  readonly settings: unknown;
  /** What the hall's settings change of the connector's own policy. */
  readonly policy?: Policy | undefined;
}

export interface EngineOptions {
  readonly connectors: readonly ConfiguredConnector[];
  /** Which connector serves a section that several could: `{"Enterprise.tax": "tax"}`. */
  readonly serve?: Readonly<Record<string, string>>;
  /** What the hall's settings say of single agencies; goes before the connectors' policies. By id in the catalogue. */
  readonly agencies?: Readonly<Record<string, Policy>>;
  readonly clock: Clock;
  readonly log: Log;
  /** 32 bytes, the same in all replicas: seals tickets. Without it they are good in this process only. */
  readonly key?: Buffer;
  /** The Redis that replicas share: memory and quotas. */
  readonly shared?: Shared | undefined;
  /** Where connections may go beside the addresses in the connectors' settings. */
  readonly outbound?: OutboundRule;
  /** Whether answers are remembered beyond their request. Default true. */
  readonly remember?: boolean;
  /** What makes two questions the same. Only for the test that shows what a weaker key does. */
  readonly questionKey?: (question: Question) => string;
  /** Told of every upstream call. */
  readonly onCall?: (report: CallReport) => void;
  /** Told where the answer to every key came from. */
  readonly onOutcome?: (report: OutcomeReport) => void;
}

/** Where the answer to one key came from. */
export interface OutcomeReport {
  readonly connector: string;
  readonly agency: string;
  readonly operation: string;
  readonly outcome: Outcome;
}

/** Who serves a section. */
export interface Served {
  readonly connector: string;
  readonly agency: string;
}

/** A source and how it is doing. */
export interface SourceReading extends Served {
  readonly health: SourceHealth;
}

/** An exchange database and what was last seen of it. */
export interface ExchangeReading extends Served {
  readonly tally: Readonly<ExchangeTally>;
  /** Open requests and the oldest one, counted every minute once something was asked; undefined before. */
  readonly open: Pick<OpenRequests, 'count' | 'oldest'> | undefined;
}

/** The connector engine: the only code that talks to agencies. */
export interface Engine {
  /** Who serves each section. */
  readonly served: ReadonlyMap<string, Served>;
  /** How an agency is doing; undefined when no connector asks it. Of several connectors' readings the worst. */
  health(agency: string): SourceHealth | undefined;
  /** Every (connector, agency) pair and how it is doing. */
  sources(): readonly SourceReading[];
  /** Every exchange database of every connector. */
  exchanges(): readonly ExchangeReading[];
  /** What a connector has asked over exchange databases and nobody has an answer to, asked of the databases now. */
  open(connector: string): Promise<readonly (Served & OpenRequests)[]>;
  /** A reader for one request. */
  reader(asking: RequestAsking): Reader;
  /** Where applications are handed in. */
  readonly desks: Desks;
  /** How people are reached. */
  readonly carriers: Carriers;
  /** Forgets remembered answers, in all replicas. Never rejects. */
  evict(what: Eviction): Promise<void>;
  close(): Promise<void>;
}

/** Opens every connector and lays out who serves what. Refuses two connectors for one section unless `serve` chooses. */
export function createEngine(options: EngineOptions): Engine {
  const closers: (() => Promise<void>)[] = [];
  const exchanges: (ExchangeWatch & { readonly connector: string })[] = [];
  const routes = new Map<string, Route>();
  const memory = options.remember === false ? undefined : new Memory(options);
  const tickets = new Tickets(options.key ?? randomBytes(32));
  const desks: OpenDesk[] = [];
  const messengers: OpenCarrier<TextMessage>[] = [];
  const couriers: OpenCarrier<Parcel>[] = [];
  checkIds(options.connectors);
  for (const configured of options.connectors) {
    const open = opened(configured, options, memory, { closers, exchanges });
    for (const [section, route] of open.routes) place(routes, section, route, options.serve ?? {});
    desks.push(...open.desks);
    messengers.push(...open.messengers);
    couriers.push(...open.couriers);
  }
  checkChoices(routes, options.serve ?? {});
  checkAgencies(routes, options.agencies ?? {});
  const sources = [...new Set([...routes.values()].map(({ source }) => source))];
  return {
    served: new Map([...routes].map(([section, { source }]) => [section, { connector: source.connector, agency: source.agency }])),
    health: (agency) => worst(sources.filter((source) => source.agency === agency).map((source) => source.health())),
    sources: () => sources.map((source) => ({ connector: source.connector, agency: source.agency, health: source.health() })),
    desks: layOut(desks),
    carriers: layOutCarriers(messengers, couriers),
    exchanges: () => exchanges.map(({ connector, agency, tally, lastSeen }) => ({ connector, agency, tally, open: lastSeen() })),
    open: (wanted) =>
      Promise.all(
        exchanges
          .filter(({ connector }) => connector === wanted)
          .map(async ({ connector, agency, open }) => ({ connector, agency, ...(await open()) })),
      ),
    reader: (asking) => new RequestReader(routes, tickets, asking),
    evict: async (what) => memory?.evict(what),
    async close() {
      memory?.close();
      await Promise.all(closers.map((close) => close()));
    },
  };
}

/** What connectors opened and the engine keeps an eye on. */
interface OpenedThings {
  readonly closers: (() => Promise<void>)[];
  readonly exchanges: (ExchangeWatch & { readonly connector: string })[];
}

/** What one connector brings, each with the source that guards it. */
interface OpenConnector {
  readonly routes: readonly [string, Route][];
  readonly desks: readonly OpenDesk[];
  readonly messengers: readonly OpenCarrier<TextMessage>[];
  readonly couriers: readonly OpenCarrier<Parcel>[];
}

/** Opens one connector: its sections, each with the source it is asked at. */
function opened(
  { connector, settings, policy }: ConfiguredConnector,
  options: EngineOptions,
  memory: Memory | undefined,
  { closers, exchanges }: OpenedThings,
): OpenConnector {
  const own = { ...connector.policy, ...policy };
  const { clock, log, outbound = {} } = options;
  const connections = own.concurrency ?? 16;
  const onOpen = (close: () => Promise<void>) => void closers.push(close);
  const onExchange = (watch: ExchangeWatch) => void exchanges.push({ ...watch, connector: connector.id });
  const http = httpFace({ clock, connections, outbound, onOpen });
  const database = databaseFace({ clock, log, connections, outbound, agency: connector.agency, onOpen, onExchange });
  const {
    fields,
    desk = [],
    messenger = [],
    courier = [],
  } = named(connector.id, () => connector.open({ settings, http, database, clock, log }));
  const sources = new Map<string, { readonly plain: Source; readonly remembering: RememberingSource }>();
  const sourceOf = (agency: string) => {
    const known = sources.get(agency);
    if (known) return known;
    const ofAgency = { ...own, ...options.agencies?.[agency] };
    const plain = named(connector.id, () => new Source({ ...options, connector: connector.id, agency, policy: ofAgency }));
    const source = { plain, remembering: new RememberingSource(plain, { ...options, memory }) };
    sources.set(agency, source);
    return source;
  };
  return {
    routes: [...sectionsOf(fields)].map(([section, lookup]) => [
      section,
      { source: sourceOf(lookup.agency ?? connector.agency).remembering, lookup },
    ]),
    desks: [desk].flat().map((each) => ({ desk: each, source: sourceOf(each.agency ?? connector.agency).plain })),
    messengers: [messenger].flat().map((carrier) => ({ carrier, source: sourceOf(carrier.agency ?? connector.agency).plain })),
    couriers: [courier].flat().map((carrier) => ({ carrier, source: sourceOf(carrier.agency ?? connector.agency).plain })),
  };
}

/** Whatever a connector cannot be opened for, the one who starts the gateway must know which. */
function named<T>(connector: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new Error(`connectors.${connector}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

const BY_CONCERN: readonly HealthState[] = ['UNKNOWN', 'UP', 'DEGRADED', 'DOWN'];

const worst = (readings: readonly SourceHealth[]): SourceHealth | undefined =>
  readings.toSorted((a, b) => BY_CONCERN.indexOf(b.state) - BY_CONCERN.indexOf(a.state))[0];

function* sectionsOf(fields: object): Generator<[string, Lookup<unknown, unknown>]> {
  for (const [type, sections] of Object.entries(fields))
    for (const [field, lookup] of Object.entries(sections as Record<string, Lookup<unknown, unknown>>)) yield [`${type}.${field}`, lookup];
}

function place(routes: Map<string, Route>, section: string, route: Route, serve: Readonly<Record<string, string>>): void {
  const chosen = serve[section];
  if (chosen && chosen !== route.source.connector) return;
  const other = routes.get(section);
  if (other)
    throw new Error(
      `${section} is served by two connectors, ${other.source.connector} and ${route.source.connector}; choose one in yimen.config.json: "serve": {"${section}": "${other.source.connector}"}`,
    );
  routes.set(section, route);
}

function checkIds(connectors: readonly ConfiguredConnector[]): void {
  const ids = connectors.map(({ connector }) => connector.id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice) throw new Error(`two connectors call themselves "${twice}"; an id stands for one connector`);
}

function checkChoices(routes: ReadonlyMap<string, Route>, serve: Readonly<Record<string, string>>): void {
  const wrong = Object.keys(serve).find((section) => !routes.has(section));
  if (wrong) throw new Error(`yimen.config.json: serve.${wrong} chooses "${serve[wrong]}", which does not serve that section`);
}

function checkAgencies(routes: ReadonlyMap<string, Route>, agencies: Readonly<Record<string, Policy>>): void {
  const asked = new Set([...routes.values()].map(({ source }) => source.agency));
  const wrong = Object.keys(agencies).find((agency) => !asked.has(agency));
  if (wrong)
    throw new Error(`yimen.config.json: agencies.${wrong}: no connector asks an agency of this id; asked are ${[...asked].join(', ')}`);
}
