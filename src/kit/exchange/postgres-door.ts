import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { Fault } from '../faults.ts';

const SSL_REQUEST = 80_877_103;
const PASSWORD_WANTED = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);
const NO_TLS = Buffer.from('N');
/** More than any start packet or password of ours. */
const MOST_BEGINNING = 10_000;

/** What a database says under a fault: SQLSTATE and message, as PostgreSQL words it. */
const REFUSALS: Readonly<Partial<Record<Fault, readonly [code: string, message: string]>>> = {
  error: ['57P03', 'the database system is starting up'],
  throttle: ['53300', 'sorry, too many clients already'],
  expired: ['28P01', 'password authentication failed'],
};

export interface DoorOptions {
  /** The port of the database behind it; asked when somebody comes. */
  upstream(): Promise<number>;
  readonly user: string;
  readonly password: string;
  /** The fault it has now. */
  fault(): Fault;
  /** Told whenever the database has said something. */
  onActivity(): void;
}

/** A door that listens on loopback. */
export interface PostgresDoor {
  readonly port: number;
  close(): Promise<void>;
}

/** A door to a database that has none of its own: asks for the password, and misbehaves when told to. */
export async function openPostgresDoor(options: DoorOptions): Promise<PostgresDoor> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket.setNoDelay(true));
    return socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket));
  };
  const server = createServer((socket) => new Visitor(keep(socket), options, keep));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as { port: number }).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** One connection: says who it is, gives the password, is let through. What it says meanwhile waits. */
class Visitor {
  readonly #socket: Socket;
  readonly #options: DoorOptions;
  readonly #keep: (socket: Socket) => Socket;
  #heard: Buffer = Buffer.alloc(0);
  #startPacket: Buffer | undefined;
  #isEntering = false;
  #inside: Socket | undefined;

  constructor(socket: Socket, options: DoorOptions, keep: (socket: Socket) => Socket) {
    this.#socket = socket;
    this.#options = options;
    this.#keep = keep;
    socket.on('data', (chunk) => this.#hear(chunk));
  }

  #hear(chunk: Buffer): void {
    const fault = this.#options.fault();
    if (fault === 'hang') return;
    const refusal = REFUSALS[fault];
    if (fault === 'down') this.#socket.destroy();
    else if (refusal) this.#socket.end(fatal(...refusal));
    else if (this.#inside) this.#inside.write(chunk);
    else this.#begin(chunk);
  }

  #begin(chunk: Buffer): void {
    this.#heard = Buffer.concat([this.#heard, chunk]);
    if (this.#heard.length > MOST_BEGINNING) this.#socket.destroy();
    if (this.#isEntering) return;
    // A start packet has no kind before its length.
    const at = this.#startPacket ? 1 : 0;
    const length = this.#heard.length < at + 4 ? Number.POSITIVE_INFINITY : at + this.#heard.readInt32BE(at);
    if (this.#heard.length < length) return;
    const packet = this.#heard.subarray(0, length);
    this.#heard = this.#heard.subarray(length);
    this.#meet(packet);
  }

  #meet(packet: Buffer): void {
    if (this.#startPacket) {
      this.#isEntering = true;
      this.#letIn(packet.subarray(5, -1).toString()).catch((error: Error) => this.#socket.destroy(error));
    } else if (packet.readInt32BE(4) === SSL_REQUEST) this.#socket.write(NO_TLS);
    else {
      this.#startPacket = packet;
      this.#socket.write(PASSWORD_WANTED);
    }
  }

  async #letIn(password: string): Promise<void> {
    const { user, upstream, onActivity } = this.#options;
    const start = this.#startPacket ?? Buffer.alloc(0);
    const isKnown = start.includes(`user\0${user}\0`) && password === this.#options.password;
    if (!isKnown) return void this.#socket.end(fatal('28P01', 'password authentication failed'));
    const inside = this.#keep(connect({ host: '127.0.0.1', port: await upstream() }));
    inside.on('data', (chunk) => {
      this.#socket.write(chunk);
      onActivity();
    });
    inside.once('close', () => this.#socket.destroy());
    this.#socket.once('close', () => inside.destroy());
    inside.write(Buffer.concat([start, this.#heard]));
    this.#inside = inside;
  }
}

/** PostgreSQL's ErrorResponse. */
function fatal(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
