import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { derivedKey } from '../store/index.ts';

/**
 * Contents at rest: a head of mark and salt, then pieces of 64 KiB, each sealed with AES-256-GCM under a key of this content
 * alone. A piece's nonce is its number and whether it is the last, so none can be moved, doubled or left out; the last one
 * also answers for the SHA-256 of the whole, so that no content can be put in another's place (the STREAM construction:
 * Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015).
 */
const MARK = Buffer.from('YMF1');
const SALT_BYTES = 16;
const TAG_BYTES = 16;
export const HEAD_BYTES = MARK.length + SALT_BYTES;
export const PIECE_BYTES = 64 * 1024;
export const SEALED_PIECE_BYTES = PIECE_BYTES + TAG_BYTES;

/** The content is not what was kept, or was kept with another key. */
class ContentBroken extends Error {
  override readonly name = 'ContentBroken';

  constructor() {
    super('a kept file cannot be opened: it was changed, cut off, or sealed with another key (keys.ids)');
  }
}

/** How many pieces a content of this size has. */
export const piecesOf = (size: number): number => Math.max(1, Math.ceil(size / PIECE_BYTES));

export const newHead = (): Buffer => Buffer.concat([MARK, randomBytes(SALT_BYTES)]);

/** The key of one content. Throws {@link ContentBroken} where the head is not one of ours. */
export function keyOf(key: Buffer, head: Buffer): Buffer {
  if (head.length !== HEAD_BYTES || !head.subarray(0, MARK.length).equals(MARK)) throw new ContentBroken();
  return derivedKey(key, `content ${head.subarray(MARK.length).toString('hex')}`);
}

function nonceOf(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(number, 0);
  nonce.writeUInt8(isLast ? 1 : 0, 4);
  return nonce;
}

/** Seals one piece. `whole` is the content's SHA-256 and given with the last piece only. */
export function sealPiece(key: Buffer, number: number, piece: Buffer, whole?: string): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number, whole !== undefined)).setAAD(Buffer.from(whole ?? ''));
  return Buffer.concat([cipher.update(piece), cipher.final(), cipher.getAuthTag()]);
}

/** Opens one piece. Throws {@link ContentBroken}. */
export function openPiece(key: Buffer, number: number, sealed: Buffer, whole?: string): Buffer {
  if (sealed.length < TAG_BYTES) throw new ContentBroken();
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(number, whole !== undefined), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(whole ?? '')).setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch {
    throw new ContentBroken();
  }
}

/** The content behind sealed bytes, piece by piece. Rejects with {@link ContentBroken} before a wrong byte is given out. */
export async function* opened(
  sealed: AsyncIterable<Buffer>,
  master: Buffer,
  { size, sha256 }: { readonly size: number; readonly sha256: string },
): AsyncGenerator<Buffer> {
  const last = piecesOf(size) - 1;
  let number = 0;
  let key: Buffer | undefined;
  for await (const part of inParts(sealed)) {
    if (key === undefined) key = keyOf(master, part);
    else if (number > last) throw new ContentBroken();
    else yield openPiece(key, number, part, number++ === last ? sha256 : undefined);
  }
  if (number !== last + 1) throw new ContentBroken();
}

/** The head, then sealed pieces of full length, then whatever is left. */
async function* inParts(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held = Buffer.alloc(0);
  let wanted = HEAD_BYTES;
  for await (const chunk of chunks) {
    held = Buffer.concat([held, chunk]);
    for (; held.length >= wanted; wanted = SEALED_PIECE_BYTES) {
      yield held.subarray(0, wanted);
      held = held.subarray(wanted);
    }
  }
  if (held.length > 0) yield held;
}
