/** When to ask again, in milliseconds: a server that was restarted is back by then. */
export const STORE_AGAIN_MS = 1_000;

/** The database cannot be asked now: nothing was written, or nobody can know; ask again with the same key. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  readonly retryAfterMs = STORE_AGAIN_MS;

  constructor(cause: unknown) {
    super('the database cannot be reached at present; ask again shortly', { cause });
  }
}

/** Classes of SQLSTATE that mean the server is away, shuts down or is full; see the appendix "PostgreSQL Error Codes". */
const AWAY = /^(08...|57P0[123]|53...|25006|25P03)$/;
/** Losing a race for a row is nobody's fault: PostgreSQL asks to run the transaction again. */
const LOST_RACE = new Set(['40001', '40P01']);
const SOCKET = /^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENOENT)$/;
const HUNG_UP = /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable/;

const codeOf = (cause: unknown): string => String((cause as { code?: unknown })?.code ?? '');

/** Whether the database is away. Errors are wrapped by query builders: the one that the database or the socket gave is looked for along the causes. */
export function isUnavailable(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  if (cause instanceof StoreUnavailable) return true;
  const code = codeOf(cause);
  return AWAY.test(code) || SOCKET.test(code) || HUNG_UP.test(cause.message) || isUnavailable(cause.cause);
}

export const hasLostRace = (cause: unknown): boolean =>
  cause instanceof Error && (LOST_RACE.has(codeOf(cause)) || hasLostRace(cause.cause));
