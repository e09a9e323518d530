import type { AgencyFault } from '../../errors.ts';
import type { Database } from './database.ts';
import type { ExchangeTally } from './options.ts';
import { agree, type ReplyRow, replyIn } from './rows.ts';
import type { Statements } from './statements.ts';
import { DatabaseTrouble } from './trouble.ts';

/** Ids in one statement. Lists are filled up to a few lengths, so that a database need not prepare one for each. */
const LENGTHS = [1, 8, 64, 512];

/** Troubles that waiting does not mend. */
const LASTING: readonly AgencyFault[] = ['CREDENTIALS', 'PROTOCOL', 'REFUSED'];

/** What a request was answered with. */
export interface Reply {
  readonly row: ReplyRow;
  /** Whether all replies that were there said the same. */
  readonly isClear: boolean;
  /** This process was the first to read it. */
  readonly isFirst: boolean;
}

interface Waiter {
  resolve(reply: Reply): void;
  reject(reason: unknown): void;
}

interface RoomOptions {
  readonly database: Database;
  readonly statements: Statements;
  readonly pollMs: number;
  readonly tally: ExchangeTally;
}

/**
 * Everybody who waits for a reply. One poll asks for all of them, and nobody polls while nobody waits. A reply is marked
 * as read before it is given out: what happens after that, no other question is answered with it.
 */
export class WaitingRoom {
  readonly #options: RoomOptions;
  readonly #waiting = new Map<string, Set<Waiter>>();
  #timer: NodeJS.Timeout | undefined;
  #isPolling = false;
  #isClosed = false;

  constructor(options: RoomOptions) {
    this.#options = options;
  }

  /** Whether somebody waits for the reply to this request. */
  awaits(id: string): boolean {
    return this.#waiting.has(id);
  }

  /** The reply, as soon as it is there. `isThere`: one was seen, so that the next poll is due at once. */
  wait(id: string, signal: AbortSignal, isThere: boolean): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw new DatabaseTrouble('UNAVAILABLE', 'closed');
      signal.throwIfAborted();
      const waiters = this.#waiting.get(id) ?? new Set();
      const done = () => {
        signal.removeEventListener('abort', onAbort);
        waiters.delete(waiter);
        if (waiters.size === 0) this.#waiting.delete(id);
      };
      const onAbort = () => waiter.reject(signal.reason);
      const waiter: Waiter = {
        resolve(reply) {
          done();
          resolve(reply);
        },
        reject(reason) {
          done();
          reject(reason);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.set(id, waiters.add(waiter));
      this.#schedule(isThere ? 0 : this.#options.pollMs);
    });
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#rejectAll(new DatabaseTrouble('UNAVAILABLE', 'closed'));
  }

  #schedule(ms: number): void {
    if (this.#isPolling || this.#isClosed) return;
    if (this.#timer && ms > 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#poll(), ms);
  }

  async #poll(): Promise<void> {
    this.#timer = undefined;
    this.#isPolling = true;
    try {
      for (const ids of chunks([...this.#waiting.keys()])) await this.#look(ids);
    } catch (cause) {
      // A database that is away may be back before anybody's time is over, and the rows are still in it.
      if (cause instanceof DatabaseTrouble && LASTING.includes(cause.fault)) this.#rejectAll(cause);
    } finally {
      this.#isPolling = false;
      if (this.#waiting.size > 0) this.#schedule(this.#options.pollMs);
    }
  }

  async #look(ids: readonly string[]): Promise<void> {
    const { database, statements } = this.#options;
    const rows = (await database.read(statements.replies(ids))).map(replyIn);
    for (const id of new Set(ids))
      await this.#answer(
        id,
        rows.filter((row) => row.id === id),
      );
  }

  async #answer(id: string, rows: readonly ReplyRow[]): Promise<void> {
    const { database, statements, tally } = this.#options;
    const read = rows.filter(({ isUnread }) => !isUnread);
    // Another replica was first: its reply is the answer here, too. What came after it is swept up.
    const replies = read.length > 0 ? read : rows;
    const [row] = replies;
    // Whoever waited may have gone meanwhile: then the reply stays for the next who asks the same.
    if (!row || !this.awaits(id)) return;
    const marked = read.length > 0 ? 0 : await database.write(statements.markRead(id));
    const isClear = agree(replies);
    if (marked > 0) {
      tally.answered++;
      tally.doubled += marked - 1;
      if (!isClear) tally.differing++;
    }
    for (const [i, waiter] of [...(this.#waiting.get(id) ?? [])].entries())
      waiter.resolve({ row, isClear, isFirst: marked > 0 && i === 0 });
  }

  #rejectAll(reason: unknown): void {
    for (const waiters of [...this.#waiting.values()]) for (const waiter of [...waiters]) waiter.reject(reason);
  }
}

function* chunks(ids: readonly string[]): Generator<readonly string[]> {
  const most = LENGTHS.at(-1) ?? 1;
  for (let at = 0; at < ids.length; at += most) {
    const some = ids.slice(at, at + most);
    const length = LENGTHS.find((each) => each >= some.length) ?? most;
    yield [...some, ...Array<string>(length - some.length).fill(some[0] ?? '')];
  }
}
