import { createHash, randomBytes } from 'node:crypto';
import { maskCitizenIds } from '../codes/index.ts';
import type { Session } from './database/driver.ts';

/** Something that was done, refused or seen, for those who must later prove it. Holds no personal data in the clear. */
export interface AuditEntry {
  /** What happened, in one word of the rooms: `case.submitted`, `section.read`. */
  readonly action: string;
  /** Who: the token's subject, a connector's id, or `gateway`. */
  readonly actor: string;
  readonly role: string;
  readonly window?: string | undefined;
  readonly session?: string | undefined;
  readonly outcome: 'done' | 'refused';
  /** Number of the case it belongs to. */
  readonly case?: string | undefined;
  /** Whose data: a keyed hash, never a number. */
  readonly subject?: string | undefined;
  readonly why?: string | undefined;
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
}

const SALT_BYTES = 16;

/** Adds rows of proof to the transaction they prove. */
export interface AuditWriter {
  write(entry: AuditEntry): void;
}

/** A row as it is written. */
export interface AuditRow {
  readonly writer: string;
  readonly number: number;
  readonly at: string;
  readonly entry: AuditEntry;
  /** Random, and erased with the entry: what is left, the digest, then tells nobody what the entry was. */
  readonly salt: string;
  readonly digest: string;
}

/** Collects a transaction's entries and writes them as one statement, just before the commit. */
export class AuditBuffer implements AuditWriter {
  readonly #entries: AuditEntry[] = [];
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  write(entry: AuditEntry): void {
    const { why, ...rest } = entry;
    // People write reasons, and in them whatever they think of.
    this.#entries.push(why === undefined ? rest : { ...rest, why: maskCitizenIds(why) });
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  async flush({ query, writer }: Session): Promise<void> {
    if (this.isEmpty) return;
    // The row of the counter is this connection's own, so nobody waits for it; a rollback gives the numbers back.
    const { rows } = await query(
      'insert into yimen.audit_writer (writer, last) values ($1, $2) on conflict (writer) do update set last = audit_writer.last + $2 returning last',
      [writer, this.#entries.length],
    );
    const first = Number(rows[0]?.['last']) - this.#entries.length + 1;
    const at = this.#now().toISOString();
    const written = this.#entries.map((entry, i) => rowOf(writer, first + i, at, entry));
    await query(
      `insert into yimen.audit (writer, number, at, action, entry, salt, digest)
       select writer, number, at, entry->>'action', entry, salt, digest
       from jsonb_to_recordset($1::jsonb) as row(writer text, number bigint, at timestamptz, entry jsonb, salt text, digest text)`,
      [JSON.stringify(written)],
    );
  }
}

function rowOf(writer: string, number: number, at: string, entry: AuditEntry): AuditRow {
  const said = { writer, number, at, entry, salt: randomBytes(SALT_BYTES).toString('base64url') };
  return { ...said, digest: auditDigest(said) };
}

/** SHA-256 over the row in a form that does not depend on the order of names. */
export const auditDigest = (row: Omit<AuditRow, 'digest'>): string => createHash('sha256').update(canonical(row)).digest('base64url');

/** JSON with names in order and without what is undefined, as the database gives it back. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((each) => canonical(each ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  const ordered = entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${ordered.map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`).join(',')}}`;
}
