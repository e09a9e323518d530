import type { Duration } from '../clock/index.ts';
import { AgencyError } from './errors.ts';
import type { Call, Reading } from './types.ts';

interface LookupBase {
  /** The agency asked, where it is not the connector's own. */
  readonly agency?: string;
  /** How long an answer counts as fresh. Without it nothing is remembered beyond the request. */
  readonly fresh?: Duration;
  /** How long after that the last answer may stand in, marked stale, when the agency cannot be asked. */
  readonly stale?: Duration;
  /** Words by which remembered answers can be evicted together. */
  readonly tags?: readonly string[];
  /** `never`: the answer is not stored anywhere, not even for a second. */
  readonly memory?: 'never';
}

/** A lookup that asks for many keys in one call. */
export interface BatchLookup<K, V> extends LookupBase {
  /** Most keys in one call. */
  readonly batch: number;
  /**
   * The agency is not told who asks (the call's `caller` and `traceId` are not used): then what several requests of callers
   * with equal rights ask at the same moment goes out in one call. Default false.
   */
  readonly together?: boolean;
  /** One reading per key, in the keys' order; see {@link byKey}. What it throws counts for every key. */
  load(keys: readonly K[], call: Call): Promise<readonly Reading<V>[]>;
}

/** A lookup that asks for one key per call. */
export interface SingleLookup<K, V> extends LookupBase {
  /** The reading of one key. */
  one(key: K, call: Call): Promise<Reading<V>>;
}

/** How a connector answers one section. */
export type Lookup<K, V> = BatchLookup<K, V> | SingleLookup<K, V>;

/** Declares how one section is answered. Checks what types cannot. */
export function lookup<K, V>(spec: Lookup<K, V>): Lookup<K, V> {
  if ('load' in spec && !(Number.isInteger(spec.batch) && spec.batch > 0))
    throw new TypeError(`lookup.batch must be a whole number above 0 (how many keys fit in one call), got ${spec.batch}`);
  if (spec.memory === 'never' && (spec.fresh || spec.stale))
    throw new TypeError('lookup.memory "never" stores nothing, so fresh and stale must be left out');
  if (spec.stale && !spec.fresh) throw new TypeError('lookup.stale needs lookup.fresh: stale begins where fresh ends');
  return spec;
}

/** A reading with a value; `asOf` where the agency says as of when it stands. */
export const value = <T>(it: T, asOf?: Date): Reading<T> => ({ kind: 'value', value: it, asOf });

/** The reading of a key the agency does not know. */
export const absent: Reading<never> = { kind: 'absent' };

/** The reading of a key that failed. */
export const failed = (error: AgencyError): Reading<never> => ({ kind: 'failed', error });

export interface ByKeyOptions {
  /**
   * What a key means that the reply leaves out. `failed` (default): an incomplete reply is not "no such record".
   * `absent`: the agency's contract says it leaves unknown keys out.
   */
  readonly missing?: 'failed' | 'absent';
  /** Keys that the agency says it does not know. */
  readonly unknown?: readonly string[];
}

/**
 * Sorts the rows of a batch reply to the keys that were asked, whatever their order. A key answered twice is ambiguous;
 * rows nobody asked for are dropped; a row that cannot be mapped fails alone.
 */
export function byKey<R, V>(
  keys: readonly string[],
  rows: readonly R[],
  keyOf: (row: R) => string,
  map: (row: R) => Reading<V>,
  call: Call,
  options: ByKeyOptions = {},
): readonly Reading<V>[] {
  const found = new Map<string, R[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const same = found.get(key);
    if (same) same.push(row);
    else found.set(key, [row]);
  }
  const unknown = options.unknown && new Set(options.unknown);
  const mayMiss = (key: string) => options.missing === 'absent' || unknown?.has(key) === true;
  return keys.map((key) => readingOf(found.get(key) ?? [], mayMiss(key), map, call));
}

function readingOf<R, V>(rows: readonly R[], mayMiss: boolean, map: (row: R) => Reading<V>, call: Call): Reading<V> {
  if (rows.length > 1) return failed(new AgencyError(call, 'AMBIGUOUS', { private: { rows: rows.length } }));
  if (rows.length === 1) return mapped(rows[0] as R, map, call);
  return mayMiss ? absent : failed(new AgencyError(call, 'PROTOCOL', { private: { reason: 'key missing from the reply' } }));
}

function mapped<R, V>(row: R, map: (row: R) => Reading<V>, call: Call): Reading<V> {
  try {
    return map(row);
  } catch (cause) {
    if (cause instanceof AgencyError) return failed(cause);
    return failed(new AgencyError(call, 'PROTOCOL', { cause, private: { reason: 'row could not be mapped' } }));
  }
}
