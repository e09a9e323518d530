/** What the gateway says about itself: one line of JSON each. */
import { type DestinationStream, pino } from 'pino';

/** The log of a gateway or a command. `YIMEN_LOG` says from which level on; without it warnings and worse. */
export const hallLog = (destination: DestinationStream = pino.destination(1)) =>
  pino(
    {
      level: process.env['YIMEN_LOG'] ?? 'warn',
      redact: ['*.authorization', '*.secret'],
      serializers: { err: (error: unknown) => (error instanceof Error ? withoutValues(error) : error) },
    },
    destination,
  );

interface Told {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack: string;
  readonly cause?: Told;
}

/** An error and its causes. Those of the database name the values of a statement, and they may be anybody's. */
function withoutValues(error: Error): Told {
  const { code } = error as NodeJS.ErrnoException;
  const type = error.constructor.name;
  const message = messageOf(error);
  return {
    type,
    message,
    ...(typeof code === 'string' && { code }),
    stack: `${type}: ${message}${framesOf(error)}`,
    ...(error.cause instanceof Error && { cause: withoutValues(error.cause) }),
  };
}

/** PostgreSQL quotes the value that does not fit, a query builder puts all of them after its statement. */
function messageOf(error: Error & { readonly query?: unknown; readonly params?: unknown; readonly severity?: unknown }): string {
  if (error.severity !== undefined) return error.message.replace(/: ".*$/s, '');
  return error.params === undefined ? error.message : `failed query: ${String(error.query)}`;
}

/** The stack repeats the message; what comes after it is places in the code. */
function framesOf({ stack = '', message }: Error): string {
  const at = stack.indexOf(message);
  return at < 0 ? '' : stack.slice(at + message.length);
}
