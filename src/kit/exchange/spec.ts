import type { ReplyTable, RequestTable } from '../../connect/index.ts';
import type { SandboxTools } from '../agency-tools.ts';
import type { Fault } from '../faults.ts';

/** How the hall reaches the exchange database of a sandbox agency. */
export interface ExchangeAccess {
  /** Without user and password. */
  readonly url: string;
  readonly user: string;
  /** A test secret: `{ sandbox: access.password }` in settings. */
  readonly password: string;
  /** The schema that holds the tables. */
  readonly schema: string;
}

/** A request as the agency's batch job reads it. */
export interface ExchangeSandboxRequest {
  readonly id: string;
  readonly service: string;
  readonly payload: string;
  /** Every column of the row, by name. */
  readonly row: Readonly<Record<string, unknown>>;
  readonly fault: Fault;
  /** The rows of a batch reply as they go out; see the same of HTTP's sandbox requests. */
  rows<T>(rows: readonly T[]): readonly T[];
}

/** What the batch job writes. */
export interface ExchangeSandboxReply {
  readonly payload: string;
  /** The result code, where the table has one. */
  readonly code?: string;
}

export interface OpenExchangeSandbox {
  /** Answers a request, signature check included. */
  answer(request: ExchangeSandboxRequest): ExchangeSandboxReply | Promise<ExchangeSandboxReply>;
}

/** A mock agency behind an exchange database: a PostgreSQL server, and a batch job that reads requests and writes replies. */
export interface ExchangeSandboxSpec {
  readonly transport: 'exchange';
  /** The connector's id. */
  readonly id: string;
  /** Its tables, without a schema: the sandbox puts them into one of its own. */
  readonly request: RequestTable;
  readonly reply: ReplyTable;
  /** The signature of a reply, where the tables have one. */
  sign?(id: string, payload: string): string;
  /** Settings a connector needs to reach it. */
  settings(access: ExchangeAccess): Readonly<Record<string, unknown>>;
  /** For every section the connector serves keys that the sandbox knows: two where the connector asks for many at once. */
  readonly samples: Readonly<Record<string, readonly unknown[]>>;
  /** For every desk of the connector the slug of an item it takes: the kit hands in with them. */
  readonly applications?: readonly string[];
  open(tools: SandboxTools): OpenExchangeSandbox;
}
