import type { Cases } from './service.ts';

/**
 * The room of cases, opened when it is first needed. A gateway that only reads has no database; one whose folder holds
 * cases, or that shares PostgreSQL, opens it at once, for cases go on by themselves.
 */
export interface CaseRoom {
  /** The open room; opens it where nobody has yet. What cannot be opened is tried again the next time. */
  enter(): Promise<Cases>;
  close(): Promise<void>;
}

/** What was opened, and how it is closed. */
export interface Opened {
  readonly cases: Cases;
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
    async close() {
      const left = opening;
      opening = undefined;
      await (await left?.catch(() => undefined))?.close();
    },
  };
}
