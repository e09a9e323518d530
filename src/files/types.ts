/**
 * Glossary of files.
 *
 * - file 文件: something that was sent to the hall, with a row of its own: who sent it, and which case it belongs to.
 * - content 内容: the bytes, kept once however often they are sent, named by a keyed hash of their SHA-256, encrypted.
 * - place 存放处: where contents are kept: a folder, or a store that speaks S3.
 * - spool 暂存: where a file lies while it is received and looked at; nothing of it is ever served.
 * - quarantine 隔离区: contents that a scanner found something in: kept apart, never served.
 * - claim 归入办件: a file becomes part of a case; until then it is its sender's alone.
 */

/** Media types that are kept. Each can be told by its content. OFD 版式文件: GB/T 33190-2016. */
export const TYPES = {
  'application/pdf': ['pdf'],
  'image/png': ['png'],
  'image/jpeg': ['jpg', 'jpeg'],
  'application/ofd': ['ofd'],
} as const satisfies Record<string, readonly string[]>;
export type FileType = keyof typeof TYPES;

/** A file as everybody may know it. */
export interface StoredFile {
  readonly id: string;
  readonly type: FileType;
  /** In bytes. */
  readonly size: number;
  /** SHA-256 of the content, in hexadecimal. */
  readonly sha256: string;
}

/** A file with whose it is. */
export interface FileView extends StoredFile {
  readonly uploadedBy: string;
  /** The case it belongs to; null until it is claimed. */
  readonly caseId: string | null;
  /** What the sender called it: personal, for people only. */
  readonly name: string | null;
}

/** What a sender says of a file. None of it is believed. */
export interface Declared {
  readonly name?: string | undefined;
  readonly type?: string | undefined;
  readonly size?: number | undefined;
}

/** Who does something, for proof. */
export interface Who {
  readonly actor: string;
  readonly role: string;
  readonly window?: string | undefined;
}

/** A file that lies in the spool, as checks see it: never whole in memory. */
export interface Received {
  readonly size: number;
  readonly sha256: string;
  stream(): AsyncIterable<Buffer>;
  /** Bytes from a position; fewer at the end. Meant for a few kilobytes. */
  slice(from: number, length: number): Promise<Buffer>;
}
