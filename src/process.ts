/** What every process of ours does with signals and failures. */
import { hallLog } from './log.ts';

/**
 * A promise that fails while nobody waits for it ends no process: a connector may let one go, and graphql-js lets go of
 * what is under way in a list when a later item fails at once. Whoever was waiting has had an answer.
 */
export function outliveLostFailures(): void {
  const log = hallLog();
  process.on('unhandledRejection', (cause) => log.error({ err: cause }, 'something failed that nobody waited for'));
}

/** Ends the process once, however often and by which signal it is told to. */
export function onStop(close: () => Promise<void>): void {
  let isStopping = false;
  const stop = () => {
    if (!isStopping) void close().finally(() => process.exit(0));
    isStopping = true;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
}

/** What stands in the way of a start, in one sentence. */
export function sentence(error: unknown, choice = 'PORT'): string {
  const { code, port, message } = error as NodeJS.ErrnoException & { port?: number };
  return code === 'EADDRINUSE' ? `port ${port} is taken: stop what runs there, or choose another with ${choice}` : message;
}
