import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Clock } from '../../clock/index.ts';
import type { Caller } from '../../connect/index.ts';
import { rowsOf, type Store, type Vault } from '../../store/index.ts';
import { type EvidenceKind, type Purpose, purposeOf, purposeText, type Subject } from './purpose.ts';

/** One person or enterprise served by one clerk at one window for one purpose; it ends by itself. 服务会话 */
export interface ServiceSession {
  readonly id: string;
  readonly actor: string;
  readonly window: string | null;
  readonly purpose: Purpose;
  /** The one who is served first, then those whom the purpose brings along. */
  readonly subjects: readonly [Subject, ...Subject[]];
  readonly openedAt: Date;
  readonly endsAt: Date;
}

export interface SessionRequest {
  readonly purpose: Purpose;
  readonly subjects: readonly [Subject, ...Subject[]];
  readonly evidence: EvidenceKind;
  /** Number of the authorisation, or what else proves it; sealed. */
  readonly reference?: string | undefined;
}

/** Service sessions, kept in the database: every replica knows them, and knows at once when one has ended. */
export interface Sessions {
  open(request: SessionRequest, caller: Caller): Promise<ServiceSession>;
  /** The session of this id, if it is this caller's and has not ended. */
  find(id: string, caller: Caller): Promise<ServiceSession | undefined>;
  /** Ends it; whether there was one of the caller's to end. */
  end(id: string, caller: Caller): Promise<boolean>;
  close(): Promise<void>;
}

export interface SessionTools {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  /** How long a session lasts, in minutes; kiosks have a third of it. */
  readonly minutes: number;
}

/** Names of sessions that have ended go over it. */
export const SESSIONS_CHANNEL = 'yimen_sessions';
const MOST_KNOWN = 10_000;
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const Shape = z.object({ kind: z.enum(['enterprise', 'person', 'project']), key: z.string() });
const Sealed = z.object({
  subjects: z.tuple([Shape], Shape),
  reference: z.string().nullable(),
});

interface Row {
  readonly id: string;
  readonly actor: string;
  readonly window: string | null;
  readonly purpose: string;
  readonly evidence: EvidenceKind;
  readonly sealed: Uint8Array;
  readonly opened_at: string | Date;
  readonly ends_at: string | Date;
}

/** The keyed hash that stands for a subject wherever it is written down; cases of the same subject carry the same. */
export const subjectName = (vault: Vault, { kind, key }: Subject): string => vault.name(kind, key);

export async function openSessions(tools: SessionTools): Promise<Sessions> {
  const { store, vault, clock, minutes } = tools;
  const known = new LRUCache<string, ServiceSession>({ max: MOST_KNOWN });
  // A line that broke may have missed an end: then everything is read anew.
  const stop = await store.listen(SESSIONS_CHANNEL, (id) => (id === '' ? known.clear() : void known.delete(id)));

  async function read(id: string): Promise<ServiceSession | undefined> {
    const [row] = await rowsOf<Row>(store.db, sql`select * from yimen.sessions where id = ${id} and ended_at is null`);
    return row && sessionOf(row, vault);
  }

  return {
    async open({ purpose, subjects, evidence, reference }, caller) {
      const openedAt = new Date(clock.now());
      const lasts = caller.role === 'kiosk' ? minutes / 3 : minutes;
      const endsAt = new Date(openedAt.getTime() + lasts * 60_000);
      const { actor, role } = caller;
      const window = caller.window ?? null;
      const session: ServiceSession = { id: randomUUID(), actor, window, purpose, subjects, openedAt, endsAt };
      const sealed = vault.seal(sealName(session.id), JSON.stringify({ subjects, reference: reference ?? null }));
      const subject = subjectName(vault, subjects[0]);
      const text = purposeText(purpose);
      await store.transaction(async ({ db, audit }) => {
        await db.execute(sql`
          insert into yimen.sessions (id, actor, role, "window", purpose, subject, evidence, sealed, opened_at, ends_at)
          values (${session.id}, ${actor}, ${role}, ${window}, ${text}, ${subject}, ${evidence}, ${sealed}, ${openedAt.toISOString()}, ${endsAt.toISOString()})`);
        const others = subjects.slice(1).map((other) => subjectName(vault, other));
        const detail = { evidence, ...(others.length > 0 && { others }) };
        const who = { actor, role, session: session.id, ...(window !== null && { window }) };
        audit.write({ action: 'session.opened', ...who, outcome: 'done', subject, why: text, detail });
      });
      return session;
    },
    async find(id, caller) {
      if (!ID.test(id)) return undefined;
      const session = known.get(id) ?? (await read(id));
      if (!session) return undefined;
      known.set(id, session);
      return isOf(session, caller) && clock.now() < session.endsAt.getTime() ? session : undefined;
    },
    async end(id, caller) {
      const session = ID.test(id) ? await read(id) : undefined;
      if (!session || !isOf(session, caller)) return false;
      const at = new Date(clock.now()).toISOString();
      await store.transaction(async ({ db, audit, notify }) => {
        await db.execute(sql`update yimen.sessions set ended_at = ${at} where id = ${id} and ended_at is null`);
        const { actor, role, window } = caller;
        const subject = subjectName(vault, session.subjects[0]);
        audit.write({ action: 'session.ended', actor, role, window, session: id, outcome: 'done', subject });
        await notify(SESSIONS_CHANNEL, id);
      });
      known.delete(id);
      return true;
    },
    close: () => stop(),
  };
}

const sealName = (id: string): string => `session.${id}`;

/** A session is of the clerk who opened it, at the window where it was opened. */
const isOf = (session: ServiceSession, { actor, window }: Caller): boolean =>
  session.actor === actor && session.window === (window ?? null);

function sessionOf(row: Row, vault: Vault): ServiceSession {
  const opened = vault.open(sealName(row.id), Buffer.from(row.sealed));
  if (!opened) throw new Error('a session cannot be unsealed: the key of the hall is not the one it was sealed with (keys.ids)');
  const { subjects } = Sealed.parse(JSON.parse(opened.toString('utf8')));
  const { id, actor, window, purpose } = row;
  return { id, actor, window, purpose: purposeOf(purpose), subjects, openedAt: new Date(row.opened_at), endsAt: new Date(row.ends_at) };
}
