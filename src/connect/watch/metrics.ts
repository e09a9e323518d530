import { type Aggregator, Counter, Gauge, Registry } from 'prom-client';
import type { ExchangeReading, OutcomeReport, Served, SourceReading } from '../engine.ts';
import type { CallReport } from '../source.ts';
import { CallMetrics } from './call-metric.ts';
import { asOne, type Readings } from './readings.ts';

/** Prometheus metrics of the engine. Labels are connectors, agencies, sections and codes: never a key or a person. */
export interface Metrics {
  /** Notes one upstream call. */
  onCall(report: CallReport): void;
  /** Notes where the answer to one key came from. */
  onOutcome(report: OutcomeReport): void;
  /** Notes a request that was refused because the process has too much to do. */
  onShed(): void;
  /** Shows how sources are doing, and what is open at exchange databases, whenever metrics are read. */
  watch(sources: () => readonly SourceReading[], exchanges?: () => readonly ExchangeReading[]): void;
  /** What this process has counted. */
  readings(): Promise<Readings>;
  /** All metrics as Prometheus reads them: of all processes that `everyone` knows, where there are several. */
  text(): Promise<string>;
  readonly contentType: string;
}

/**
 * Metrics in a registry of their own, so that two gateways in one process do not meet. `everyone` gives the readings of all
 * processes behind this address, this one's among them.
 */
export function createMetrics(everyone?: () => Promise<readonly Readings[]>): Metrics {
  const registry = new Registry();
  const source = ['connector', 'agency', 'operation'] as const;
  const calls = new CallMetrics(registry);
  const failures = new Counter({
    name: 'yimen_agency_failures_total',
    help: 'Upstream calls that failed, by code',
    labelNames: [...source, 'code'],
    registers: [registry],
  });
  const shed = new Counter({ name: 'yimen_requests_shed_total', help: 'Requests refused under too much load', registers: [registry] });
  new Gauge({
    name: 'yimen_process_start_time_seconds',
    help: 'Start of the process, of several workers the latest',
    registers: [registry],
    aggregator: 'max',
  }).setToCurrentTime();
  return {
    onCall(report) {
      calls.note(report);
      const { connector, agency, operation, error } = report;
      if (error) failures.inc({ connector, agency, operation, code: error.code });
    },
    onShed: () => shed.inc(),
    onOutcome: (report) => calls.answered(report),
    watch(sources, exchanges = () => []) {
      watched(registry, sources, OF_SOURCES);
      watched(registry, exchanges, OF_EXCHANGES);
    },
    readings: () => registry.getMetricsAsJSON(),
    text: async () => (everyone ? asOne(await everyone()) : registry).metrics(),
    contentType: registry.contentType,
  };
}

const BREAKER = { closed: 0, 'half-open': 1, open: 2 } as const;

/** Name, help, what is shown of a reading (null shows nothing), and what of several workers' readings: their sum unless said otherwise. */
type Shown<T> = readonly [name: string, help: string, read: (reading: T) => number | null, ofSeveral?: Aggregator];

const OF_SOURCES: readonly Shown<SourceReading>[] = [
  ['yimen_breaker_state', 'Circuit breaker: 0 closed, 1 half-open, 2 open', ({ health }) => BREAKER[health.breaker], 'max'],
  ['yimen_quota_left', "Calls left of the agency's quota today", ({ health }) => health.quotaLeft, 'min'],
  ['yimen_maintenance', 'Whether the agency is under maintenance', ({ health }) => (health.maintenance ? 1 : 0), 'max'],
];

const OF_EXCHANGES: readonly Shown<ExchangeReading>[] = [
  [
    'yimen_exchange_open',
    'Requests in the exchange database without a reply that was read, counted every minute',
    ({ open }) => open?.count ?? null,
    'max',
  ],
  [
    'yimen_exchange_oldest_timestamp_seconds',
    'Since when the oldest of them is open',
    ({ open }) => (open?.oldest ? open.oldest.getTime() / 1_000 : null),
    'min',
  ],
  ['yimen_exchange_answered', 'Replies read first by this process', ({ tally }) => tally.answered],
  ['yimen_exchange_late', 'Of those, read when the question was asked again', ({ tally }) => tally.late],
  ['yimen_exchange_doubled', 'Second replies, ignored', ({ tally }) => tally.doubled],
  ['yimen_exchange_differing', 'Requests with replies that differ', ({ tally }) => tally.differing],
  ['yimen_exchange_too_late', 'Replies to questions that were given up, ignored', ({ tally }) => tally.tooLate],
];

function watched<T extends Served>(registry: Registry, readings: () => readonly T[], shown: readonly Shown<T>[]): void {
  for (const [name, help, read, ofSeveral = 'sum'] of shown) {
    new Gauge({
      name,
      help,
      labelNames: ['connector', 'agency'],
      registers: [registry],
      aggregator: ofSeveral,
      collect() {
        // What is closed by now must not stay as it was.
        this.reset();
        for (const reading of readings()) {
          const value = read(reading);
          if (value !== null) this.set({ connector: reading.connector, agency: reading.agency }, value);
        }
      },
    });
  }
}
