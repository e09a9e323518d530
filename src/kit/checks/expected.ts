import type { AgencyError } from '../../connect/index.ts';
import type { Fault, Transport } from '../faults.ts';

export type Code = AgencyError['code'];

/** What a section must answer under a fault. */
export interface Expectation {
  readonly fault: Fault;
  readonly code: Code;
  /** What the agency says of when to come back, in milliseconds, where the transport can carry that. */
  readonly retryAfterMs?: number;
}

/** By transport: what does the same harm does not say the same everywhere. */
export const EXPECTED: Readonly<Record<Transport, readonly Expectation[]>> = {
  http: [
    { fault: 'down', code: 'AGENCY_UNAVAILABLE' },
    { fault: 'hang', code: 'AGENCY_TIMEOUT' },
    { fault: 'drip', code: 'AGENCY_TIMEOUT' },
    { fault: 'error', code: 'AGENCY_UNAVAILABLE' },
    { fault: 'throttle', code: 'AGENCY_THROTTLED', retryAfterMs: 2_000 },
    { fault: 'redirect', code: 'AGENCY_PROTOCOL' },
    { fault: 'garbage', code: 'AGENCY_PROTOCOL' },
    { fault: 'empty', code: 'AGENCY_PROTOCOL' },
    { fault: 'charset', code: 'AGENCY_PROTOCOL' },
    { fault: 'bom', code: 'AGENCY_PROTOCOL' },
    { fault: 'bomb', code: 'AGENCY_PROTOCOL' },
    { fault: 'hostile', code: 'AGENCY_PROTOCOL' },
    // A reply that breaks off is a broken line.
    { fault: 'truncated', code: 'AGENCY_UNAVAILABLE' },
    { fault: 'expired', code: 'AGENCY_CREDENTIALS' },
  ],
  exchange: [
    { fault: 'down', code: 'AGENCY_UNAVAILABLE' },
    { fault: 'hang', code: 'AGENCY_TIMEOUT' },
    { fault: 'error', code: 'AGENCY_UNAVAILABLE' },
    { fault: 'throttle', code: 'AGENCY_THROTTLED' },
    { fault: 'garbage', code: 'AGENCY_PROTOCOL' },
    { fault: 'empty', code: 'AGENCY_PROTOCOL' },
    { fault: 'bom', code: 'AGENCY_PROTOCOL' },
    { fault: 'bomb', code: 'AGENCY_PROTOCOL' },
    { fault: 'hostile', code: 'AGENCY_PROTOCOL' },
    // The row is whole, what stands in it is not: asking again would find the same column too narrow.
    { fault: 'truncated', code: 'AGENCY_PROTOCOL' },
    { fault: 'expired', code: 'AGENCY_CREDENTIALS' },
    { fault: 'lost', code: 'AGENCY_TIMEOUT' },
    { fault: 'late', code: 'AGENCY_TIMEOUT' },
  ],
};
