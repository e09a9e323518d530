import type { Registry } from 'prom-client';
import type { OutcomeReport } from '../engine.ts';
import type { Outcome } from '../memory/remembering.ts';
import type { CallReport } from '../source.ts';

/** What is counted of one section's calls. */
interface Tally {
  readonly labels: { readonly connector: string; readonly agency: string; readonly operation: string };
  calls: number;
  keys: number;
  seconds: number;
  /** Calls that took at most so long, by the place in {@link BUCKETS}, each counted once. */
  readonly within: number[];
  readonly answers: Partial<Record<Outcome, number>>;
}

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 8];

/**
 * Counts of upstream calls. Every request makes several, so they are added up in plain numbers, and named and labelled
 * only when somebody reads them.
 */
export class CallMetrics {
  /** By section: mostly one connector serves it. */
  readonly #tallies = new Map<string, Tally[]>();

  constructor(registry: Registry) {
    this.#register(registry, 'counter', 'yimen_agency_calls_total', 'Upstream calls', ({ labels, calls }) =>
      calls > 0 ? [{ labels, value: calls }] : [],
    );
    this.#register(registry, 'counter', 'yimen_agency_keys_total', 'Keys asked for in upstream calls', ({ labels, calls, keys }) =>
      calls > 0 ? [{ labels, value: keys }] : [],
    );
    this.#register(
      registry,
      'counter',
      'yimen_answers_total',
      'Keys answered: from memory fresh or stale, joined to a call on its way, or asked',
      ({ labels, answers }) => Object.entries(answers).map(([outcome, value]) => ({ labels: { ...labels, outcome }, value })),
    );
    this.#register(registry, 'histogram', 'yimen_agency_call_seconds', 'Time of upstream calls', secondsOf);
  }

  note({ connector, agency, operation, keys, tookMs }: CallReport): void {
    const tally = this.#tallyOf(connector, agency, operation);
    const seconds = tookMs / 1_000;
    const at = BUCKETS.findIndex((most) => seconds <= most);
    tally.calls++;
    tally.keys += keys;
    tally.seconds += seconds;
    if (at >= 0) tally.within[at] = (tally.within[at] ?? 0) + 1;
  }

  answered({ connector, agency, operation, outcome }: OutcomeReport): void {
    const { answers } = this.#tallyOf(connector, agency, operation);
    answers[outcome] = (answers[outcome] ?? 0) + 1;
  }

  #tallyOf(connector: string, agency: string, operation: string): Tally {
    const known = this.#tallies.get(operation) ?? [];
    for (const tally of known) if (tally.labels.connector === connector && tally.labels.agency === agency) return tally;
    const labels = { connector, agency, operation };
    const fresh: Tally = { labels, calls: 0, keys: 0, seconds: 0, within: BUCKETS.map(() => 0), answers: {} };
    this.#tallies.set(operation, [...known, fresh]);
    return fresh;
  }

  #register(
    registry: Registry,
    type: 'counter' | 'histogram',
    name: string,
    help: string,
    valuesOf: (tally: Tally) => readonly Value[],
  ): void {
    const get = async () => ({ name, help, type, aggregator: 'sum', values: [...this.#tallies.values()].flat().flatMap(valuesOf) });
    // The registry asks a metric for nothing else.
    registry.registerMetric({ name, get, reset: () => undefined } as never);
  }
}

interface Value {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly metricName?: string;
}

/** A histogram counts in each bucket what is in those before it, too. */
function secondsOf({ labels, calls, seconds, within }: Tally): readonly Value[] {
  const name = 'yimen_agency_call_seconds';
  if (calls === 0) return [];
  let sum = 0;
  const buckets = BUCKETS.map((le, i) => {
    sum += within[i] ?? 0;
    return { labels: { le, ...labels }, value: sum, metricName: `${name}_bucket` };
  });
  return [
    ...buckets,
    { labels: { le: '+Inf', ...labels }, value: calls, metricName: `${name}_bucket` },
    { labels, value: seconds, metricName: `${name}_sum` },
    { labels, value: calls, metricName: `${name}_count` },
  ];
}
