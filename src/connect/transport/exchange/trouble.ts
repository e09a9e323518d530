import type { AgencyFault } from '../../errors.ts';

/** What a database said instead of an answer. Its text is a code: messages of databases quote values. */
export class DatabaseTrouble extends Error {
  override readonly name = 'DatabaseTrouble';
  readonly fault: AgencyFault;
  /** A row with the same unique value is there already. */
  readonly isDuplicate: boolean;
  /** The connection was lost, so that nobody knows whether the statement was carried out. */
  readonly isLost: boolean;

  constructor(fault: AgencyFault, reason: string, detail: { cause?: unknown; isDuplicate?: boolean; isLost?: boolean } = {}) {
    super(reason, { cause: detail.cause });
    this.fault = fault;
    this.isDuplicate = detail.isDuplicate ?? false;
    this.isLost = detail.isLost ?? false;
  }
}

/** SQLSTATE by its beginning, the longest first. PostgreSQL's Appendix A; MySQL and MariaDB share the classes. */
const BY_STATE: readonly (readonly [RegExp, AgencyFault])[] = [
  // Wrong password, no such user, no right to a table.
  [/^(?:28|42501)/, 'CREDENTIALS'],
  // Too many connections.
  [/^(?:53300|08004)/, 'THROTTLED'],
  [/^57014/, 'TIMEOUT'],
  // A value that its column does not take, or that breaks a rule of the table.
  [/^2[23]/, 'REFUSED'],
  // No such database, table or column: the contract is another one.
  [/^(?:3D|3F|42|0A)/, 'PROTOCOL'],
];

/** MySQL's and MariaDB's own numbers where the SQLSTATE says too little. */
const BY_NUMBER: Readonly<Record<number, AgencyFault>> = {
  // Access denied: to the database, by a table or column right; password expired; account locked.
  1044: 'CREDENTIALS',
  1142: 'CREDENTIALS',
  1143: 'CREDENTIALS',
  1227: 'CREDENTIALS',
  1820: 'CREDENTIALS',
  1862: 'CREDENTIALS',
  3118: 'CREDENTIALS',
  4151: 'CREDENTIALS',
  // Too many connections: of all, of this user; more than the user's quota.
  1040: 'THROTTLED',
  1203: 'THROTTLED',
  1226: 'THROTTLED',
  // A character its charset lacks, a value too long, out of range or missing.
  1366: 'REFUSED',
  1406: 'REFUSED',
  1264: 'REFUSED',
  1265: 'REFUSED',
  1364: 'REFUSED',
  // Both tables must sort text alike.
  1267: 'PROTOCOL',
  // The statement took too long: MariaDB, MySQL.
  1969: 'TIMEOUT',
  3024: 'TIMEOUT',
};

const DUPLICATE_NUMBER = 1062;
const DUPLICATE_STATE = '23505';
const LOST = /^(?:08|57P|ECONNRESET$|EPIPE$|PROTOCOL_CONNECTION_LOST$)|terminated|closed state|not queryable/;

const NO_CONNECTION = /trying to connect|connection timeout/;

interface DriverError {
  readonly code?: string;
  readonly sqlState?: string;
  readonly errno?: number;
  readonly message?: string;
}

/** What a driver threw, in the house's words. */
export function troubleOf(cause: unknown): unknown {
  if (cause instanceof DatabaseTrouble || !(cause instanceof Error)) return cause;
  const { code = '', sqlState, errno, message = '' } = cause as DriverError;
  const state = sqlState ?? (/^[0-9A-Z]{5}$/.test(code) ? code : '');
  const isDuplicate = state === DUPLICATE_STATE || (sqlState !== undefined && errno === DUPLICATE_NUMBER);
  const known = (sqlState === undefined ? undefined : BY_NUMBER[errno ?? 0]) ?? BY_STATE.find(([pattern]) => pattern.test(state))?.[1];
  const fault = known ?? ofMessage(code, message) ?? 'UNAVAILABLE';
  const isLost = LOST.test(state || code) || LOST.test(message);
  return new DatabaseTrouble(fault, state || code || (NO_CONNECTION.test(message) ? 'no connection in time' : 'connection lost'), {
    cause,
    isDuplicate,
    isLost,
  });
}

/** Drivers put a few things in words only. */
function ofMessage(code: string, message: string): AgencyFault | undefined {
  if (/^SASL/.test(message)) return 'CREDENTIALS';
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT' || /does not support (?:SSL|secure)/i.test(message)) return 'PROTOCOL';
  return code === 'PROTOCOL_SEQUENCE_TIMEOUT' || message === 'Query read timeout' ? 'TIMEOUT' : undefined;
}
