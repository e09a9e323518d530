import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { type AuditEntry, canonical, rowsOf, type Store, type Unit } from '../../store/index.ts';
import type { PublicKey, SigningKey } from './keys.ts';
import { type Span, spansOf } from './spans.ts';

const TYPE = 'yimen-audit-erasure';
/** What the row of proof of an erasure is called. Its own content is never erased. */
export const ERASED = 'proof.erased';

const Statement = z.strictObject({
  type: z.literal(TYPE),
  /** When it was signed, by the hall's clock. */
  time: z.iso.datetime(),
  /** Sequences of the rows, first and last of each run. */
  rows: z.array(z.tuple([z.int().positive(), z.int().positive()])).min(1),
  /** Thumbprint of the key that signs. */
  key: z.string(),
});
const Erasure = Statement.extend({ signature: z.string() });

/** A signed statement: the hall itself took the content of these rows away, because their time was over. */
export type Erasure = Readonly<z.infer<typeof Erasure>>;

/** Reads one; undefined when it is none. */
export function readErasure(value: unknown): Erasure | undefined {
  const { success, data } = Erasure.safeParse(value);
  return success ? data : undefined;
}

/** Whether one of these keys signed it. */
export function isSigned({ signature, ...statement }: Erasure, keys: readonly PublicKey[]): boolean {
  const key = keys.find(({ thumbprint }) => thumbprint === statement.key);
  return key?.verify(canonical(statement), signature) ?? false;
}

export interface ErasingTools {
  readonly store: Pick<Store, 'db' | 'transaction'>;
  readonly key: SigningKey;
  readonly clock: { now(): number };
}

/**
 * Takes the content of rows away whose time is over, up to so many in one transaction with the signed statement that names
 * them. `before` says for an action from when on its rows are kept. Gives back how many: 0 where nothing is left to do.
 */
export async function eraseRows(before: (action: string) => Date, most: number, tools: ErasingTools): Promise<number> {
  for (const action of await actionsIn(tools.store)) {
    const count = await tools.store.transaction((unit) => eraseSome(unit, { action, before: before(action), most }, tools));
    if (count > 0) return count;
  }
  return 0;
}

interface Wanted {
  readonly action: string;
  readonly before: Date;
  readonly most: number;
}

async function eraseSome(unit: Unit, { action, before, most }: Wanted, { key, clock }: ErasingTools): Promise<number> {
  if (!(await unit.alone('erasing'))) return 0;
  // Only what is linked: what a link proves to have been there.
  const found = await rowsOf<{ sequence: string | number }>(
    unit.db,
    sql`select l.sequence from yimen.audit a join yimen.audit_link l using (writer, number)
      where a.action = ${action} and a.at < ${before.toISOString()} and a.erased_at is null order by a.at limit ${most}::int`,
  );
  if (found.length === 0) return 0;
  const sequences = found.map(({ sequence }) => Number(sequence)).toSorted((a, b) => a - b);
  const now = new Date(clock.now()).toISOString();
  unit.audit.write(entryOf(signed(spansOf(sequences), now, key)));
  await unit.db.execute(sql`
    update yimen.audit a set entry = null, salt = null, erased_at = ${now}
    from yimen.audit_link l, jsonb_array_elements_text(${JSON.stringify(sequences)}::jsonb) as chosen (sequence)
    where l.sequence = chosen.sequence::bigint and a.writer = l.writer and a.number = l.number`);
  return found.length;
}

function signed(rows: readonly Span[], time: string, key: SigningKey): Erasure {
  const statement = {
    type: TYPE,
    time,
    rows: rows.map(({ from, to }): [number, number] => [from, to]),
    key: key.public.thumbprint,
  } as const;
  return { ...statement, signature: key.sign(canonical(statement)) };
}

const entryOf = (erasure: Erasure): AuditEntry => ({
  action: ERASED,
  actor: 'gateway',
  role: 'gateway',
  outcome: 'done',
  detail: { erasure },
});

/** Actions of rows that still say something, but for erasures themselves; each is one step along the index. */
async function actionsIn({ db }: Pick<Store, 'db'>): Promise<readonly string[]> {
  const found = await rowsOf<{ action: string }>(
    db,
    sql`with recursive known as (
        (select action from yimen.audit where erased_at is null order by action limit 1)
        union all
        select (select a.action from yimen.audit a where a.erased_at is null and a.action > known.action order by a.action limit 1)
        from known where known.action is not null)
      select action from known where action is not null`,
  );
  return found.map(({ action }) => action).filter((action) => action !== ERASED);
}
