import { setMaxListeners } from 'node:events';
import DataLoader from 'dataloader';
import { lightened } from './ending.ts';
import { AgencyError } from './errors.ts';
import type { Lookup } from './lookup.ts';
import type { RememberingSource } from './memory/remembering.ts';
import type { Asking, Sourced } from './source.ts';
import type { Ticket, Tickets } from './ticket.ts';
import type { Provenance } from './types.ts';

/** A record as it is handed to the schema. */
export type AgencyAnswer = Readonly<Record<string, unknown>> & { readonly provenance: Provenance };

/** One request as it begins to ask. */
export interface RequestAsking extends Asking {
  /** Aborts when the client wants what is there by now; what is not comes back as `PENDING` with a ticket. */
  readonly within?: AbortSignal | undefined;
  /** Tickets of an earlier request. Those that are not the caller's, or have run out, are as if they were not there. */
  readonly tickets?: readonly string[];
}

/** Asks on behalf of one request: keys of the same section asked at the same time go out together. */
export interface Reader {
  /** The record, or null when the agency knows none. Rejects with {@link AgencyError}. `section` like `Enterprise.tax`. */
  read(section: string, key: unknown): Promise<AgencyAnswer | null>;
  /** What a ticket stands for, as soon as it is there; undefined when the ticket is not the caller's or has run out. */
  redeem(ticket: string): Redeemed | undefined;
}

/** What a ticket stands for. */
interface Redeemed {
  readonly section: string;
  readonly key: unknown;
  arrival(): Promise<AgencyAnswer | null>;
}

/** How a section is asked. */
export interface Route {
  readonly source: RememberingSource;
  readonly lookup: Lookup<unknown, unknown>;
}

/** The longest a call that nobody waits for any more is held for its ticket. */
const HELD_CALL_MS = 8_000;

type Loader = DataLoader<unknown, AgencyAnswer | null, string>;

const settled = Promise.resolve();

/** The one implementation of {@link Reader}; lives as long as its request. */
export class RequestReader implements Reader {
  readonly #routes: ReadonlyMap<string, Route>;
  readonly #tickets: Tickets;
  readonly #asking: RequestAsking;
  readonly #loaders = new Map<string, Loader>();
  /** What DataLoaders are to send when this turn is over. */
  #toSend: (() => void)[] = [];
  /** Tickets of this request, given or brought, by section and key. */
  readonly #mine = new Map<string, { readonly id: string; readonly text: string }>();

  constructor(routes: ReadonlyMap<string, Route>, tickets: Tickets, asking: RequestAsking) {
    this.#routes = routes;
    this.#tickets = tickets;
    this.#asking = { ...asking, signal: lightened(asking.signal) };
    // One request waits for as many answers as it has sections: no leak, so no warning.
    if (asking.within) setMaxListeners(0, asking.within);
    for (const text of asking.tickets ?? []) this.#bring(text);
  }

  read(section: string, key: unknown): Promise<AgencyAnswer | null> {
    const route = this.#routes.get(section);
    if (!route) return Promise.reject(new AgencyError({ connector: '', agency: '' }, 'NOT_CONNECTED'));
    const { within } = this.#asking;
    const answer = this.#held(section, key) ?? this.#loaderOf(section, route).load(key);
    return within ? this.#inTime(answer, within, route, section, key) : answer;
  }

  redeem(ticket: string): Redeemed | undefined {
    const opened = this.#tickets.open(ticket, this.#asking.caller);
    return opened && { section: opened.section, key: opened.key, arrival: () => this.#arrival(opened) };
  }

  #arrival({ id, section, key }: Ticket): Promise<AgencyAnswer | null> {
    return this.#tickets.held(id)?.then(recordOf) ?? this.read(section, key);
  }

  #bring(text: string): void {
    const ticket = this.#tickets.open(text, this.#asking.caller);
    if (ticket) this.#mine.set(nameOf(ticket.section, ticket.key), { id: ticket.id, text });
  }

  #held(section: string, key: unknown): Promise<AgencyAnswer | null> | undefined {
    const ticket = this.#mine.size > 0 ? this.#mine.get(nameOf(section, key)) : undefined;
    return ticket && this.#tickets.held(ticket.id)?.then(recordOf);
  }

  /** The answer if it is there in time, else a ticket for it. The call goes on. */
  #inTime(answer: Promise<AgencyAnswer | null>, within: AbortSignal, route: Route, section: string, key: unknown) {
    return new Promise<AgencyAnswer | null>((resolve, reject) => {
      const late = () => reject(this.#pending(route, section, key));
      within.addEventListener('abort', late, { once: true });
      answer
        .then(resolve)
        .catch(reject)
        .finally(() => within.removeEventListener('abort', late));
      // What is remembered is given all the same: it is there before the next turn.
      if (within.aborted) setImmediate(late);
    });
  }

  #pending({ source, lookup }: Route, section: string, key: unknown): AgencyError {
    const name = nameOf(section, key);
    const ticket = this.#mine.get(name) ?? this.#tickets.issue({ section, key }, this.#asking.caller);
    this.#mine.set(name, ticket);
    if (!source.remembers(lookup) && !this.#tickets.held(ticket.id)) {
      // Joins the call on its way, so that it goes on when this request has ended.
      const asking = { ...this.#asking, signal: AbortSignal.timeout(HELD_CALL_MS) };
      this.#tickets.hold(
        ticket.id,
        source.ask(section, lookup, [key], asking).then(([sourced]) => sourced as Sourced<unknown>),
      );
    }
    return new AgencyError(source, 'PENDING', { ticket: ticket.text });
  }

  #loaderOf(section: string, { source, lookup }: Route): Loader {
    const known = this.#loaders.get(section);
    if (known) return known;
    const ask = async (keys: readonly unknown[]) => (await source.ask(section, lookup, keys, this.#asking)).map(answerOf);
    const loader: Loader = new DataLoader(ask, {
      cacheKeyFn: textOf,
      batchScheduleFn: (send) => this.#schedule(send),
      maxBatchSize: 'batch' in lookup ? lookup.batch : Number.POSITIVE_INFINITY,
    });
    this.#loaders.set(section, loader);
    return loader;
  }

  /** What is asked for in one turn sets out together, whatever the section, and as late in it as DataLoader would send each. */
  #schedule(send: () => void): void {
    this.#toSend.push(send);
    if (this.#toSend.length > 1) return;
    void settled.then(() =>
      process.nextTick(() => {
        const all = this.#toSend;
        this.#toSend = [];
        for (const each of all) each();
      }),
    );
  }
}

const textOf = (key: unknown): string => (typeof key === 'string' ? key : JSON.stringify(key));

const nameOf = (section: string, key: unknown): string => JSON.stringify([section, key]);

/** The record, null where there is none, or what the question failed with: as DataLoader wants it. */
function answerOf({ reading, provenance }: Sourced<unknown>): AgencyAnswer | null | Error {
  if (reading.kind === 'failed') return reading.error;
  // Names after a spread cost V8 a new shape each time, with garbage to match; this does not.
  return reading.kind === 'absent' ? null : Object.assign({}, reading.value as object, { provenance });
}

function recordOf(sourced: Sourced<unknown>): AgencyAnswer | null {
  const answer = answerOf(sourced);
  if (answer instanceof Error) throw answer;
  return answer;
}
