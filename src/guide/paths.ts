/** Steps that wait for each other, and how long each path through them is. In working days from the first one. */

/** A step of a network: how many days it takes, and what it waits for. */
export interface Leg {
  readonly code: string;
  readonly days: number;
  readonly dependsOn: readonly string[];
}

/** When a step begins and ends, and how far it may slip. */
export interface Span {
  readonly start: number;
  readonly finish: number;
  readonly slack: number;
}

/** Every step as early as it can be. `legs` hold nothing before what it depends on. */
export function spansOf(legs: readonly Leg[]): ReadonlyMap<string, Span> {
  const early = earliest(legs);
  const late = latestFinishes(legs, Math.max(0, ...[...early.values()].map(({ finish }) => finish)));
  return new Map(legs.map(({ code }) => [code, { ...at(early, code), slack: at(late, code) - at(early, code).finish }]));
}

type Early = Omit<Span, 'slack'>;

function earliest(legs: readonly Leg[]): ReadonlyMap<string, Early> {
  const spans = new Map<string, Early>();
  for (const { code, days, dependsOn } of legs) {
    const start = Math.max(0, ...dependsOn.map((before) => at(spans, before).finish));
    spans.set(code, { start, finish: start + days });
  }
  return spans;
}

function latestFinishes(legs: readonly Leg[], end: number): ReadonlyMap<string, number> {
  const late = new Map<string, number>(legs.map(({ code }) => [code, end]));
  for (const { code, days, dependsOn } of legs.toReversed())
    for (const before of dependsOn) late.set(before, Math.min(at(late, before), at(late, code) - days));
  return late;
}

/** One longest path, from its first step to its last; of several the one that stands first in the order of `legs`. */
export function longestPath(legs: readonly Leg[], spans: ReadonlyMap<string, Span>): readonly string[] {
  const end = Math.max(0, ...[...spans.values()].map(({ finish }) => finish));
  const path: string[] = [];
  for (let leg = legs.find(({ code }) => at(spans, code).finish === end); leg; leg = holding(leg)) path.unshift(leg.code);
  return path;

  /** What held a step back until it began. */
  function holding({ code, dependsOn }: Leg): Leg | undefined {
    return legs.find((leg) => dependsOn.includes(leg.code) && at(spans, leg.code).finish === at(spans, code).start);
  }
}

function at<T>(map: ReadonlyMap<string, T>, code: string): T {
  const value = map.get(code);
  if (value === undefined) throw new Error(`the step ${code} is not planned, or stands before what it depends on`);
  return value;
}
