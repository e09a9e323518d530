import { type Clock, type Ending, milliseconds } from '../clock/index.ts';
import type { Shared } from '../store/index.ts';
import type { Handed } from './desk.ts';
import { TimedCall } from './ending.ts';
import { AgencyError, type AgencyFault } from './errors.ts';
import { Breaker, type BreakerState } from './guard/breaker.ts';
import { MaintenanceCalendar } from './guard/maintenance.ts';
import { Quota } from './guard/quota.ts';
import { Retry } from './guard/retry.ts';
import { Slots } from './guard/slots.ts';
import { type Lookup, value } from './lookup.ts';
import { translate } from './transport/translate.ts';
import type { Call, Caller, Log, OnStep, Policy, Provenance, Reading, Waiting } from './types.ts';
import { Health, type HealthReading } from './watch/health.ts';
import { isTraced, spanned } from './watch/span.ts';

const DEFAULT_TIMEOUT_MS = 3_000;
const DEFAULT_CONCURRENCY = 16;
const QUEUE_PER_SLOT = 4;
/** An agency that answers so says itself that it did not take what it was sent. */
const NOT_TAKEN: ReadonlySet<AgencyFault> = new Set(['REFUSED', 'CREDENTIALS', 'THROTTLED', 'MAINTENANCE']);

/** What is known of a request when it asks a source. */
export interface Asking {
  readonly caller: Caller;
  readonly traceId: string;
  /** Ends when the request's own time is over or its client has gone. */
  readonly signal: Ending;
  /** Trace ids of other requests that are asked for in the same call. */
  readonly alsoFor?: readonly string[] | undefined;
  /** Watches what is sent and what comes back; for explaining one question, never in service. */
  readonly onStep?: OnStep | undefined;
}

/** One upstream call, as observers see it. */
export interface CallReport {
  readonly connector: string;
  readonly agency: string;
  readonly operation: string;
  readonly keys: number;
  readonly tookMs: number;
  readonly error?: AgencyError;
}

/** A reading with where it comes from. */
export interface Sourced<T> {
  readonly reading: Reading<T>;
  readonly provenance: Provenance;
}

/** How a source is doing. */
export interface SourceHealth extends HealthReading {
  readonly breaker: BreakerState;
  /** Calls left of the agency's quota today; null where it has none. */
  readonly quotaLeft: number | null;
  /** The maintenance that runs now. */
  readonly maintenance: { readonly until: Date } | null;
}

export interface SourceOptions {
  readonly connector: string;
  readonly agency: string;
  readonly policy: Policy;
  readonly clock: Clock;
  readonly log: Log;
  /** Where replicas count an agency's quota together. */
  readonly shared?: Shared | undefined;
  readonly onCall?: ((report: CallReport) => void) | undefined;
}

/** A (connector, agency) pair and what protects the hall from it. All calls of all requests to it pass here. */
export class Source {
  readonly connector: string;
  readonly agency: string;
  readonly #options: SourceOptions;
  readonly #slots: Slots;
  readonly #breaker: Breaker;
  readonly #quota: Quota;
  readonly #maintenance: MaintenanceCalendar;
  readonly #retry = new Retry();
  readonly #timeoutMs: number;
  readonly #health: Health;

  constructor(options: SourceOptions) {
    const { policy } = options;
    const concurrency = policy.concurrency ?? DEFAULT_CONCURRENCY;
    this.connector = options.connector;
    this.agency = options.agency;
    this.#options = options;
    this.#slots = new Slots(concurrency, policy.queue ?? concurrency * QUEUE_PER_SLOT);
    this.#quota = new Quota({ ...options, limits: policy });
    this.#maintenance = new MaintenanceCalendar(policy.maintenance ?? []);
    this.#health = new Health(options.clock.now());
    this.#timeoutMs = policy.timeout ? milliseconds(policy.timeout) : DEFAULT_TIMEOUT_MS;
    this.#breaker = new Breaker(options.clock, this.#timeoutMs / 2);
  }

