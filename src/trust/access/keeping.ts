import { sql } from 'drizzle-orm';
import { rowsOf, type Store, type Unit } from '../../store/index.ts';
import { SESSIONS_CHANNEL } from './sessions.ts';

const AT_ONCE = 1_000;

/** What this room keeps only for a time: each removes some of what is older than a moment, and says how much. */
export type AccessKeeping = Readonly<Record<'sessions' | 'bulk', (before: Date) => Promise<number>>>;

export const accessKeeping = ({ transaction }: Pick<Store, 'transaction'>): AccessKeeping => ({
  sessions: (before) =>
    transaction(async ({ db }) => {
      const at = before.toISOString();
      const gone = await rowsOf(
        db,
        sql`delete from yimen.sessions where id in (select id from yimen.sessions where ends_at < ${at} limit ${AT_ONCE}::int) returning id`,
      );
      return gone.length;
    }),
  bulk: (before) =>
    transaction(async ({ db }) => {
      const day = before.toISOString().slice(0, 10);
      const gone = await rowsOf(
        db,
        sql`delete from yimen.bulk_use where (day, actor) in
          (select day, actor from yimen.bulk_use where day < ${day} limit ${AT_ONCE}::int) returning day`,
      );
      return gone.length;
    }),
});

/**
 * Removes all sessions that served somebody, by the keyed hash, or in which they came along, in the caller's transaction; those
 * that are open end at all replicas. Gives back how many.
 */
export async function eraseSessions({ db, notify }: Pick<Unit, 'db' | 'notify'>, subject: string): Promise<number> {
  const gone = await rowsOf<{ id: string }>(
    db,
    sql`delete from yimen.sessions where subject = ${subject} or id in (
        select (entry->>'session')::uuid from yimen.audit
        where action = 'session.opened' and erased_at is null and entry->'detail'->'others' ? ${subject})
      returning id`,
  );
  for (const { id } of gone) await notify(SESSIONS_CHANNEL, id);
  return gone.length;
}
