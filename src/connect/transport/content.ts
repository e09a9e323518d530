import { type Charset, charsetOf, decodeText } from '../codec/charset.ts';
import { DecodeError } from '../codec/decode-error.ts';
import type { WireResponse } from './wire.ts';

/** The text of a reply, after its content type and charset label were held against the contract. */
export function textOf(response: WireResponse, type: RegExp, charset: Charset): string {
  const [media = '', ...parameters] = (response.headers['content-type'] ?? '').split(';');
  if (!type.test(media.trim().toLowerCase())) throw new DecodeError('the reply has another content type than the contract says');
  const label = parameters.map((p) => /^\s*charset="?([^"]+)"?\s*$/i.exec(p)?.[1]).find(Boolean);
  if (label && charsetOf(label) !== charset) throw new DecodeError('the reply has another charset than the contract says');
  if (response.body.length === 0) throw new DecodeError('the reply is empty');
  return decodeText(response.body, charset);
}