  /** How the agency is doing, judged by the calls that went out. */
  health(): SourceHealth {
    const now = this.#options.clock.now();
    const until = this.#maintenance.until(now);
    const quotaLeft = this.#quota.left() ?? null;
    return { ...this.#health.read(now), breaker: this.#breaker.state, quotaLeft, maintenance: until ? { until } : null };
  }

  /** Asks for keys of one lookup; as many readings as keys, in their order. Never rejects. */
  ask<K, V>(operation: string, lookup: Lookup<K, V>, keys: readonly K[], asking: Asking): Promise<readonly Sourced<V>[]> {
    if ('load' in lookup) return this.#upstream(operation, keys.length, asking, (call) => lookup.load(keys, call));
    const ask = (key: K) => this.#upstream(operation, 1, asking, async (call) => [await lookup.one(key, call)]);
    const [first] = keys;
    return keys.length === 1 ? ask(first as K) : Promise.all(keys.map(ask)).then((all) => all.flat());
  }

  /**
   * Hands something in: once, never a second time by itself, for only who keeps the case knows whether that is harmless.
   * What was certainly not sent, or was refused, did not arrive; of all else nobody can know.
   */
  async hand<T>(operation: string, asking: Asking, work: (call: Call) => Promise<T>): Promise<Handed<T>> {
    const waiting = this.#waiting(operation, asking);
    let isSent = false;
    const sent = async (call: Call) => {
      isSent = true;
      return [value(await work(call))];
    };
    try {
      const [reading] = await this.#guarded(waiting, 1, sent, undefined);
      if (reading?.kind === 'value') return { kind: 'done', value: reading.value };
      throw reading?.kind === 'failed' ? reading.error : new AgencyError(waiting, 'PROTOCOL');
    } catch (cause) {
      const error = translate(cause, waiting);
      return { kind: 'failed', error, mayHaveArrived: isSent && !NOT_TAKEN.has(error.fault) };
    }
  }

  #upstream<V>(operation: string, keys: number, asking: Asking, work: Work<V>): Promise<readonly Sourced<V>[]> {
    const waiting = this.#waiting(operation, asking);
    return this.#guarded(waiting, keys, work, this.#retry).then(
      (readings) => this.#sourced(readings),
      (cause: unknown) => {
        const error = translate(cause, waiting);
        return this.#sourced(Array.from({ length: keys }, () => ({ kind: 'failed', error })));
      },
    );
  }

  #waiting(operation: string, { caller, traceId, signal, onStep, alsoFor }: Asking): Waiting {
    return { caller, traceId, signal, onStep, alsoFor, connector: this.connector, agency: this.agency, operation };
  }

  /**
   * Every call passes these, in this order: the maintenance calendar, a place, the breaker, a second attempt where that may
   * help, for each attempt the quota and the time limit. One function, for all of them are passed by every call: as functions
   * around functions they cost more than what they do.
   */
  async #guarded<V>(waiting: Waiting, keys: number, work: Work<V>, retry: Retry | undefined): Promise<readonly Reading<V>[]> {
    this.#maintenance.check(waiting, this.#options.clock.now());
    const place = this.#slots.take(waiting);
    if (place) await place;
    try {
      this.#breaker.enter(waiting);
      const started = performance.now();
      try {
        const readings = await this.#attempts(waiting, keys, work, retry);
        this.#breaker.answered(commonFault(readings));
        return readings;
      } catch (error) {
        this.#breaker.failed(error, waiting, started);
        throw error;
      }
    } finally {
      this.#slots.giveUp(waiting);
    }
  }

  #attempts<V>(waiting: Waiting, keys: number, work: Work<V>, retry: Retry | undefined): Promise<readonly Reading<V>[]> {
    retry?.begin();
    const again = async (error: unknown, attempt: number): Promise<readonly Reading<V>[]> => {
      if (!retry) throw error;
      await retry.again(error, attempt, waiting);
      return this.#attempt(waiting, keys, work).catch((next: unknown) => again(next, attempt + 1));
    };
    return this.#attempt(waiting, keys, work).catch((error: unknown) => again(error, 0));
  }

  #attempt<V>(waiting: Waiting, keys: number, work: Work<V>): Promise<readonly Reading<V>[]> {
    try {
      const counted = this.#quota.take(waiting);
      return counted ? counted.then(() => this.#timed(waiting, keys, work)) : this.#timed(waiting, keys, work);
    } catch (cause) {
      return Promise.reject(cause as Error);
    }
  }

  #timed<V>(waiting: Waiting, keys: number, work: Work<V>): Promise<readonly Reading<V>[]> {
    const started = performance.now();
    const call = new TimedCall(waiting, this.#timeoutMs);
    const done = (readings: readonly Reading<V>[]) => {
      if (readings.length !== keys) throw wrongNumber(call, readings.length, keys);
      this.#report(call, keys, started, firstError(readings), commonFault(readings));
    };
    const failed = (cause: unknown) => {
      const error = failure(cause, call);
      this.#report(call, keys, started, error, error.fault);
      return error;
    };
    // Held to the deadline even when a connector forgets to pass the signal on.
    const asked = () => call.hold(begun(work, call), done, failed);
    return isTraced() ? spanned(call, keys, asked, commonFault) : asked();
  }

  #report(call: TimedCall, keys: number, started: number, error: AgencyError | undefined, fault: AgencyFault | undefined): void {
    const { connector, agency, operation, traceId, alsoFor } = call;
    const tookMs = performance.now() - started;
    const isAbandoned = this.#isAbandoned(call, tookMs, error);
    if (!isAbandoned) this.#health.record(this.#options.clock.now(), tookMs, fault);
    this.#options.onCall?.({ connector, agency, operation, keys, tookMs, ...(error && { error }) });
    if (!error) return;
    const { code } = error;
    const fields = { connector, agency, operation, code, traceId, alsoFor, tookMs: Math.round(tookMs), ...error.private };
    if (isAbandoned) this.#options.log.debug(fields, 'agency call given up by its request');
    else this.#options.log.warn(fields, 'agency call failed');
  }

  /** A call that its request gave up early says nothing about the agency: a hasty client must not make it look dead. */
  #isAbandoned({ ending }: TimedCall, tookMs: number, error: AgencyError | undefined): boolean {
    return error !== undefined && ending.aborted && tookMs < this.#timeoutMs / 2;
  }

  #sourced<V>(readings: readonly Reading<V>[]): readonly Sourced<V>[] {
    const retrievedAt = new Date(this.#options.clock.now());
    const provenance: Provenance = { agency: this.agency, connector: this.connector, retrievedAt, asOf: null, freshness: 'LIVE' };
    return readings.map((reading) => ({ reading, provenance: stamped(provenance, reading) }));
  }
}

