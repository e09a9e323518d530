import { and, asc, eq, gt, or, sql } from 'drizzle-orm';
import { rowsOf } from '../store/index.ts';
import { caseEvents, cases } from './tables.ts';
import { type CasesTools, caseChannel } from './tools.ts';
import { type CaseEventView, eventView } from './views.ts';

const PAGE = 200;

/** A place in the stream of events. */
interface Place {
  readonly xact: string;
  readonly id: number;
}

/**
 * Events of cases, missing none. Numbers of rows are given before their transactions commit, so a later number may be seen
 * first; events are therefore read in the order of their transactions, and only those of transactions that none older than
 * them is still running.
 */
export interface Feed {
  /** Events after a place, then all that come. `after` undefined: from now on. Ends with the signal. */
  follow(options: {
    readonly number?: string | undefined;
    readonly after?: string | undefined;
    readonly signal: AbortSignal;
  }): AsyncGenerator<CaseEventView>;
  /** Whether a place is that of an event in this database: one of before a restored backup is not. */
  knows(after: string): Promise<boolean>;
  close(): Promise<void>;
}

export async function openFeed({ store }: Pick<CasesTools, 'store'>): Promise<Feed> {
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const each of waiting) each();
    waiting.clear();
  };
  const stop = await store.listen(caseChannel, wake);
  const isSettled = sql`${caseEvents.xact} < pg_snapshot_xmin(pg_current_snapshot())`;

  async function page(place: Place, number: string | undefined): Promise<readonly CaseEventView[]> {
    const later = or(
      sql`${caseEvents.xact} > ${place.xact}::xid8`,
      and(sql`${caseEvents.xact} = ${place.xact}::xid8`, gt(caseEvents.id, place.id)),
    );
    const rows = await store.db
      .select({ event: caseEvents, number: cases.number })
      .from(caseEvents)
      .innerJoin(cases, eq(cases.id, caseEvents.caseId))
      .where(and(isSettled, later, number === undefined ? undefined : eq(cases.number, number)))
      .orderBy(asc(caseEvents.xact), asc(caseEvents.id))
      .limit(PAGE);
    return rows.map(({ event, number: of }) => eventView(event, of));
  }

  async function now(): Promise<Place> {
    const [now] = await rowsOf<{ xact: string }>(store.db, sql`select pg_snapshot_xmin(pg_current_snapshot())::text as xact`);
    return { xact: now?.xact ?? '0', id: -1 };
  }

  return {
    async *follow({ number, after, signal }) {
      let place = after === undefined ? await now() : placeOf(after);
      while (!signal.aborted) {
        const noticed = nextNotice(waiting, signal);
        const events = await page(place, number);
        for (const event of events) {
          yield event;
          place = placeOf(event.eventId);
        }
        if (events.length < PAGE) await noticed;
      }
    },
    async knows(after) {
      const { xact, id } = placeOf(after);
      // Before the first transaction there is: from the very beginning.
      if (BigInt(xact) === 0n) return true;
      const isThere = and(sql`${caseEvents.xact} = ${xact}::xid8`, eq(caseEvents.id, id));
      return (await store.db.select({ id: caseEvents.id }).from(caseEvents).where(isThere)).length > 0;
    },
    async close() {
      await stop();
      wake();
    },
  };
}

/** A wrong place is refused: going on from elsewhere would miss something without saying so. */
export function placeOf(eventId: string): Place {
  const match = /^(\d{1,20})\.(-?\d{1,15})$/.exec(eventId);
  if (!match) throw new RangeError('after must be an eventId of an earlier event');
  return { xact: match[1] ?? '0', id: Number(match[2]) };
}

/** A transaction that was still running may have hidden an event: look again after a while without any notice. */
const LOOK_AGAIN_MS = 1_000;

function nextNotice(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      waiting.delete(done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, LOOK_AGAIN_MS);
    waiting.add(done);
    signal.addEventListener('abort', done, { once: true });
  });
}
