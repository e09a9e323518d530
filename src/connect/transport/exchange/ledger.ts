import type { Clock } from '../../../clock/index.ts';
import type { Log } from '../../types.ts';
import type { Database } from './database.ts';
import type { ExchangeTally, OpenRequest, OpenRequests, OpenState } from './options.ts';
import { agree, flagIn, numberIn, replyIn, textIn } from './rows.ts';
import { QUESTION_PREFIX, type Statements } from './statements.ts';
import { readTime } from './times.ts';

/** How often what is left over is swept up, and the open requests are counted. */
const SWEEP_MS = 60_000;

interface LedgerOptions {
  readonly database: Database;
  readonly statements: Statements;
  readonly openForMs: number;
  readonly tally: ExchangeTally;
  readonly clock: Clock;
  readonly log: Log;
}

/** What is open, derived from the tables every time: nothing has to survive a restart. */
export class Ledger {
  readonly #options: LedgerOptions;
  #timer: NodeJS.Timeout | undefined;
  #lastSeen: Pick<OpenRequests, 'count' | 'oldest'> | undefined;

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  /** Begins to sweep every minute. A database that nobody asks anything is left alone. */
  begin(): void {
    this.#timer ??= setInterval(() => void this.sweep().catch(() => {}), SWEEP_MS).unref();
  }

  /** How many were open when it was last looked; for metrics, which must not wait for a database. */
  get lastSeen(): Pick<OpenRequests, 'count' | 'oldest'> | undefined {
    return this.#lastSeen;
  }

  /** The open requests now. */
  async open(): Promise<OpenRequests> {
    const { database, statements } = this.#options;
    const [rows, [counted = {}]] = await Promise.all([database.read(statements.open()), database.read(statements.openCount())]);
    const requests = rows.map((row) =>
      this.#openRequest(textIn(row, 'id'), textIn(row, 'service'), readTime(row['since']), flagIn(row, 'replied')),
    );
    const open = { count: numberIn(counted, 'count'), oldest: requests[0]?.since ?? null, requests };
    this.#lastSeen = open;
    return open;
  }

  /** Reads what nobody waits for: second replies, and replies to questions that were given up. They are counted, not used. */
  async sweep(): Promise<void> {
    const { database, statements, tally, clock, openForMs } = this.#options;
    for (const row of await database.read(statements.leftOver(clock.now() - openForMs))) {
      const id = textIn(row, 'id');
      const replies = (await database.read(statements.replies([id]))).map(replyIn);
      const marked = await database.write(statements.markRead(id));
      if (marked === 0) continue;
      if (flagIn(row, 'done')) tally.doubled += marked;
      else tally.tooLate += marked;
      if (!agree(replies)) this.#differing(id);
    }
    await this.open();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #openRequest(id: string, service: string, since: Date, isReplied: boolean): OpenRequest {
    return { id, service, since, state: this.#stateOf(id, since, isReplied) };
  }

  #stateOf(id: string, since: Date, isReplied: boolean): OpenState {
    if (isReplied) return 'REPLIED';
    const { clock, openForMs } = this.#options;
    return id.startsWith(QUESTION_PREFIX) && since.getTime() <= clock.now() - openForMs ? 'GIVEN_UP' : 'WAITING';
  }

  #differing(id: string): void {
    this.#options.tally.differing++;
    this.#options.log.warn({ correlationId: id }, 'an agency answered one request twice, and not the same');
  }
}
