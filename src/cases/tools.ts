import type { Calendar } from '../calendar/index.ts';
import type { Catalogue } from '../catalogue/index.ts';
import type { Clock } from '../clock/index.ts';
import type { Engine, Log } from '../connect/index.ts';
import type { Files } from '../files/index.ts';
import type { Queue, Store, Vault } from '../store/index.ts';

/** What the room works with. */
export interface CasesTools {
  readonly store: Store;
  readonly catalogue: Catalogue;
  readonly calendar: Calendar;
  readonly engine: Pick<Engine, 'desks' | 'reader' | 'carriers' | 'served'>;
  readonly clock: Clock;
  /** Names subjects and seals what is personal. */
  readonly vault: Vault;
  readonly log: Log;
  /** Files of materials and decisions. */
  readonly files: Files;
  /** Commissioners by block (the sector of the leading item). */
  readonly pools?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Called at named places; a test may end the process there. */
  readonly at?: ((place: CrashPoint) => void) | undefined;
}

/** Places at which a process may die; the numbers are those of the table of faults. */
export type CrashPoint = 'P1' | 'P2' | 'P3' | 'P4' | 'P5' | 'P6' | 'P7' | 'P8' | 'P9' | 'P10';

/** Who does something, for events and proof. */
export interface Who {
  readonly actor: string;
  readonly role: string;
  readonly window?: string | undefined;
}

/** The desk of the hall's own bureau. */
export const BUREAU = 'bureau';

/** Notices that something happened to a case. */
export const caseChannel = 'yimen_cases';

export const GATEWAY: Who = { actor: 'gateway', role: 'gateway' };

/** Longest call to an agency that a desk may make; a job's lease lasts a little longer. */
export const DESK_CALL_MS = 8_000;
const LEASE_SECONDS = 12;
/** A desk from which nothing came for so long is asked. */
export const ASK_AFTER_MS = 30 * 60_000;

/**
 * Queues of durable work on cases. A dispatch is tried for about a quarter of an hour; what is still on its way then is sent
 * off anew by the sweep, so an agency that is away for days delays an item and never loses it.
 */
export const QUEUES = {
  dispatch: { name: 'dispatch', retryLimit: 9, retryDelay: 1, expireInSeconds: LEASE_SECONDS, concurrency: 16 },
  supplement: { name: 'supplement', retryLimit: 20, retryDelay: 1, expireInSeconds: LEASE_SECONDS, concurrency: 8 },
  carry: { name: 'carry', retryLimit: 9, retryDelay: 1, expireInSeconds: LEASE_SECONDS, concurrency: 8 },
  ask: { name: 'ask', retryLimit: 2, retryDelay: 2, expireInSeconds: LEASE_SECONDS, concurrency: 8 },
} as const satisfies Record<string, Queue>;
