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
  /** The writer's last number once the rows are written; good when the transaction commits. */
  last: Numbered | undefined;

  constructor(now: () => Date) {
    this.#now = now;
  }

  write(entry: AuditEntry): void {
    this.#entries.push(entry);
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
    const last = Number(rows[0]?.['last']);
    const written = rowsText(writer, last - this.#entries.length, this.#entries, this.#now());
    this.last = { writer, last };
    await query(
      `insert into yimen.audit (writer, number, at, action, entry, salt, digest)
       select writer, number, at, entry->>'action', entry, salt, digest
       from jsonb_to_recordset($1::jsonb) as row(writer text, number bigint, at timestamptz, entry jsonb, salt text, digest text)`,
      [written],
    );
  }
}

/** Where a writer's numbers have come. */
export interface Numbered {
  readonly writer: string;
  readonly last: number;
}

/** A statement that is kept together with rows of proof. */
export interface Along {
  /** Takes `$5`, and does nothing unless `exists (select from counted)`. */
  readonly sql: string;
  /** Sent as JSON. */
  readonly value: unknown;
}

/** What one statement wrote: the numbers that were given, and what the statement that went along returned. */
export interface Proven extends Numbered {
  readonly along: readonly Record<string, unknown>[];
}

/**
 * Writes rows of proof that stand alone in one statement, which is kept whole or not at all. `last` is the writer's last
 * number as far as it is known; undefined comes back, and nothing is written, where it is another one.
 */
export async function proveAlone(
  { query, writer }: Session,
  last: number,
  entries: readonly AuditEntry[],
  at: Date,
  along?: Along,
): Promise<Proven | undefined> {
  const written = rowsText(writer, last, entries, at);
  const values = [writer, last, entries.length, written, ...(along ? [JSON.stringify(along.value)] : [])];
  const { rows } = await query(proofOf(along?.sql), values, along ? 'proof-along' : 'proof');
  const [row] = rows;
  return row?.['last'] === null ? undefined : { writer, last: last + entries.length, along: (row?.['along'] ?? []) as Proven['along'] };
}

/** The last number that a writer gave. */
export async function lastNumber({ query, writer }: Session): Promise<number> {
  const { rows } = await query('select last from yimen.audit_writer where writer = $1', [writer]);
  return Number(rows[0]?.['last'] ?? 0);
}

// The row of the counter is this connection's own. Where it is gone nothing may begin anew: numbers would be given twice.
const proofOf = (along: string | undefined): string => `
  with counted as (
    insert into yimen.audit_writer as writers (writer, last)
    select $1::text, $2::bigint + $3::bigint where $2::bigint = 0 or exists (select from yimen.audit_writer where writer = $1::text)
    on conflict (writer) do update set last = excluded.last where writers.last = $2::bigint
    returning last
  ), written as (
    insert into yimen.audit (writer, number, at, action, entry, salt, digest)
    select writer, number, at, entry->>'action', entry, salt, digest
    from jsonb_to_recordset($4::jsonb) as row(writer text, number bigint, at timestamptz, entry jsonb, salt text, digest text)
    where exists (select from counted)
  )${along ? `, along as (${along})` : ''}
  select (select last from counted) as last, ${along ? "(select coalesce(jsonb_agg(to_jsonb(along)), '[]') from along)" : "'[]'::jsonb"} as along`;

/**
 * Entries as rows, numbered from the one after `last`: JSON, for the database. A row is spelt once: what its digest is made of
 * is what is sent, with the digest added.
 */
function rowsText(writer: string, last: number, entries: readonly AuditEntry[], at: Date): string {
  const [time, name] = [JSON.stringify(at), JSON.stringify(writer)];
  let rows = '';
  let number = last;
  for (const entry of entries) {
    const said = `"at":${time},"entry":${entryText(entry)},"number":${++number},"salt":"${newSalt()}","writer":${name}`;
    rows += `${rows && ','}{${said},"digest":"${digestOf(`{${said}}`)}"}`;
  }
  return `[${rows}]`;
}

const NAMES: Readonly<Record<keyof AuditEntry, true>> = {
  action: true,
  actor: true,
  role: true,
  window: true,
  session: true,
  outcome: true,
  case: true,
  subject: true,
  why: true,
  detail: true,
};

/** An entry as {@link canonical} has it. Its names are known, so they need no sorting; numbers of people in its reason are masked. */
export function entryText(entry: AuditEntry): string {
  // Whoever acts is often spread into it, and may bring more than a row asks for.
  for (const name in entry) if (!Object.hasOwn(NAMES, name)) return canonical(masked(entry));
  const { action, actor, case: number, detail, outcome, role, session, subject, why, window } = entry;
  const who = `"role":${JSON.stringify(role)}${member('session', session)}${member('subject', subject)}`;
  // People write reasons, and in them whatever they think of.
  const reason = why === undefined ? '' : member('why', maskCitizenIds(why));
  const what = `"action":${JSON.stringify(action)},"actor":${JSON.stringify(actor)}${member('case', number)}`;
  const details = detail === undefined ? '' : `,"detail":${detailText(detail)}`;
  return `{${what}${details},"outcome":"${outcome}",${who}${reason}${member('window', window)}}`;
}

const masked = (entry: AuditEntry): AuditEntry => (entry.why === undefined ? entry : { ...entry, why: maskCitizenIds(entry.why) });

const member = (name: string, text: string | undefined): string => (text === undefined ? '' : `,"${name}":${JSON.stringify(text)}`);

/** Details that are frozen stay as they are, and come again with the next look at the same fields. */
const spelt = new WeakMap<object, string>();

function detailText(detail: object): string {
  const known = spelt.get(detail);
  if (known !== undefined) return known;
  const text = canonical(detail);
  if (Object.isFrozen(detail)) spelt.set(detail, text);
  return text;
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
export const auditDigest = (row: Omit<AuditRow, 'digest'>): string => digestOf(canonical(row));

const digestOf = (text: string): string => hash('sha256', text, 'base64url');

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
