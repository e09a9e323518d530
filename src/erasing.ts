/** Erasing what a hall keeps of one person or enterprise, on their request. */
import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { type ErasedCases, eraseCases } from './cases/index.ts';
import type { Clock } from './clock/index.ts';
import type { Engine } from './connect/index.ts';
import type { Files } from './files/index.ts';
import { rowsOf, type Store, type Unit, type Vault } from './store/index.ts';
import { eraseSessions, type Subject, subjectName } from './trust/index.ts';

const CHANNEL = 'yimen_erased';
const DAY_MS = 86_400_000;

export interface EraseOrder {
  readonly subject: Subject;
  /** Says what would go, and leaves everything as it is. */
  readonly dryRun: boolean;
}

/** What came of it. Where cases stand against it nothing was erased. */
export interface Erased extends ErasedCases {
  readonly sessions: number;
  readonly dryRun: boolean;
}

export interface ErasingTools {
  readonly store: Store;
  readonly vault: Vault;
  readonly files: Pick<Files, 'release'>;
  /** Lets go of contents now; without it the gateways do. */
  readonly sweep?: (() => Promise<number>) | undefined;
  readonly clock: Clock;
  /** Days after a decision in which it may be contested. */
  readonly contestDays: number;
  /** Remembered answers of this process, where it has any. */
  readonly engine?: Pick<Engine, 'evict'> | undefined;
}

/** Ends a transaction without keeping anything of it. */
class RolledBack extends Error {
  override readonly name = 'RolledBack';
  readonly erased: Erased;
  constructor(erased: Erased) {
    super('rolled back');
    this.erased = erased;
  }
}

/**
 * Erases cases that are over, with forms and files, messages, service sessions and remembered answers: in one transaction, all or
 * nothing. Rows of proof stay, and one is added.
 */
export async function erase({ subject, dryRun }: EraseOrder, tools: ErasingTools): Promise<Erased> {
  const { store, vault, engine } = tools;
  const name = subjectName(vault, subject);
  try {
    const erased = await store.transaction(async (unit) => {
      const done = await erasedBy(unit, name, dryRun, tools);
      if (dryRun || done.standing.length > 0) throw new RolledBack(done);
      unit.audit.write({ ...OPERATOR, outcome: 'done', subject: name, detail: { ...counted(done) } });
      await tell(unit, subject, tools);
      return done;
    });
    await engine?.evict({ subject: subject.key });
    if (tools.sweep) while ((await tools.sweep()) > 0);
    return erased;
  } catch (cause) {
    if (!(cause instanceof RolledBack)) throw cause;
    if (!dryRun) await refused(name, cause.erased, store);
    return cause.erased;
  }
}

const OPERATOR = { action: 'subject.erased', actor: 'operator', role: 'operator' } as const;

async function erasedBy(unit: Unit, subject: string, dryRun: boolean, { clock, contestDays, files }: ErasingTools): Promise<Erased> {
  const wanted = { subject, now: new Date(clock.now()), contestableMs: contestDays * DAY_MS };
  const cases = await eraseCases(unit, wanted, files);
  const sessions = cases.standing.length > 0 ? 0 : await eraseSessions(unit, subject);
  return { ...cases, sessions, dryRun };
}

const counted = ({ cases, files, messages, sessions }: Erased) => ({ cases: cases.length, files, messages, sessions });

const refused = (subject: string, { standing }: Erased, { transaction }: Pick<Store, 'transaction'>): Promise<void> =>
  transaction(async ({ audit }) =>
    audit.write({ ...OPERATOR, outcome: 'refused', subject, detail: { standing: standing.map(({ case: number }) => number) } }),
  );

/** All gateways hear whose answers to forget, also those that are away now: it lies sealed until no answer is that old. */
async function tell({ db, notify }: Unit, { key }: Subject, { vault, clock }: ErasingTools): Promise<void> {
  const id = randomUUID();
  const at = new Date(clock.now()).toISOString();
  await db.execute(sql`insert into yimen.erased (id, sealed, at) values (${id}, ${vault.seal(sealName(id), key)}, ${at})`);
  await notify(CHANNEL, id);
}

const sealName = (id: string): string => `erased.${id}`;

/** Forgets, in this process and in Redis, what agencies said of whoever is erased anywhere in the hall. Gives back what stops it. */
export function forgetErased({ store, vault, engine }: ForgettingTools): Promise<() => Promise<void>> {
  async function forget(): Promise<void> {
    const rows = await rowsOf<{ id: string; sealed: Uint8Array }>(store.db, sql`select id, sealed from yimen.erased`);
    for (const { id, sealed } of rows) {
      const subject = vault.open(sealName(id), Buffer.from(sealed))?.toString('utf8');
      if (subject !== undefined) await engine.evict({ subject });
    }
  }
  // Also when the line opens, and opens anew: what was missed is read all the same.
  return store.listen(CHANNEL, () => void forget().catch(() => {}));
}

interface ForgettingTools extends Pick<ErasingTools, 'store' | 'vault'> {
  readonly engine: Pick<Engine, 'evict'>;
}

/** Removes the notes of erasures that every gateway has heard of; no answer is as old as they are. */
export const dropHeard =
  ({ transaction }: Pick<Store, 'transaction'>) =>
  (before: Date): Promise<number> =>
    transaction(async ({ db }) => {
      const gone = await rowsOf(db, sql`delete from yimen.erased where at < ${before.toISOString()} returning id`);
      return gone.length;
    });
