import { AggregatorRegistry, type MetricObjectWithValues, type MetricValue, type Registry } from 'prom-client';

/** What one process has counted, as plain values that go to another process. */
export type Readings = readonly MetricObjectWithValues<MetricValue<string>>[];

/** Readings of several processes as one: each metric says itself how its values become one. */
export const asOne = (all: readonly Readings[]): Registry => AggregatorRegistry.aggregate([...all]);

export const addedUp = (all: readonly Readings[]): Promise<Readings> => asOne(all).getMetricsAsJSON();

/** What only grows: the rest says how a process is doing now. */
export const countsIn = (readings: Readings): Readings => readings.filter(({ type }) => ['counter', 'histogram'].includes(String(type)));
