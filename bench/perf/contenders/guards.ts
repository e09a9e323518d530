/** Protections as a good hand adds them to a GraphQL server: who asks, how much, what is seen, and a row of it before the answer. */
import { createHmac, randomBytes } from 'node:crypto';
import { GraphQLError, type ValidationRule } from 'graphql';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import pg from 'pg';

export interface Caller {
  readonly actor: string;
  readonly role: string;
  readonly until: number;
}

const MOST_TOKEN = 8_192;
const MOST_KNOWN = 10_000;

/** Checks tokens; one that was verified is remembered until it expires. Rejects where it is not accepted. */
export function tokenCheck(issuer: string, audience: string, jwks: string): (authorization: string | undefined) => Promise<Caller> {
  const keys = createRemoteJWKSet(new URL(jwks));
  const known = new LRUCache<string, Caller>({ max: MOST_KNOWN });
  return async (authorization = '') => {
    const remembered = known.get(authorization);
    if (remembered && Date.now() < remembered.until) return remembered;
    const [, token = ''] = /^Bearer (\S+)$/.exec(authorization) ?? [];
    if (!token || token.length > MOST_TOKEN) throw new Error('no token');
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      typ: 'at+jwt',
      algorithms: ['ES256'],
      requiredClaims: ['sub', 'exp', 'iat', 'jti'],
      clockTolerance: 5,
    });
    const caller = { actor: String(payload.sub), role: String(payload['role']), until: Number(payload.exp) * 1_000 };
    known.set(authorization, caller);
    return caller;
  };
}

const MINUTE_MS = 60_000;

/** Counts requests a minute; false beyond the limit. */
export function rates(perMinute: number): (who: string) => boolean {
  const counts = new LRUCache<string, { since: number; count: number }>({ max: 50_000 });
  return (who) => {
    const now = Date.now();
    const found = counts.get(who);
    if (!found || now - found.since >= MINUTE_MS) {
      counts.set(who, { since: now, count: 1 });
      return true;
    }
    found.count++;
    return found.count <= perMinute;
  };
}

const MOST = { fields: 500, aliases: 50 };

/** Refuses documents with too many fields or aliases. Runs with validation, so once for each document. */
export const costLimit: ValidationRule = (context) => {
  const counts = { fields: 0, aliases: 0 };
  return {
    Field(node) {
      counts.fields++;
      if (node.alias) counts.aliases++;
      if (counts.fields === MOST.fields + 1 || counts.aliases === MOST.aliases + 1)
        context.reportError(new GraphQLError('the document is too large'));
    },
  };
};

/** First and last two characters of an identity number, for whoever need not know it. */
export const mask = (idNumber: string, role: string): string =>
  role === 'supervisor' ? idNumber : `${idNumber.slice(0, 1)}${'*'.repeat(idNumber.length - 3)}${idNumber.slice(-2)}`;

/** What one request looked at: sections by enterprise. */
export type Looks = Map<string, string[]>;

export interface Audit {
  /** Resolves once the rows are committed. */
  write(caller: Caller, trace: string, looks: Looks): Promise<void>;
}

interface Waiting {
  readonly rows: readonly object[];
  kept(): void;
  failed(cause: unknown): void;
}

const INSERT = `insert into bench_audit (at, actor, role, trace, subject, fields)
  select now(), actor, role, trace, subject, fields
  from json_to_recordset($1::json) as row (actor text, role text, trace text, subject text, fields jsonb)`;

/** Rows of requests that end at the same time are written by one statement: whoever comes while it runs goes with the next. */
export async function openAudit(url: string): Promise<Audit> {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  await pool.query(`create table if not exists bench_audit (
    id bigserial primary key, at timestamptz not null, actor text not null, role text not null, trace text not null,
    subject text not null, fields jsonb not null)`);
  // A row names nobody: the subject is a keyed hash.
  const key = randomBytes(32);
  const nameOf = (uscc: string) => createHmac('sha256', key).update(uscc).digest('base64url');
  let waiting: Waiting[] = [];
  let isWriting = false;

  async function writeAll(): Promise<void> {
    isWriting = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await pool.query({ name: 'audit', text: INSERT, values: [JSON.stringify(batch.flatMap(({ rows }) => rows))] });
        for (const { kept } of batch) kept();
      } catch (cause) {
        for (const { failed } of batch) failed(cause);
      }
    }
    isWriting = false;
  }

  return {
    write({ actor, role }, trace, looks) {
      const rows = [...looks].map(([uscc, fields]) => ({ actor, role, trace, subject: nameOf(uscc), fields }));
      return new Promise((kept, failed) => {
        waiting.push({ rows, kept, failed });
        if (!isWriting) void writeAll();
      });
    },
  };
}
