/**
 * Glossary of the connector engine.
 *
 * - agency 部门: a body of the catalogue that holds records or decides.
 * - connector 连接器: speaks one agency system's protocol; one folder.
 * - source 来源: a (connector, agency) pair: what can be slow, down, throttled. Protection is kept per source.
 * - section 信息段: a field of a subject that one agency answers.
 * - lookup 查询: how a connector answers one section.
 * - call 调用: one question on its way to an agency, with its caller and the time that is left.
 * - reading 读数: what came of one key: a value, an absence or a failure.
 * - provenance 来源说明: who said so, when, how fresh.
 */
import type { Duration, Ending } from '../clock/index.ts';
import type { AgencyError } from './errors.ts';

/** Roles a caller may have. */
export const ROLES = ['citizen', 'clerk', 'officer', 'supervisor', 'kiosk', 'integrator', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

/** Who asks, as plain data: resolved once per request, handed everywhere. */
export interface Caller {
  readonly role: Role;
  /** Who it is: the token's subject, after the realm of its issuer where that has one: `li`, `bureau:li`. */
  readonly actor: string;
  /** The window or kiosk, where there is one. */
  readonly window?: string;
  /** The service session, where one is open. */
  readonly session?: string;
  /** Keyed hash of who they are themselves, where they signed in as a person. */
  readonly subject?: string;
  /** What they may see beyond what their role says, in one word: callers share an answer only if it is the same. */
  readonly grants?: string;
  /** Why they ask, where it decides what they may see. */
  readonly purpose?: string;
}

/** A question that is not on its way yet: it may wait for a place, or be asked a second time. */
export interface Waiting extends Omit<Call, 'signal'> {
  readonly signal: Ending;
  /** Trace ids of other requests that are asked for in the same call. */
  readonly alsoFor?: readonly string[] | undefined;
}

/** One question on its way to an agency. Every transport call takes it. */
export interface Call {
  readonly caller: Caller;
  /** Aborts when the time is over or nobody waits any more. */
  readonly signal: AbortSignal;
  /** Ties log lines, spans and the client's error together. */
  readonly traceId: string;
  readonly connector: string;
  readonly agency: string;
  /** What is asked, for logs and metrics: `Enterprise.tax`. */
  readonly operation: string;
  /** Told of every step, by whoever wants to see one question explained; undefined in service. */
  readonly onStep?: OnStep | undefined;
}

/** Watches a question on its way. It sees personal data, and headers as they are sent. */
export type OnStep = (step: 'string to sign' | 'request' | 'reply' | 'opened' | 'decoded', detail: unknown) => void;

/** What came of one key. Outcomes are data: one failure never throws away its neighbours. */
export type Reading<T> =
  | { readonly kind: 'value'; readonly value: T; readonly asOf?: Date | undefined }
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly error: AgencyError };

/** How fresh a record is. */
export type Freshness = 'LIVE' | 'CACHED' | 'STALE';

/** Where a record comes from. `agency` is the id in the catalogue. */
export interface Provenance {
  readonly agency: string;
  readonly connector: string;
  readonly retrievedAt: Date;
  readonly asOf: Date | null;
  readonly freshness: Freshness;
}

/**
 * When an agency is under maintenance. Either once, from an instant to an instant (ISO 8601 with its zone,
 * `2026-11-11T00:00:00+08:00`), or every week: days 0 (Sunday) to 6 and times `HH:MM` of Asia/Shanghai. A weekly window
 * whose `until` is not after its `from` ends on the next day.
 */
export type Maintenance =
  | { readonly from: string; readonly until: string }
  | { readonly days: readonly number[]; readonly from: string; readonly until: string };

/** Limits an integrator sets per source; what is left out has a default. */
export interface Policy {
  /** Longest one upstream call may take; the request's own deadline may cut it shorter. Default 3s. */
  readonly timeout?: Duration;
  /** Calls at the same time. Default 16. */
  readonly concurrency?: number;
  /** Calls that may wait for a place before the next one is refused at once. Default four times `concurrency`. */
  readonly queue?: number;
  /** Calls per second that the agency allows the hall, over all replicas where they share a Redis. Default no limit. */
  readonly perSecond?: number;
  /** Calls per day (Asia/Shanghai) that it allows. Default no limit. */
  readonly perDay?: number;
  /** When the agency is under maintenance: no calls are made then. */
  readonly maintenance?: readonly Maintenance[];
}

/** The part of a pino logger that the engine uses. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
