/** What is measured: the question, the load, and who takes part. */
import { ENTERPRISES, enterprise, largeEnterprise, PAGE, type Question, searchName } from './world.ts';

export interface Work {
  readonly id: string;
  readonly title: string;
  readonly question: Question;
  readonly connections: number;
  /** How late the agencies answer. */
  readonly delayMs: number;
  /** How many different keys are asked for before the first comes again. */
  readonly keys: number;
  readonly contenders: readonly string[];
}

const ALL = ['floor', 'mercurius', 'mercurius-guarded', 'yoga', 'apollo', 'hive', 'yimen', 'yimen-apart', 'yimen-open'];
const LISTS = ALL.filter((id) => id !== 'hive');
const UNDER_LOAD = ['floor', 'mercurius', 'mercurius-guarded', 'yimen', 'yimen-apart', 'yimen-open'];

/** Keeps a gateway's core busy; more would only wait. */
const CONNECTIONS = 32;
const LATE_MS = 20;
/** Fit into the memory of a process. */
const WARM = 1_000;
/** Times five sections: twice of what a process remembers, so that every answer comes from Redis. */
const BEYOND = 8_000;

const late = (connections: number, contenders: readonly string[]): Work => ({
  id: `W5-${connections}`,
  title: `W5: W1 with agencies at ${LATE_MS} ms, ${connections} connections`,
  question: 'one',
  connections,
  delayMs: LATE_MS,
  keys: ENTERPRISES,
  contenders,
});

export const WORKS: readonly Work[] = [
  {
    id: 'W1',
    title: 'W1: one enterprise, five agencies, another enterprise in every request, nothing remembered',
    question: 'one',
    connections: CONNECTIONS,
    delayMs: 0,
    keys: ENTERPRISES,
    contenders: [...ALL, 'yimen-provenance', 'yimen-sandbox'],
  },
  {
    id: 'W2',
    title: `W2: ${PAGE} enterprises of a search, three sections each`,
    question: 'list',
    connections: CONNECTIONS,
    delayMs: 0,
    keys: ENTERPRISES / PAGE,
    contenders: LISTS,
  },
  {
    id: 'W3',
    title: 'W3: W1 with warm memory, in the process',
    question: 'one',
    connections: CONNECTIONS,
    delayMs: 0,
    keys: WARM,
    contenders: ['floor', 'apollo-constants', 'yimen-warm'],
  },
  {
    id: 'W3-redis',
    title: 'W3: W1 with warm memory, in Redis',
    question: 'one',
    connections: CONNECTIONS,
    delayMs: 0,
    keys: BEYOND,
    contenders: ['floor', 'yimen', 'yimen-redis'],
  },
  {
    id: 'W4',
    title: 'W4: 2,000 rows, about 1 MB of JSON',
    question: 'large',
    connections: 8,
    delayMs: 0,
    keys: ENTERPRISES,
    contenders: ALL,
  },
  late(32, UNDER_LOAD),
  late(256, UNDER_LOAD),
  late(1_024, UNDER_LOAD),
];

/** The n-th key that a question is asked about. */
export function keyOf(question: Question, n: number): string {
  if (question === 'list') return searchName(n);
  return question === 'large' ? largeEnterprise(n) : enterprise(n);
}
