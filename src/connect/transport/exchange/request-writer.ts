import type { Clock } from '../../../clock/index.ts';
import type { Call } from '../../types.ts';
import type { Database, Row } from './database.ts';
import { QuestionIds } from './identity.ts';
import type { ExchangeOptions, ExchangeRequest } from './options.ts';
import { bytesOf, encodePayload } from './payload.ts';
import { onceMore } from './pooling.ts';
import { flagIn, textIn } from './rows.ts';
import type { Statements } from './statements.ts';
import { DatabaseTrouble } from './trouble.ts';

const ID = /^[\x21-\x7e]{1,64}$/;

/** A request that stands in the table. */
export interface Written {
  readonly id: string;
  /** It stood there before: somebody asked the same and has no answer yet. */
  readonly isJoined: boolean;
  /** A reply to it is there already. */
  readonly isReplied: boolean;
}

interface WriterOptions {
  readonly database: Database;
  readonly statements: Statements;
  readonly clock: Clock;
  readonly openForMs: number;
  /** What all replicas share and nobody else knows. */
  readonly key: string;
  readonly options: ExchangeOptions;
}

/** Writes requests, each once: whether one is open is asked of the database, never of a memory. */
export class RequestWriter {
  readonly #options: WriterOptions;
  readonly #ids: QuestionIds;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#ids = new QuestionIds(options.key);
  }

  async write({ service, body, id }: ExchangeRequest, call: Call): Promise<Written> {
    const payload = encodePayload(body, this.#options.options);
    if (id === undefined) return this.#question(service, payload, call);
    if (!ID.test(id)) throw new TypeError('a correlation id is 1 to 64 printable ASCII characters');
    return this.#insert(id, service, payload, call);
  }

  async #question(service: string, payload: string | Buffer, call: Call): Promise<Written> {
    const { database, statements, clock, openForMs } = this.#options;
    const beginning = this.#ids.beginningOf(service, payload);
    const [latest] = await database.read(statements.latest(beginning, clock.now() - openForMs));
    if (latest && isOpen(latest)) return { id: textIn(latest, 'id'), isJoined: true, isReplied: flagIn(latest, 'replied') };
    // Where the row is there by now, another replica asks the same at this moment: its answer is ours, too.
    return this.#insert(this.#ids.next(beginning, latest && textIn(latest, 'id'), clock.now()), service, payload, call);
  }

  /** Writes a row that may be there. So it is sent once more where the connection died and nobody knows whether it is. */
  async #insert(id: string, service: string, payload: string | Buffer, call: Call): Promise<Written> {
    const { database, statements, clock, options } = this.#options;
    const signature = options.sign?.sign({ direction: 'request', id, payload: bytesOf(payload) });
    call.onStep?.('request', { table: options.request.table, id, service, payload: String(payload), signature });
    const statement = statements.insert({ id, service, payload, signature, at: clock.now() });
    try {
      await database.write(statement).catch((cause: unknown) => onceMore(cause, () => database.write(statement)));
      return { id, isJoined: false, isReplied: false };
    } catch (cause) {
      if (cause instanceof DatabaseTrouble && cause.isDuplicate) return { id, isJoined: true, isReplied: false };
      throw cause;
    }
  }
}

const isOpen = (latest: Row): boolean => flagIn(latest, 'young') && !flagIn(latest, 'done');
