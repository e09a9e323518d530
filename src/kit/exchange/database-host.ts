import type { PGlite } from '@electric-sql/pglite';

/** Gateways, and the doors of all agencies, at the same time. */
const MOST_CONNECTIONS = 200;

interface Running {
  /** For the agencies themselves. */
  readonly db: PGlite;
  /** Where it speaks PostgreSQL's protocol on loopback, to whoever asks: doors with a password stand before it. */
  readonly port: number;
  close(): Promise<void>;
}

/** A running database, until it is given back. */
export interface Lease extends Omit<Running, 'close'> {
  giveBack(): Promise<void>;
}

/**
 * One PGlite for all sandbox agencies that share this host: it takes a second to start and a few hundred megabytes, so it
 * starts when the first one is asked and stops when nobody has used it for a while.
 */
export class DatabaseHost {
  readonly #lingerMs: number;
  #running: Promise<Running> | undefined;
  #users = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `lingerMs`: how long it stays when nobody uses it any more. */
  constructor(lingerMs = 0) {
    this.#lingerMs = lingerMs;
  }

  async borrow(): Promise<Lease> {
    this.#users++;
    clearTimeout(this.#timer);
    this.#running ??= start();
    try {
      const { db, port } = await this.#running;
      return { db, port, giveBack: () => this.#giveBack() };
    } catch (cause) {
      this.#running = undefined;
      await this.#giveBack();
      throw cause;
    }
  }

  async #giveBack(): Promise<void> {
    if (--this.#users > 0) return;
    if (this.#lingerMs > 0) this.#timer = setTimeout(() => void this.#stop(), this.#lingerMs);
    else await this.#stop();
  }

  async #stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await (await running)?.close();
  }
}

/** Loaded when it is needed: a gateway in production never does. */
async function start(): Promise<Running> {
  const [{ PGlite }, { PGLiteSocketServer }, { emptyDatabase }] = await Promise.all([
    import('@electric-sql/pglite'),
    import('@electric-sql/pglite-socket'),
    import('../../store/index.ts'),
  ]);
  const db = await PGlite.create(emptyDatabase());
  const server = new PGLiteSocketServer({ db, port: 0, maxConnections: MOST_CONNECTIONS });
  await server.start();
  return {
    db,
    port: Number(server.getServerConn().split(':').at(-1)),
    async close() {
      await server.stop();
      await db.close();
    },
  };
}
