import { LRUCache } from 'lru-cache';
import { type Charset, charsetOf, decodeText } from '../codec/charset.ts';
import { DecodeError } from '../codec/decode-error.ts';
import type { WireResponse } from './wire.ts';

/** What a content type says: the media type, and the charset where it names one. */
interface ContentType {
  readonly media: string;
  readonly label: string | undefined;
}

/** Agencies send one or two content types, and say them with every reply. */
const read = new LRUCache<string, ContentType>({ max: 200 });

function contentType(header: string): ContentType {
  const known = read.get(header);
  if (known) return known;
  const [media = '', ...parameters] = header.split(';');
  const label = parameters.map((p) => /^\s*charset="?([^"]+)"?\s*$/i.exec(p)?.[1]).find(Boolean);
  const fresh = { media: media.trim().toLowerCase(), label };
  read.set(header, fresh);
  return fresh;
}

/** The text of a reply, after its content type and charset label were held against the contract. */
export function textOf(response: WireResponse, type: RegExp, charset: Charset): string {
  const { media, label } = contentType(response.headers['content-type'] ?? '');
  if (!type.test(media)) throw new DecodeError('the reply has another content type than the contract says');
  if (label && charsetOf(label) !== charset) throw new DecodeError('the reply has another charset than the contract says');
  if (response.body.length === 0) throw new DecodeError('the reply is empty');
  return decodeText(response.body, charset);
}
