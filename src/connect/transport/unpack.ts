import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { DecodeError } from '../codec/decode-error.ts';
import { BodyTooLarge, type WireResponse } from './wire.ts';

const UNPACK = { gzip: promisify(gunzip), 'x-gzip': promisify(gunzip), deflate: promisify(inflate), br: promisify(brotliDecompress) };

/** Unpacks a compressed reply, never beyond the limit: 51 KB of gzip can hold 50 MB. */
export async function unpacked(response: WireResponse, maxBytes: number): Promise<WireResponse> {
  const encoding = response.headers['content-encoding']?.trim().toLowerCase();
  if (!encoding || encoding === 'identity') return response;
  const unpack = UNPACK[encoding as keyof typeof UNPACK];
  if (!unpack) throw new DecodeError('the reply is packed in a way that is not known');
  try {
    return { ...response, body: await unpack(response.body, { maxOutputLength: maxBytes }) };
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw new BodyTooLarge('reply too large', { cause });
    throw new DecodeError('the reply cannot be unpacked');
  }
}
