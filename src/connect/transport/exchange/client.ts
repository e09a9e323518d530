import type { z } from 'zod';
import { type Clock, milliseconds } from '../../../clock/index.ts';
import { DecodeError } from '../../codec/decode-error.ts';
import { AgencyError } from '../../errors.ts';
import type { Call, Log } from '../../types.ts';
import { untilAborted } from '../../until-aborted.ts';
import { meant } from '../link.ts';
import { translate } from '../translate.ts';
import { BodyTooLarge } from '../wire.ts';
import type { Database } from './database.ts';
import { Ledger } from './ledger.ts';
import type { ExchangeOptions, ExchangeRequest, ExchangeTally, OpenRequests } from './options.ts';
import { bytesOf, decodePayload, textOfPayload } from './payload.ts';
import { RequestWriter, type Written } from './request-writer.ts';
import type { ReplyRow } from './rows.ts';
import { Statements } from './statements.ts';
import { type Dialect, quotedTables } from './tables.ts';
import { WaitingRoom } from './waiting-room.ts';

const DEFAULT_POLL = '1s';
const DEFAULT_OPEN_FOR = '10m';
const DEFAULT_MAX_BYTES = 8 * 1024 * 1024;
const DEFAULT_OK = '0';

/** Questions and submissions over an exchange database. */
export interface ExchangeClient {
  /**
   * The checked reply to a question, or null when its code means "no such record". The same question (service and body)
   * while it is open waits for the same reply, also for one that came when nobody waited any more.
   */
  ask<T>(service: string, body: unknown, shape: z.ZodType<T>, call: Call): Promise<T | null>;
  /** Writes a request and gives its correlation id. The same question, or the same id of the caller's, is not written twice. */
  put(request: ExchangeRequest, call: Call): Promise<string>;
  /** The checked reply to a request, as soon as it is there; also one that was read before. */
  take<T>(id: string, shape: z.ZodType<T>, call: Call): Promise<T | null>;
}

/** What the engine shows of an exchange: counts and correlation ids, no bodies. */
export interface ExchangeWatch {
  readonly agency: string;
  readonly tally: Readonly<ExchangeTally>;
  /** How many were open when it was last looked; undefined before. */
  lastSeen(): Pick<OpenRequests, 'count' | 'oldest'> | undefined;
  open(): Promise<OpenRequests>;
  /** Puts aside replies that nobody will read; done every minute once something was asked. */
  sweep(): Promise<void>;
}

export interface OpenedExchange {
  readonly client: ExchangeClient;
  readonly watch: ExchangeWatch;
  close(): Promise<void>;
}

export interface ExchangeTools {
  readonly clock: Clock;
  readonly log: Log;
  readonly database: Database;
  readonly dialect: Dialect;
  /** What all replicas share and nobody else knows: the database's password. */
  readonly key: string;
  /** The connector's own agency. */
  readonly agency: string;
}

/** Opens an exchange. Throws a `TypeError` when an option is wrong; the database is not asked yet. */
export function openExchange(options: ExchangeOptions, tools: ExchangeTools): OpenedExchange {
  checkSigner(options);
  const { database, dialect, clock, log, key } = tools;
  const statements = new Statements(quotedTables(options.request, options.reply, dialect), dialect, options.maxBytes ?? DEFAULT_MAX_BYTES);
  const openForMs = milliseconds(options.openFor ?? DEFAULT_OPEN_FOR);
  const tally: ExchangeTally = { answered: 0, late: 0, doubled: 0, differing: 0, tooLate: 0 };
  const room = new WaitingRoom({ database, statements, pollMs: milliseconds(options.pollEvery ?? DEFAULT_POLL), tally });
  const ledger = new Ledger({ database, statements, openForMs, tally, clock, log });
  const writer = new RequestWriter({ database, statements, clock, openForMs, key, options });
  return {
    client: new TableClient(options, { writer, room, tally, ledger }),
    watch: {
      agency: options.agency ?? tools.agency,
      tally,
      lastSeen: () => ledger.lastSeen,
      open: () => ledger.open(),
      sweep: () => ledger.sweep(),
    },
    async close() {
      room.close();
      ledger.close();
      await database.close();
    },
  };
}

interface Parts {
  readonly writer: RequestWriter;
  readonly room: WaitingRoom;
  readonly tally: ExchangeTally;
  readonly ledger: Ledger;
}

/** The one implementation of {@link ExchangeClient}. */
class TableClient implements ExchangeClient {
  readonly #options: ExchangeOptions;
  readonly #parts: Parts;

  constructor(options: ExchangeOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
  }

  ask<T>(service: string, body: unknown, shape: z.ZodType<T>, call: Call): Promise<T | null> {
    return this.#translated(call, async () => this.#answer(await this.#parts.writer.write({ service, body }, call), shape, call));
  }

  put(request: ExchangeRequest, call: Call): Promise<string> {
    return this.#translated(call, async () => (await this.#parts.writer.write(request, call)).id);
  }

  take<T>(id: string, shape: z.ZodType<T>, call: Call): Promise<T | null> {
    return this.#translated(call, () => this.#answer({ id, isJoined: true, isReplied: false }, shape, call));
  }

  /** Every trouble is translated here, and whoever waits is let go when the time is over. */
  async #translated<T>(call: Call, work: () => Promise<T>): Promise<T> {
    this.#parts.ledger.begin();
    try {
      return await untilAborted(work(), call.signal);
    } catch (cause) {
      throw translate(cause, call);
    }
  }

  async #answer<T>({ id, isJoined, isReplied }: Written, shape: z.ZodType<T>, call: Call): Promise<T | null> {
    const { room, tally } = this.#parts;
    const isLate = isReplied && !room.awaits(id);
    const { row, isClear, isFirst } = await room.wait(id, call.signal, isJoined);
    if (isFirst && isLate) tally.late++;
    if (!isClear) throw new AgencyError(call, 'AMBIGUOUS', { private: { correlationId: id, reason: 'replies that differ' } });
    return this.#checked(row, shape, call);
  }

  /** decode → check. */
  #checked<T>(row: ReplyRow, shape: z.ZodType<T>, call: Call): T | null {
    const { sign, reply, ok = DEFAULT_OK, meanings = {} } = this.#options;
    const { id, code, signature, payload, size } = row;
    call.onStep?.('reply', { table: reply.table, id, code, signature, payload: payload === null ? null : String(payload) });
    if (payload === null && size > 0) throw new BodyTooLarge('reply too large');
    if (sign && !sign.isRight({ direction: 'reply', id, payload: bytesOf(payload ?? '') }, signature))
      throw new DecodeError("the reply's signature is wrong");
    if (reply.code && code !== ok) return meant(meanings, code, call);
    const value = decodePayload(textOfPayload(payload, this.#options), this.#options);
    call.onStep?.('decoded', value);
    return shape.parse(value);
  }
}

/** A signature that is not written, or not looked for, proves nothing. */
function checkSigner({ sign, request, reply }: ExchangeOptions): void {
  const hasColumns = request.signature !== undefined && reply.signature !== undefined;
  if (sign && !hasColumns) throw new TypeError('sign needs request.signature and reply.signature: the columns that hold signatures');
  if (!sign && (request.signature || reply.signature))
    throw new TypeError('columns for signatures need sign: nobody would make or check them');
}
