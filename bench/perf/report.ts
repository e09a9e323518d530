/** What a run says: a table for each work, the goals with what was reached, and the same as JSON. */
import type { Measured, WorkResult } from './measure.ts';
import type { Round } from './rounds.ts';

/** One line of `--json`. */
export interface Row {
  readonly work: string;
  readonly contender: string;
  readonly rps: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuUsPerRequest: number;
  /** Null where the contender's own agencies do not count. */
  readonly upstreamCallsPerRequest: number | null;
  /** Requests a second against the floor's in the same round; null where the floor did not run. */
  readonly ratioToFloor: number | null;
  readonly busy: number;
  readonly peakMb: number;
  readonly readyMs: number;
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
};

const medianOf = ({ rounds }: Measured, of: (round: Round) => number): number => median(rounds.map(of));

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

/** Round by round, because what slows a machine down slows both sides of a round. */
function ratio(one: Measured | undefined, other: Measured | undefined, of: (round: Round) => number = ({ rps }) => rps): number | null {
  if (!one || !other) return null;
  return median(one.rounds.map((round, i) => of(round) / of(other.rounds[i] ?? round)));
}

const found = ({ measured }: WorkResult, id: string): Measured | undefined => measured.find(({ contender }) => contender.id === id);

function rowOf(result: WorkResult, measured: Measured): Row {
  const toFloor = ratio(measured, found(result, 'floor'));
  const calls = medianOf(measured, ({ upstreamCallsPerRequest }) => upstreamCallsPerRequest);
  return {
    work: result.work.id,
    contender: measured.contender.id,
    rps: rounded(
      medianOf(measured, ({ rps }) => rps),
      1,
    ),
    p50Ms: rounded(
      medianOf(measured, ({ p50Ms }) => p50Ms),
      2,
    ),
    p99Ms: rounded(
      medianOf(measured, ({ p99Ms }) => p99Ms),
      2,
    ),
    cpuUsPerRequest: rounded(
      medianOf(measured, ({ cpuUsPerRequest }) => cpuUsPerRequest),
      1,
    ),
    upstreamCallsPerRequest: Number.isNaN(calls) ? null : rounded(calls, 2),
    ratioToFloor: toFloor === null ? null : rounded(toFloor, 3),
    busy: rounded(
      medianOf(measured, ({ busy }) => busy),
      2,
    ),
    peakMb: rounded(measured.peakMb, 0),
    readyMs: rounded(measured.readyMs, 0),
  };
}

export const rowsOf = (results: readonly WorkResult[]): readonly Row[] =>
  results.flatMap((result) => result.measured.map((measured) => rowOf(result, measured)));

interface Goal {
  readonly work: string;
  /** Ids of the contenders it is about. */
  readonly who: readonly string[];
  readonly of: string;
  readonly goal: string;
  /** Undefined where somebody it compares did not run. */
  readonly reached: (result: WorkResult) => number | null;
  readonly isMet: (value: number) => boolean;
}

const atLeast = (work: string, one: string, other: string, least: number): Goal => ({
  work,
  who: [one, other],
  of: `requests/s, ${one} against ${other}`,
  goal: `≥ ${least}`,
  reached: (result) => ratio(found(result, one), found(result, other)),
  isMet: (value) => value >= least,
});

const MOST_BATCHES = 3;
const MOST_P99 = 1.5;
const MOST_ADDED_MS = 2;

