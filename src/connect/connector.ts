import type { z } from 'zod';
import type { ConnectorFields } from '../../schema/generated/connector-fields.ts';
import type { Clock } from '../clock/index.ts';
import type { Courier, Messenger } from './carrier.ts';
import type { Desk } from './desk.ts';
import type { Lookup } from './lookup.ts';
import type { ExchangeClient } from './transport/exchange/client.ts';
import type { ExchangeOptions } from './transport/exchange/options.ts';
import type { FormClient, FormOptions } from './transport/form.ts';
import type { GraphqlClient, GraphqlOptions } from './transport/graphql.ts';
import type { JsonClient, JsonOptions } from './transport/json.ts';
import type { SoapClient, SoapOptions } from './transport/soap.ts';
import type { Log, Policy } from './types.ts';

/** Lookups for the sections that `Fields` declares, each with its key and shape. */
type Served<Fields> = {
  readonly [Type in keyof Fields]?: {
    readonly [Field in keyof Fields[Type]]?: Fields[Type][Field] extends { key: infer Key; shape: infer Shape }
      ? Lookup<Key, Shape>
      : never;
  };
};

/** The sections a connector serves, typed by the schema: a wrong field or shape does not compile. */
export type ServedFields = Served<ConnectorFields>;

/** Sections that only a connector's own `.graphql` file declares, where the gateway is an installed package: typed by `Fields`. */
export function own<Fields>(fields: Served<Fields>): ServedFields;
export function own(fields: ServedFields): ServedFields {
  return fields;
}

/**
 * HTTP clients of one connector; the engine limits, times and closes them. Each has its own pool of connections: a
 * connector for many agencies opens one per agency, or one that hangs would hold the connections of all.
 */
export interface HttpFace {
  json(options: JsonOptions & EngineChoice): JsonClient;
  soap(options: SoapOptions & EngineChoice): SoapClient;
  form(options: FormOptions & EngineChoice): FormClient;
  graphql(options: GraphqlOptions & EngineChoice): GraphqlClient;
}

/** Clients of one connector for agencies that are reached by a database; the engine limits, times and closes them. */
export interface DatabaseFace {
  /** An exchange database: the hall writes requests, the agency's batch job replies. PostgreSQL, MySQL or MariaDB. */
  exchange(options: ExchangeOptions): ExchangeClient;
}

export interface EngineChoice {
  /** `undici` (default) where reads are hot; `axios` for interceptors and existing instances. */
  readonly engine?: 'undici' | 'axios';
  /** Largest reply taken, in bytes. Default 8 MiB. */
  readonly maxBytes?: number;
}

/** What `open` gets. */
export interface OpenTools<Settings> {
  readonly settings: Settings;
  readonly http: HttpFace;
  readonly database: DatabaseFace;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a connector can do; what it lacks are its capabilities. */
export interface Connection {
  /** The sections it serves. */
  readonly fields: ServedFields;
  /** Where it hands in applications; a connector for many agencies has one desk for each. Without it the hall's own bureau desk takes them. */
  readonly desk?: Desk | readonly Desk[];
  /** How it carries texts to people, for a connector of a message gateway. */
  readonly messenger?: Messenger;
  /** How it carries papers to people, for a connector of a courier. */
  readonly courier?: Courier;
}

/** A connector as an integrator writes it. */
export interface ConnectorSpec<Settings = unknown> {
  /** Kebab-case, equal to the folder's name. */
  readonly id: string;
  /** Agency asked, its id in the catalogue; a lookup may name another. */
  readonly agency: string;
  /** Shape of its settings in `yimen.config.json`; secrets by `secret()`. */
  readonly settings: z.ZodType<Settings>;
  readonly policy?: Policy;
  /** Called once at start with checked settings. Must not call the agency. */
  open(tools: OpenTools<Settings>): Connection;
}

/** A connector whatever its settings: what the engine holds. */
export type Connector = ConnectorSpec<unknown>;

/** Declares a connector: the one default export of `connector.ts`. */
export function connector<Settings>(spec: ConnectorSpec<Settings>): ConnectorSpec<Settings> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(spec.id))
    throw new TypeError(`connector.id must be kebab-case (like "land-registry"), got "${spec.id}"`);
  return spec;
}
