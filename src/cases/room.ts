import type { Store } from '../store/index.ts';
import type { Proof } from '../trust/index.ts';
import type { Cases } from './service.ts';

/**
 * The room of cases, opened when it is first needed. A gateway that only reads has no database; one whose folder holds
 * cases, or that shares PostgreSQL, opens it at once, for cases go on by themselves.
 */
export interface CaseRoom {
  /** The open room; opens it where nobody has yet. What cannot be opened is tried again the next time. */
  enter(): Promise<Cases>;
  /** What proves the cases. */
  evidence(): Promise<Evidence>;
  close(): Promise<void>;
}

/** The proof of what is in the room, and what it says of one case. */
export interface Evidence {
  readonly proof: Proof;
  /** Signed JSON; undefined when there is no case of this number. */
  ofCase(number: string): Promise<string | undefined>;
  /** The database itself, to be saved as it is at one moment. */
  readonly source: Pick<Store, 'engine' | 'snapshot'>;
}

/** What was opened, and how it is closed. */
export interface Opened {
  readonly cases: Cases;
  readonly evidence: Evidence;
  close(): Promise<void>;
}

export function caseRoom(open: () => Promise<Opened>): CaseRoom {
  let opening: Promise<Opened> | undefined;
  const opened = (): Promise<Opened> => {
    opening ??= open().catch((cause: unknown) => {
      opening = undefined;
      throw cause;
    });
    return opening;
  };
  return {
    enter: async () => (await opened()).cases,
    evidence: async () => (await opened()).evidence,
    async close() {
      const left = opening;
      opening = undefined;
      await (await left?.catch(() => undefined))?.close();
    },
  };
}
