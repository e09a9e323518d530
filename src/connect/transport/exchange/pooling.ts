/** What both drivers' pools need. */
import type { Socket } from 'node:net';
import { DatabaseTrouble } from './trouble.ts';

/** A pooled connection may have died unseen: what does no harm when it is done twice is sent once more. */
export async function onceMore<T>(cause: unknown, again: () => Promise<T>): Promise<T> {
  if (cause instanceof DatabaseTrouble && cause.isLost) return again();
  throw cause;
}

/** The sockets of a pool, so that closing it need not wait for statements under way. */
export class Sockets {
  readonly #open = new Set<Socket>();

  add(socket: Socket): Socket {
    this.#open.add(socket);
    return socket.once('close', () => this.#open.delete(socket));
  }

  destroy(): void {
    for (const socket of this.#open) socket.destroy();
  }
}
