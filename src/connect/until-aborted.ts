import type { Ending } from '../clock/index.ts';

/** What comes of work, or the signal's reason when that comes first. */
export function untilAborted<T>(work: Promise<T>, signal: Ending): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
