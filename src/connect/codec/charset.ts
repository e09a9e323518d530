import { isAscii, isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { DecodeError } from './decode-error.ts';

/** Charsets agencies use. gb18030 covers gbk and gb2312. */
export type Charset = 'utf-8' | 'gb18030';

const LABELS: ReadonlyMap<string, Charset> = new Map([
  ['utf-8', 'utf-8'],
  ['utf8', 'utf-8'],
  ['us-ascii', 'utf-8'],
  ['gb18030', 'gb18030'],
  ['gbk', 'gb18030'],
  ['gb2312', 'gb18030'],
]);

/** The charset a label names, or undefined when it names none we take. */
export const charsetOf = (label: string): Charset | undefined => LABELS.get(label.trim().toLowerCase());

/**
 * Text to bytes. gb18030 has a code for every Unicode character. Private-use characters that stood in for some signs
 * before GB 18030-2022 gave those signs their own code (U+E78D…) come back as these.
 */
export function encodeText(text: string, charset: Charset): Buffer {
  return charset === 'utf-8' ? Buffer.from(text, 'utf8') : iconv.encode(text, 'gb18030');
}

/** Bytes to text. A byte that the charset does not know is an error, never a replacement character. */
export function decodeText(bytes: Buffer, charset: Charset): string {
  if (charset === 'gb18030' && isChineseUtf8(bytes)) throw new DecodeError('the reply is UTF-8, not gb18030');
  const text = decoded(bytes, charset);
  if (text.startsWith('\uFEFF')) throw new DecodeError('the reply begins with a byte order mark');
  return text;
}

function decoded(bytes: Buffer, charset: Charset): string {
  if (charset === 'utf-8') {
    if (!isUtf8(bytes)) throw new DecodeError('the reply is not valid utf-8');
    return bytes.toString('utf8');
  }
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new DecodeError(`the reply is not valid ${charset}`);
  }
}

const IDEOGRAPH = /\p{Script=Han}/u;

/**
 * Whether bytes are Chinese text in UTF-8. Most of it is valid gb18030 too and would be read as other characters, in
 * silence. Of random gb18030 texts of 3 Chinese characters 1 in 8,000 looks like this, of 6 or more none in 300,000.
 */
function isChineseUtf8(bytes: Buffer): boolean {
  return isUtf8(bytes) && !isAscii(bytes) && IDEOGRAPH.test(bytes.toString('utf8'));
}