const GOALS: readonly Goal[] = [
  atLeast('W1', 'yimen', 'floor', 0.75),
  atLeast('W1', 'yimen', 'mercurius-guarded', 1),
  atLeast('W1', 'yimen', 'mercurius', 0.8),
  atLeast('W1', 'yimen-apart', 'floor', 0.75),
  atLeast('W1', 'yimen-apart', 'mercurius-guarded', 1),
  atLeast('W1', 'yimen-apart', 'mercurius', 0.8),
  atLeast('W1', 'yimen', 'hive', 8),
  atLeast('W1', 'yimen', 'apollo', 5),
  atLeast('W1', 'yimen', 'yimen-open', 0.85),
  atLeast('W2', 'yimen', 'mercurius', 0.9),
  {
    work: 'W2',
    who: ['yimen'],
    of: 'calls for many keys a request, yimen (beside one search)',
    goal: `≤ ${MOST_BATCHES}`,
    reached: (result) => optionally(found(result, 'yimen'), (it) => medianOf(it, ({ batchCallsPerRequest }) => batchCallsPerRequest)),
    isMet: (value) => value <= MOST_BATCHES * 1.01,
  },
  atLeast('W3', 'yimen-warm', 'apollo-constants', 0.6),
  atLeast('W3-redis', 'yimen-redis', 'yimen', 1),
  {
    work: 'W5-32',
    who: ['yimen'],
    of: 'p50 over that of the agencies, yimen, ms',
    goal: `≤ ${MOST_ADDED_MS}`,
    reached: (result) => optionally(found(result, 'yimen'), (it) => medianOf(it, ({ p50Ms, agencyP50Ms }) => p50Ms - agencyP50Ms)),
    isMet: (value) => value <= MOST_ADDED_MS,
  },
  {
    work: 'W5-1024',
    who: ['yimen', 'floor'],
    of: 'p99, yimen against floor',
    goal: `≤ ${MOST_P99}`,
    reached: (result) => ratio(found(result, 'yimen'), found(result, 'floor'), ({ p99Ms }) => p99Ms),
    isMet: (value) => value <= MOST_P99,
  },
];

const optionally = <T>(value: T | undefined, then: (value: T) => number): number | null => (value ? then(value) : null);

/** A Markdown table. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const HEAD = ['contender', 'requests/s', 'to the floor', 'p50 ms', 'p99 ms', 'CPU µs', 'core busy', 'upstream calls', 'peak MB', 'ready s'];

function workTable(result: WorkResult): string {
  const rows = result.measured.map((measured) => {
    const row = rowOf(result, measured);
    const { rps, ratioToFloor, p50Ms, p99Ms, cpuUsPerRequest, busy, upstreamCallsPerRequest, peakMb, readyMs } = row;
    return [
      measured.contender.label,
      rps.toFixed(0),
      ratioToFloor === null ? '' : ratioToFloor.toFixed(2),
      p50Ms.toFixed(1),
      p99Ms.toFixed(1),
      cpuUsPerRequest.toFixed(0),
      `${(busy * 100).toFixed(0)} %`,
      upstreamCallsPerRequest?.toFixed(2) ?? '',
      peakMb.toFixed(0),
      (readyMs / 1_000).toFixed(1),
    ];
  });
  const failed = [...result.failures].map(([id, why]) => `\n\n${id} was left out: ${why.split('\n', 1)[0]?.slice(0, 200)}`);
  return `${result.work.title}\n\n${table(HEAD, rows)}${failed.join('')}`;
}

/** The goals of the works that were run; those whose contenders were left out are named as not run. */
function goalTable(results: readonly WorkResult[]): string {
  const rows = GOALS.flatMap((goal) => {
    const result = results.find(({ work }) => work.id === goal.work);
    if (!result) return [];
    const value = goal.reached(result);
    return [[`${goal.work}: ${goal.of}`, goal.goal, value === null ? '' : value.toFixed(2), verdict(goal, result, value)]];
  });
  return rows.length > 0 ? table(['goal', 'wanted', 'reached', ''], rows) : '';
}

function verdict({ isMet, who }: Goal, { failures }: WorkResult, value: number | null): string {
  if (value !== null) return isMet(value) ? 'met' : 'MISSED';
  return who.some((id) => failures.has(id)) ? 'MISSED: left out' : 'not run';
}

export const report = (results: readonly WorkResult[]): string => [...results.map(workTable), goalTable(results)].join('\n\n');
