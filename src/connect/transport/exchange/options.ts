/**
 * Glossary of the exchange database (前置库): a database that both sides reach. The hall writes a row, the agency's batch
 * job picks it up and writes a row of its own, the hall reads that.
 *
 * - request table 请求表, reply table 应答表: dictated by the agency, names of columns included.
 * - correlation id 流水号: ties a reply to its request; unique in the request table.
 * - open 未决: a request whose reply nobody has read yet. Derived from the tables, never noted anywhere else.
 * - read mark 读取标志: the column of a reply in which the hall notes that it has read it. Who sets it, counts the reply.
 * - given up 放弃: an open question older than `openFor`; the same question is asked anew, the row stays listed.
 */
import type { Duration } from '../../../clock/index.ts';
import type { Charset } from '../../codec/charset.ts';
import type { Secret } from '../../secret.ts';
import type { Meanings } from '../link.ts';

/** The agency's request table. All names are those of columns, spelt as the database spells them. */
export interface RequestTable {
  /** `table` or `schema.table`. */
  readonly table: string;
  /** Correlation id: text of 64 characters, unique. */
  readonly id: string;
  /** Which of the agency's services is asked. */
  readonly service: string;
  /** The question: text, or bytes where the options name a charset. */
  readonly payload: string;
  /** When it was written: a timestamp, in Beijing time where it has no zone. */
  readonly createdAt: string;
  /** The signature, where a signer is given. */
  readonly signature?: string;
  /** Columns with the same value in every row of this hall. They tell its rows from those of others in the same table. */
  readonly fixed?: Readonly<Record<string, string | number>>;
}

/** The agency's reply table. */
export interface ReplyTable {
  readonly table: string;
  /** Correlation id of the request. Not unique: an agency may answer twice. */
  readonly id: string;
  readonly payload: string;
  /** The read mark: the only column the hall writes. */
  readonly read: string;
  /** What stands in it before and after. Default `0` and `1`; `null` for an empty one. */
  readonly marks?: { readonly unread: string | null; readonly read: string };
  /** The agency's result code, where it is not inside the payload. */
  readonly code?: string;
  readonly signature?: string;
}

/** What is signed: a payload, and to which question it belongs. */
export interface ExchangeMessage {
  readonly direction: 'request' | 'reply';
  readonly id: string;
  /** The bytes of the payload, in the charset of their column. */
  readonly payload: Buffer;
}

/** Proves to each side who wrote a row: anyone who reaches the database could have. */
export interface ExchangeSigner {
  sign(message: ExchangeMessage): string;
  isRight(message: ExchangeMessage, signature: string): boolean;
}

/** How the database is encrypted on the way. `ca`: the authority that signed its certificate, in PEM. */
export type DatabaseTls = boolean | { readonly ca: string };

/** How the database is reached. */
export interface DatabaseAddress {
  /**
   * `postgres://host:5432/name` or `mysql://host:3306/name` (also `postgresql:`, `mariadb:`). Only in a {@link Secret} it may
   * hold user and password.
   */
  readonly url: string | Secret;
  readonly user?: string | undefined;
  readonly password?: Secret | undefined;
  /** Default no encryption. Certificates are always checked. */
  readonly tls?: DatabaseTls | undefined;
}

export interface ExchangeOptions extends DatabaseAddress {
  readonly request: RequestTable;
  readonly reply: ReplyTable;
  /** What payloads are. Default `json`. */
  readonly format?: 'json' | 'xml';
  /** XML elements that may repeat. */
  readonly arrays?: readonly string[];
  /** Charset of payload columns that hold bytes (`bytea`, `BLOB`). Left out for columns of text: the database decodes those. */
  readonly charset?: Charset;
  /** The result code of a good reply. Only with a code column. Default `0`. */
  readonly ok?: string;
  /** What other result codes mean. A code that is not listed means `REFUSED`. */
  readonly meanings?: Meanings;
  readonly sign?: ExchangeSigner;
  /** How often replies are looked for while somebody waits for one. Default 1s. */
  readonly pollEvery?: Duration;
  /** How long a question stays open: until then the same question waits for the same reply. Default 10m. */
  readonly openFor?: Duration;
  /** Largest reply taken, in bytes. Default 8 MiB. */
  readonly maxBytes?: number;
  /** The agency behind it, its id in the catalogue, where it is not the connector's own. */
  readonly agency?: string;
}

/** One question on its way into the request table. */
export interface ExchangeRequest {
  readonly service: string;
  /** Becomes JSON, or XML: then an object with the one root element. */
  readonly body: unknown;
  /** The caller's own correlation id, up to 64 printable characters: the same one is never written twice. */
  readonly id?: string | undefined;
}

/** Replies that were read, since this process began. */
export interface ExchangeTally {
  /** Replies that this process was the first to read, for somebody who waited. */
  answered: number;
  /** Of those, the ones that came when nobody waited any more, and answered the same question later. */
  late: number;
  /** Further replies to a question that had one. Ignored. */
  doubled: number;
  /** Questions with replies that differ. */
  differing: number;
  /** Replies that came after their question was given up. Ignored. */
  tooLate: number;
}

/** `WAITING` for a reply, `REPLIED` but read by nobody yet, or `GIVEN_UP`. */
export type OpenState = 'WAITING' | 'REPLIED' | 'GIVEN_UP';

/** An open request, without what it asks. */
export interface OpenRequest {
  readonly id: string;
  readonly service: string;
  readonly since: Date;
  readonly state: OpenState;
}

/** The open requests of one source. */
export interface OpenRequests {
  readonly count: number;
  readonly oldest: Date | null;
  /** The oldest of them, at most 200. */
  readonly requests: readonly OpenRequest[];
}
