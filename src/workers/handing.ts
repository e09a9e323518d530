import type { Worker } from 'node:cluster';

type Send = Worker['process']['send'];

/** The primary hands over one connection of each address it listens at, and the next when that has arrived. */
const MOST = 4;

/**
 * Closes the connections that were on their way to a worker when it ended. Node forgets them, open: whoever asked would wait
 * for ever, instead of asking again. Connections that arrived are closed on this side already, and closing twice does nothing.
 */
export function closeWhatWasHanded(worker: Worker): void {
  const { process: child } = worker;
  const send = child.send.bind(child) as (...all: Parameters<Send>) => boolean;
  const handed: { close(): void }[] = [];
  child.send = ((...all: Parameters<Send>) => {
    const [, handle] = all;
    if (handle && 'close' in handle) handed.unshift(handle);
    handed.length = Math.min(handed.length, MOST);
    return send(...all);
  }) as Send;
  worker.once('exit', () => {
    for (const handle of handed) handle.close();
  });
}
