/**
 * Queues of durable jobs. `expireInSeconds` is how long a job may belong to a process that says nothing more: just above
 * the longest call to an agency, so that the work of a killed process is soon taken up again.
 */
export interface Queue {
  readonly name: string;
  readonly retryLimit: number;
  /** Seconds before the first repetition; each one waits twice as long as the one before. */
  readonly retryDelay: number;
  readonly expireInSeconds: number;
  /** Jobs of it that one process runs at the same time. */
  readonly concurrency: number;
}

/** A job as whoever runs it sees it. */
export interface Job<T> {
  readonly id: string;
  readonly data: T;
  /** How often it was taken up before. */
  readonly repeated: number;
}
