import type { AgencyFault } from '../errors.ts';
import { SlidingCount } from './sliding-count.ts';

/** How a source is doing, judged by its calls of the last minute. */
export type HealthState = 'UP' | 'DEGRADED' | 'DOWN' | 'UNKNOWN';

export interface HealthReading {
  readonly state: HealthState;
  /** Since when it is in this state. */
  readonly since: Date;
  /** Milliseconds; null when nothing was asked in the last five minutes. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** Share of failed calls in the last minute, 0 to 1; null when there were none. */
  readonly errorRate: number | null;
}

interface Sample {
  readonly at: number;
  readonly tookMs: number;
}

const KEPT = 512;
const LATENCY_WINDOW_MS = 300_000;
const ERROR_WINDOW_MS = 60_000;
const ERROR_SLICES = 60;
const DOWN_ABOVE = 0.5;
const DEGRADED_ABOVE = 0.1;

/** Failures that say the agency is unwell; a refused question or an ambiguous record does not. */
const UNWELL: readonly AgencyFault[] = ['UNAVAILABLE', 'TIMEOUT', 'PROTOCOL', 'THROTTLED', 'CREDENTIALS'];

/** Keeps the last calls of one source and judges them. */
export class Health {
  /** The last ones, each in the place of the oldest. */
  readonly #samples: Sample[] = [];
  readonly #errors = new SlidingCount(ERROR_WINDOW_MS, ERROR_SLICES);
  #noted = 0;
  #state: HealthState = 'UNKNOWN';
  #since: number;

  constructor(now: number) {
    this.#since = now;
  }

  /** Notes one call. */
  record(at: number, tookMs: number, fault?: AgencyFault): void {
    this.#samples[this.#noted++ % KEPT] = { at, tookMs };
    this.#errors.note(at, fault !== undefined && UNWELL.includes(fault));
    this.#judge(at);
  }

  read(now: number): HealthReading {
    this.#judge(now);
    const took = this.#samples
      .filter(({ at }) => at > now - LATENCY_WINDOW_MS)
      .map(({ tookMs }) => tookMs)
      .sort((a, b) => a - b);
    return {
      state: this.#state,
      since: new Date(this.#since),
      p50Ms: quantile(took, 0.5),
      p99Ms: quantile(took, 0.99),
      errorRate: this.#errorRate(now),
    };
  }

  #errorRate(now: number): number | null {
    const { all, failed } = this.#errors.read(now);
    return all === 0 ? null : failed / all;
  }

  #judge(now: number): void {
    const state = stateOf(this.#errorRate(now));
    if (state === this.#state) return;
    this.#state = state;
    this.#since = now;
  }
}

function stateOf(errorRate: number | null): HealthState {
  if (errorRate === null) return 'UNKNOWN';
  if (errorRate > DOWN_ABOVE) return 'DOWN';
  return errorRate > DEGRADED_ABOVE ? 'DEGRADED' : 'UP';
}

const quantile = (sorted: readonly number[], q: number): number | null =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? null;
