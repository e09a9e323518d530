import { hash, randomFillSync } from 'node:crypto';
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
    // People write reasons, and in them whatever they think of.
    this.#entries.push(entry.why === undefined ? entry : { ...entry, why: maskCitizenIds(entry.why) });
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
  const said = { writer, number, at, entry, salt: newSalt() };
  return { ...said, digest: auditDigest(said) };
}

/** Random bytes for some hundred salts at a time: drawing a few costs as much as drawing many. */
const drawn = Buffer.alloc(SALT_BYTES * 256);
let used = drawn.length;

function newSalt(): string {
  if (used === drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  used += SALT_BYTES;
  return drawn.toString('base64url', used - SALT_BYTES, used);
}

/** SHA-256 over the row in a form that does not depend on the order of names. */
export const auditDigest = (row: Omit<AuditRow, 'digest'>): string => hash('sha256', canonical(row), 'base64url');

/** JSON with names in order and without what is undefined, as the database gives it back. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) {
    let list = '';
    for (const each of value) list += `${list && ','}${canonical(each ?? null)}`;
    return `[${list}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const object = value as Readonly<Record<string, unknown>>;
  let members = '';
  for (const name of Object.keys(object).sort()) {
    const member = object[name];
    if (member !== undefined) members += `${members && ','}${JSON.stringify(name)}:${canonical(member)}`;
  }
  return `{${members}}`;
}