type Work<V> = (call: Call) => Promise<readonly Reading<V>[]>;

/** A connector may throw before it promises; one in plain JavaScript may answer without a promise. */
function begun<V>(work: Work<V>, call: Call): Promise<readonly Reading<V>[]> {
  try {
    return Promise.resolve(work(call));
  } catch (cause) {
    return Promise.reject(cause as Error);
  }
}

const wrongNumber = (call: Call, readings: number, keys: number) =>
  new AgencyError(call, 'PROTOCOL', { private: { reason: `load gave ${readings} readings for ${keys} keys` } });

/** What a transport throws is translated already; whatever else a connector throws means it could not map the reply. */
function failure(cause: unknown, call: TimedCall): AgencyError {
  if (cause instanceof AgencyError || call.ending.aborted) return translate(cause, call);
  return new AgencyError(call, 'PROTOCOL', { cause, private: { reason: 'the reply could not be mapped' } });
}

const stamped = <V>(provenance: Provenance, reading: Reading<V>): Provenance =>
  reading.kind === 'value' && reading.asOf ? { ...provenance, asOf: reading.asOf } : provenance;

/** The fault of a batch as a whole: one bad row among good ones says nothing about the agency. */
function commonFault(readings: readonly Reading<unknown>[]): AgencyFault | undefined {
  for (const { kind } of readings) if (kind !== 'failed') return undefined;
  return firstError(readings)?.fault;
}

function firstError(readings: readonly Reading<unknown>[]): AgencyError | undefined {
  for (const reading of readings) if (reading.kind === 'failed') return reading.error;
  return undefined;
}
