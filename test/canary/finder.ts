/** Finds texts in bytes, in whatever form they were written down. */
import { createHash } from 'node:crypto';
import iconv from 'iconv-lite';
import type { Canary } from './canaries.ts';

/** A canary that was found, and the form in which it stood there. */
export interface Found {
  readonly canary: Canary;
  readonly form: string;
}

/** A digest without a key is as good as the number: there are few enough numbers to try. */
const DIGESTS = ['sha256', 'sm3', 'sha1', 'md5'];

interface Wanted {
  readonly canary: Canary;
  readonly form: string;
  readonly pattern: Buffer;
}

/** Patterns are looked up by so many first bytes. */
const HEAD = 4;

/** A finder of all these texts: plain, percent-encoded, in base64, hexadecimal, escaped as in JSON, GBK, UTF-16, as a bare digest. */
export function finderOf(canaries: readonly Canary[]): (bytes: Buffer) => readonly Found[] {
  const byHead = new Map<number, Wanted[]>();
  for (const canary of canaries)
    for (const [form, pattern] of formsOf(canary.text)) {
      const head = pattern.readUInt32BE(0);
      byHead.set(head, [...(byHead.get(head) ?? []), { canary, form, pattern }]);
    }
  return (bytes) => {
    const found = new Map<Canary, Found>();
    for (let at = 0; at + HEAD <= bytes.length; at++)
      for (const { canary, form, pattern } of byHead.get(bytes.readUInt32BE(at)) ?? [])
        if (!found.has(canary) && bytes.subarray(at, at + pattern.length).equals(pattern)) found.set(canary, { canary, form });
    return [...found.values()];
  };
}

/** A text in every form that is looked for. */
export function formsOf(text: string): ReadonlyMap<string, Buffer> {
  const plain = Buffer.from(text);
  const forms = new Map<string, Buffer>([
    ['plain', plain],
    ['percent-encoded', Buffer.from(encodeURIComponent(text))],
    ['percent-encoded in lower case', Buffer.from(encodeURIComponent(text).replaceAll(/%../g, (code) => code.toLowerCase()))],
    ['hexadecimal', Buffer.from(plain.toString('hex'))],
    ['hexadecimal in upper case', Buffer.from(plain.toString('hex').toUpperCase())],
    ['escaped as in JSON', Buffer.from(escaped(text))],
    ['GBK', iconv.encode(text, 'gbk')],
    ['GBK in hexadecimal', Buffer.from(iconv.encode(text, 'gbk').toString('hex'))],
    ['UTF-16', Buffer.from(text, 'utf16le')],
  ]);
  for (const shift of [0, 1, 2]) {
    forms.set(`base64, shifted by ${shift}`, Buffer.from(base64Of(plain, shift)));
    forms.set(`base64url, shifted by ${shift}`, Buffer.from(base64Of(plain, shift).replaceAll('+', '-').replaceAll('/', '_')));
  }
  for (const name of DIGESTS)
    for (const encoding of ['hex', 'base64', 'base64url'] as const)
      forms.set(`bare ${name} in ${encoding}`, Buffer.from(createHash(name).update(plain).digest(encoding)));
  return forms;
}

const escaped = (text: string): string =>
  [...text].map((sign) => (sign < '\x7f' ? sign : `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)).join('');

/** What stays the same of a text's base64 wherever it stands in a longer one: signs that hold bits of its neighbours are left out. */
function base64Of(plain: Buffer, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), plain])
    .toString('base64')
    .replaceAll('=', '');
  const whole = (shift + plain.length) % 3 === 0 ? text.length : text.length - 1;
  return text.slice([0, 2, 3][shift], whole);
}

/** Bytes of which a program wrote what is no ASCII as `\xe9`, as Redis shows them. */
export const unescaped = (text: Buffer): Buffer =>
  Buffer.from(
    text.toString('latin1').replaceAll(/\\x([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
    'latin1',
  );
