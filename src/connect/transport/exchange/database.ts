import type { Clock } from '../../../clock/index.ts';
import { type Outbound, type OutboundRule, outboundToHost } from '../../outbound/outbound.ts';
import { Secret } from '../../secret.ts';
import type { DatabaseAddress, DatabaseTls } from './options.ts';

/** A value of a statement. */
export type SqlValue = string | number | Buffer | null;

/** A row as its driver gives it: text and bytes as they are, timestamps as text. */
export type Row = Readonly<Record<string, unknown>>;

/** SQL with `?` for each value. Values never become part of the text. */
export interface Statement {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/** A pool of connections to one database. Rejects with `DatabaseTrouble`, or with what the network said. */
export interface Database {
  /** The rows of a question. Sent once more where the connection turned out to be dead. */
  read(statement: Statement): Promise<readonly Row[]>;
  /** How many rows a change touched. Sent once. */
  write(statement: Statement): Promise<number>;
  /** Hangs up, also on statements that are under way. */
  close(): Promise<void>;
}

/** Where a database is and who we are there. */
export interface DatabaseTarget {
  readonly dialect: 'postgres' | 'mysql';
  /** An IPv6 address in brackets. */
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly user: string;
  readonly password: string;
  readonly tls: DatabaseTls;
}

export interface DatabaseLimits {
  /** Most connections at the same time. */
  readonly connections: number;
  /** Longest that a statement may take, in milliseconds: the database ends it then. */
  readonly statementMs: number;
}

const SCHEMES = {
  'postgres:': { dialect: 'postgres', port: 5_432 },
  'postgresql:': { dialect: 'postgres', port: 5_432 },
  'mysql:': { dialect: 'mysql', port: 3_306 },
  'mariadb:': { dialect: 'mysql', port: 3_306 },
} as const;

/** Reads an address. Throws a `TypeError` that says what is wrong and never quotes it: it may hold a password. */
export function targetOf({ url, user, password, tls = false }: DatabaseAddress): DatabaseTarget {
  const text = url instanceof Secret ? url.reveal() : url;
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = parsed && Object.hasOwn(SCHEMES, parsed.protocol) ? SCHEMES[parsed.protocol as keyof typeof SCHEMES] : undefined;
  if (!parsed || !scheme)
    throw new TypeError('the address of an exchange database reads postgres://host:port/name or mysql://host:port/name');
  if (parsed.search || parsed.hash) throw new TypeError('the address of an exchange database holds no options: those are settings');
  if (parsed.password && !(url instanceof Secret))
    throw new TypeError('the address of an exchange database holds a password: give it apart');
  const name = decodeURIComponent(parsed.pathname.slice(1));
  if (!name || name.includes('/'))
    throw new TypeError('the address of an exchange database must end with the name of one: postgres://host:port/name');
  return {
    dialect: scheme.dialect,
    host: parsed.hostname,
    port: parsed.port ? Number(parsed.port) : scheme.port,
    name,
    user: user ?? decodeURIComponent(parsed.username),
    password: password?.reveal() ?? decodeURIComponent(parsed.password),
    tls,
  };
}

/** Where connections to a database may go: to its own host, if the hall's rule lets them. */
export const outboundOf = ({ host }: DatabaseTarget, rule: OutboundRule, clock: Clock): Outbound => outboundToHost(host, rule, clock);
