/**
 * Several processes on one port.
 *
 * - primary 主进程: starts the workers, replaces those that end, and answers nobody itself.
 * - worker 工作进程: one whole gateway.
 * - crew 班组: all workers of one primary, as one of them sees them.
 */
import type { Readings } from '../connect/index.ts';

/** What a worker says when it listens. */
export interface Listening {
  readonly url: string;
  /** Lines for whoever started it. */
  readonly notes: readonly string[];
}

/** What a worker does when the crew wants something of it. */
export interface Part {
  readings(): Promise<Readings>;
  setClock(aheadMs: number): void;
}

export interface Crew {
  /** The secret with which the CLI speaks to whichever worker answers. */
  readonly runSecret: string;
  /** From now on this worker does its part. */
  join(part: Part): void;
  /** What each worker has counted. */
  readings(): Promise<readonly Readings[]>;
  /** Sets the clocks of all workers, this one's too. */
  setClocks(aheadMs: number): Promise<void>;
}
