import { randomUUID } from 'node:crypto';
import { Vault } from '../store/index.ts';
import type { Sourced } from './source.ts';
import type { Caller } from './types.ts';

/** How long a ticket is good, and how long an answer that must never be stored waits for its asker. */
const TICKET_MS = 60_000;
/** Answers held at the same time; the oldest goes first. */
const MOST_HELD = 10_000;
const NAME = 'ticket';

/** What a ticket stands for. */
export interface Ticket {
  readonly id: string;
  readonly section: string;
  readonly key: unknown;
}

interface Sealed extends Ticket {
  readonly holder: string;
  readonly until: number;
}

/**
 * Tickets (回执) for sections that were not there in time. A ticket is sealed, so it needs no storage, works at every
 * replica, and shows nobody what was asked; it is good for its holder only. Answers that must not be stored are held here,
 * in the asking process, for at most a minute.
 */
export class Tickets {
  readonly #vault: Vault;
  readonly #held = new Map<string, Promise<Sourced<unknown>>>();

  /** `key`: 32 bytes, the same in all replicas. */
  constructor(key: Buffer) {
    this.#vault = new Vault(key);
  }

  /** A ticket's text. Times are of the machine's clock: a sandbox that is moved ahead does not end it. */
  issue(ticket: Omit<Ticket, 'id'>, caller: Caller): { readonly id: string; readonly text: string } {
    const id = randomUUID();
    const sealed: Sealed = { ...ticket, id, holder: holderOf(caller), until: Date.now() + TICKET_MS };
    return { id, text: this.#vault.seal(NAME, JSON.stringify(sealed)).toString('base64url') };
  }

  /** What a ticket stands for; undefined when it is not the caller's, has run out, or is none. */
  open(text: string, caller: Caller): Ticket | undefined {
    const opened = this.#vault.open(NAME, Buffer.from(text, 'base64url'))?.toString();
    if (opened === undefined) return undefined;
    const { holder, until, ...ticket } = JSON.parse(opened) as Sealed;
    return holder === holderOf(caller) && Date.now() < until ? ticket : undefined;
  }

  /** Keeps an answer, or the call that will bring it, for whoever comes with the ticket. */
  hold(id: string, answer: Promise<Sourced<unknown>>): void {
    this.#held.set(id, answer);
    setTimeout(() => this.#held.delete(id), TICKET_MS).unref();
    const [oldest] = this.#held.keys();
    if (this.#held.size > MOST_HELD && oldest !== undefined) this.#held.delete(oldest);
  }

  held(id: string): Promise<Sourced<unknown>> | undefined {
    return this.#held.get(id);
  }
}

/** Whoever differs in any of these must not get another's answer. */
const holderOf = ({ role, actor, window, session, grants, purpose }: Caller): string =>
  JSON.stringify([role, actor, window, session, grants, purpose]);
