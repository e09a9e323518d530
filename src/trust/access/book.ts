import { setImmediate as nextTurn } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { AuditEntry, Store } from '../../store/index.ts';

/** More machines than any hall has, for today and the days before that go by themselves. */
const MOST_COUNTS = 10_000;

/** What was seen, ready to be written down. */
export interface Access {
  readonly entry: AuditEntry;
  /** Sections that count against a machine's day. */
  readonly bulk?: { readonly actor: string; readonly day: string; readonly sections: number } | undefined;
}

/** The book of accesses: rows of proof of who saw what. */
export interface AccessBook {
  /** Resolves once the rows are kept. Rejects where they cannot be: then nothing may be answered. */
  write(accesses: readonly Access[]): Promise<void>;
  /** How many sections a machine has read on a day, as far as this process has heard. */
  used(actor: string, day: string): number;
}

interface Waiting {
  readonly accesses: readonly Access[];
  kept(): void;
  failed(cause: unknown): void;
}

/**
 * Opens the book. Rows of requests that end at the same time go into one transaction: whoever comes while one is being
 * written waits for the next, so a busy hall pays one commit for many answers and a quiet one waits for nobody.
 */
export function openBook(store: Store): AccessBook {
  let waiting: Waiting[] = [];
  let isWriting = false;
  const days = new LRUCache<string, number>({ max: MOST_COUNTS });

  async function writeAll(): Promise<void> {
    isWriting = true;
    while (waiting.length > 0) {
      // What ends in this turn of the loop goes along.
      await nextTurn();
      const batch = waiting;
      waiting = [];
      await keep(batch);
    }
    isWriting = false;
  }

  async function keep(batch: readonly Waiting[]): Promise<void> {
    try {
      const accesses = batch.flatMap((each) => each.accesses);
      const counts = countsOf(accesses);
      const along = counts.size > 0 ? { sql: COUNTED, value: [...counts.values()] } : undefined;
      const totals = (await store.prove(
        accesses.map(({ entry }) => entry),
        along,
      )) as unknown as readonly Count[];
      for (const { actor, day, used } of totals) days.set(nameOf(actor, day), Number(used));
      for (const { kept } of batch) kept();
    } catch (cause) {
      for (const { failed } of batch) failed(cause);
    }
  }

  return {
    write(accesses) {
      if (accesses.length === 0) return Promise.resolve();
      return new Promise((kept, failed) => {
        waiting.push({ accesses, kept, failed });
        if (!isWriting) void writeAll();
      });
    },
    used: (actor, day) => days.get(nameOf(actor, day)) ?? 0,
  };
}

const nameOf = (actor: string, day: string): string => `${day} ${actor}`;

interface Count {
  readonly actor: string;
  readonly day: string;
  used: number;
}

function countsOf(accesses: readonly Access[]): ReadonlyMap<string, Count> {
  const counts = new Map<string, Count>();
  for (const { bulk } of accesses) {
    if (!bulk) continue;
    const { actor, day, sections } = bulk;
    const name = nameOf(actor, day);
    const count = counts.get(name);
    if (count) count.used += sections;
    else counts.set(name, { actor, day, used: sections });
  }
  return counts;
}

/** Counts for all machines at once; in one order everywhere, so that two gateways never wait for each other. */
const COUNTED = `
  insert into yimen.bulk_use (day, actor, used)
  select day, actor, used from jsonb_to_recordset($5::jsonb) as count(day date, actor text, used bigint)
  where exists (select from counted) order by day, actor
  on conflict (day, actor) do update set used = bulk_use.used + excluded.used
  returning day::text as day, actor, used`;
