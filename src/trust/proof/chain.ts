/**
 * The chain of proof.
 *
 * - row 审计记录: what was done, with the digest of what it says.
 * - writer 写入者: a connection to the database; it numbers its rows from 1 without a gap.
 * - link 链值: a row's place in the chain; it depends on every row before it.
 * - sealer 封链器: links rows after they were committed.
 * - unsealed tail 未封链尾部: rows that are committed and not linked yet.
 * - checkpoint 检查点: a signed statement of how far the chain had come, kept outside the database.
 * - erased 已清除: a row whose content was taken away by law; its digest stays.
 */
import { createHash } from 'node:crypto';
import { canonical } from '../../store/index.ts';

/** Hash of the chain: SM3 (GM/T 0004) or SHA-256. Every link says its own, so that a hall may change over. */
export const CHAIN_HASHES = ['sm3', 'sha256'] as const;
export type ChainHash = (typeof CHAIN_HASHES)[number];

/** What the first link follows. */
export const GENESIS = 'yimen-audit-chain';

/** A row's place: which row, and what it says in short. */
export interface Place {
  readonly writer: string;
  readonly number: number;
  readonly digest: string;
}

/** The link that follows `previous` for a row: the hash's name and, in base64url, H(previous, writer, number, digest). */
export function nextLink(hash: ChainHash, previous: string, { writer, number, digest }: Place): string {
  const value = createHash(hash)
    .update(canonical([previous, writer, number, digest]))
    .digest('base64url');
  return `${hash}:${value}`;
}

/** The hash that a link says it was made with; undefined when it is no link. */
export const hashOf = (link: string): ChainHash | undefined => CHAIN_HASHES.find((hash) => link.startsWith(`${hash}:`));

/** Whether `link` follows `previous` for a row. */
export function follows(link: string, previous: string, place: Place): boolean {
  const hash = hashOf(link);
  return hash !== undefined && nextLink(hash, previous, place) === link;
}
