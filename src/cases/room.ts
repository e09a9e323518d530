import type { Store } from '../store/index.ts';
import type { AccessRecords, Proof, Subject } from '../trust/index.ts';
import type { ErasedCases } from './keeping/index.ts';
import type { Cases } from './service.ts';

/** The room of cases, opened once; what could not be opened is tried again the next time. */
export interface CaseRoom {
  /** What is open, if anything is. */
  readonly opened: Opened | undefined;
  /** The open room; opens it where nobody has yet. What cannot be opened is tried again the next time. */
  enter(): Promise<Cases>;
  /** Service sessions, and the book of who saw what. */
  access(): Promise<AccessRecords>;
  /** What proves the cases. */
  evidence(): Promise<Evidence>;
  /** Erases what the hall keeps of somebody, or says what would go. */
  erase(order: { readonly subject: Subject; readonly dryRun: boolean }): Promise<ErasedCases & { readonly sessions: number }>;
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
  readonly access: AccessRecords;
  readonly evidence: Evidence;
  readonly erase: CaseRoom['erase'];
  close(): Promise<void>;
}

export function caseRoom(opener: () => Promise<Opened>): CaseRoom {
  let opening: Promise<Opened> | undefined;
  let open: Opened | undefined;
  const opened = (): Promise<Opened> => {
    opening ??= opener().then(
      (now) => (open = now),
      (cause: unknown) => {
        opening = undefined;
        throw cause;
      },
    );
    return opening;
  };
  return {
    get opened() {
      return open;
    },
    enter: async () => (await opened()).cases,
    access: async () => (await opened()).access,
    evidence: async () => (await opened()).evidence,
    erase: async (order) => (await opened()).erase(order),
    async close() {
      const left = opening;
      opening = undefined;
      open = undefined;
      await (await left?.catch(() => undefined))?.close();
    },
  };
}
