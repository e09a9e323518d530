import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import iconv from 'iconv-lite';
import { ContractError } from './contract.ts';

/** Reads a contract's file in the charset it names itself: by byte order mark, by its XML prologue, else UTF-8. */
export function fileText(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new ContractError(`${file} cannot be read`, { cause });
  }
  const label =
    byMark(bytes) ?? /^<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(bytes.subarray(0, 200).toString('latin1'))?.[1] ?? 'utf-8';
  if (!iconv.encodingExists(label)) throw new ContractError(`${basename(file)} says it is written in ${label}, which is not known`);
  return iconv.decode(bytes, label).replace(/^\uFEFF/, '');
}

function byMark(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 'utf-8' : undefined;
}
