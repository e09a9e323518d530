import DataLoader from 'dataloader';
import type { Clock } from '../clock/index.ts';
import type { Connector } from './connector.ts';
import { AgencyError } from './errors.ts';
import { httpFace } from './http-face.ts';
import type { Lookup } from './lookup.ts';
import { Memory } from './memory/memory.ts';
import { RememberingSource } from './memory/remembering.ts';
import { type Asking, type CallReport, Source, type Sourced, type SourceHealth } from './source.ts';
import type { Log, Policy, Provenance } from './types.ts';
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
  readonly clock: Clock;
  readonly log: Log;
  /** Whether answers are remembered beyond their request. Default true. */
  readonly remember?: boolean;
  /** Told of every upstream call. */
  readonly onCall?: (report: CallReport) => void;
}

/** Who serves a section. */
export interface Served {
  readonly connector: string;
  readonly agency: string;
}

/** A record as it is handed to the schema. */
export type AgencyAnswer = Readonly<Record<string, unknown>> & { readonly provenance: Provenance };

/** Asks on behalf of one request: keys of the same section asked at the same time go out together. */
export interface Reader {
  /** The record, or null when the agency knows none. Rejects with {@link AgencyError}. `section` like `Enterprise.tax`. */
  read(section: string, key: unknown): Promise<AgencyAnswer | null>;
}

/** The connector engine: the only code that talks to agencies. */
export interface Engine {
  /** Who serves each section. */
  readonly served: ReadonlyMap<string, Served>;
  /** How an agency is doing; undefined when no connector asks it. Of several connectors' readings the worst. */
  health(agency: string): SourceHealth | undefined;
  /** A reader for one request. */
  reader(asking: Asking): Reader;
  close(): Promise<void>;
}

interface Route {
  readonly source: RememberingSource;
  readonly lookup: Lookup<unknown, unknown>;
}

/** Opens every connector and lays out who serves what. Refuses two connectors for one section unless `serve` chooses. */
export function createEngine(options: EngineOptions): Engine {
  const closers: (() => Promise<void>)[] = [];
  const routes = new Map<string, Route>();
  const memory = options.remember === false ? undefined : new Memory();
  for (const configured of options.connectors) {
    const { connector, settings } = configured;
    const policy = { ...connector.policy, ...configured.policy };
    const http = httpFace({ clock: options.clock, connections: policy.concurrency ?? 16, onOpen: (close) => closers.push(close) });
    const { fields } = connector.open({ settings, http, clock: options.clock, log: options.log });
    const sources = new Map<string, RememberingSource>();
    for (const [section, lookup] of sectionsOf(fields)) {
      const agency = lookup.agency ?? connector.agency;
      const source =
        sources.get(agency) ??
        new RememberingSource(new Source({ ...options, connector: connector.id, agency, policy }), memory, options.clock);
      sources.set(agency, source);
      place(routes, section, { source, lookup }, options.serve ?? {});
    }
  }
  checkChoices(routes, options.serve ?? {});
  return {
    served: new Map([...routes].map(([section, { source }]) => [section, { connector: source.connector, agency: source.agency }])),
    health: (agency) => worst([...routes.values()].filter(({ source }) => source.agency === agency).map(({ source }) => source.health())),
    reader: (asking) => reader(routes, asking),
    async close() {
      await Promise.all(closers.map((close) => close()));
    },
  };
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

function checkChoices(routes: ReadonlyMap<string, Route>, serve: Readonly<Record<string, string>>): void {
  const wrong = Object.keys(serve).find((section) => !routes.has(section));
  if (wrong) throw new Error(`yimen.config.json: serve.${wrong} chooses "${serve[wrong]}", which does not serve that section`);
}

function reader(routes: ReadonlyMap<string, Route>, asking: Asking): Reader {
  const loaders = new Map<string, DataLoader<unknown, Sourced<unknown>, string>>();

  function loaderOf(section: string, route: Route): DataLoader<unknown, Sourced<unknown>, string> {
    const known = loaders.get(section);
    if (known) return known;
    const { source, lookup } = route;
    const loader = new DataLoader<unknown, Sourced<unknown>, string>((keys) => source.ask(section, lookup, keys, asking), {
      cacheKeyFn: (key) => (typeof key === 'string' ? key : JSON.stringify(key)),
      ...('batch' in lookup && { maxBatchSize: lookup.batch }),
    });
    loaders.set(section, loader);
    return loader;
  }

  return {
    async read(section, key) {
      const route = routes.get(section);
      if (!route) throw new AgencyError({ connector: '', agency: '' }, 'NOT_CONNECTED');
      const { reading, provenance } = await loaderOf(section, route).load(key);
      if (reading.kind === 'failed') throw reading.error;
      return reading.kind === 'absent' ? null : { ...(reading.value as object), provenance };
    },
  };
}
