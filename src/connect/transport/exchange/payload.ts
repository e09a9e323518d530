import { decodeText, encodeText } from '../../codec/charset.ts';
import { DecodeError } from '../../codec/decode-error.ts';
import { decodeJson } from '../../codec/json.ts';
import { decodeXml, encodeXml } from '../../codec/xml.ts';
import type { ExchangeOptions } from './options.ts';

type PayloadOptions = Pick<ExchangeOptions, 'format' | 'arrays' | 'charset'>;

/** A question as its column takes it. */
export function encodePayload(body: unknown, { format = 'json', charset }: PayloadOptions): string | Buffer {
  const text = format === 'json' ? JSON.stringify(body) : encodeXml(body);
  return charset ? encodeText(text, charset) : text;
}

/** The bytes of a payload, as both sides sign them. */
export const bytesOf = (payload: string | Buffer): Buffer => (typeof payload === 'string' ? Buffer.from(payload, 'utf8') : payload);

/** The text of a reply. Bytes are held against the charset; text was decoded by the database. */
export function textOfPayload(payload: string | Buffer | null, { charset = 'utf-8' }: PayloadOptions): string {
  if (payload === null || payload.length === 0) throw new DecodeError('the reply is empty');
  if (Buffer.isBuffer(payload)) return decodeText(payload, charset);
  if (payload.startsWith('\uFEFF')) throw new DecodeError('the reply begins with a byte order mark');
  return payload;
}

/** What a reply says. */
export const decodePayload = (text: string, { format = 'json', arrays = [] }: PayloadOptions): unknown =>
  format === 'json' ? decodeJson(text) : decodeXml(text, { arrays });
