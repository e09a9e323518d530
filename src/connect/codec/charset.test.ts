import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { charsetOf, decodeText, encodeText } from './charset.ts';
import { DecodeError } from './decode-error.ts';

/** Private-use characters that GB 18030-2022 replaced by characters of their own, and one that it left without a code. */
const REPLACED = /[\uE5E5\uE78D-\uE796\uE81E\uE826\uE82B\uE82C\uE832\uE843\uE854\uE864]/u;

const isKept = (text: string) => !REPLACED.test(text) && !text.startsWith('\uFEFF');

describe('charset', () => {
  it('brings every Unicode character through gb18030 and utf-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }).filter(isKept), fc.constantFrom('gb18030', 'utf-8'), (text, charset) => {
        expect(decodeText(encodeText(text, charset), charset)).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  });

  it('has a gb18030 code for each single one of them', () => {
    const all = Array.from({ length: 0x110000 }, (_, code) => code)
      .filter((code) => code < 0xd800 || code > 0xdfff)
      .map((code) => String.fromCodePoint(code))
      .filter(isKept)
      .join('');
    expect(decodeText(encodeText(all, 'gb18030'), 'gb18030') === all).toBe(true);
  });

  it('notices Chinese in UTF-8 under a gb18030 contract, which would decode to other characters', () => {
    const utf8 = encodeText('扬州示例精密机械有限公司', 'utf-8');
    expect(new TextDecoder('gb18030', { fatal: true }).decode(utf8)).toMatch(/^鎵/);
    expect(() => decodeText(utf8, 'gb18030')).toThrow(new DecodeError('the reply is UTF-8, not gb18030'));
    expect(decodeText(Buffer.from('plain ASCII'), 'gb18030')).toBe('plain ASCII');
  });

  it('writes rare characters of names as the standard does', () => {
    expect(encodeText('𠮷', 'gb18030').toString('hex')).toBe('9534b235');
    expect(encodeText('䶮', 'gb18030').toString('hex')).toBe('fe9f');
    expect(decodeText(Buffer.from('9534b235fe9f', 'hex'), 'gb18030')).toBe('𠮷䶮');
  });

  it('refuses bytes of another charset instead of replacing them', () => {
    expect(() => decodeText(encodeText('一门', 'gb18030'), 'utf-8')).toThrow(new DecodeError('the reply is not valid utf-8'));
    expect(() => decodeText(Buffer.from([0x31, 0xff]), 'gb18030')).toThrow(new DecodeError('the reply is not valid gb18030'));
    expect(() => decodeText(Buffer.from([0xb1]), 'gb18030')).toThrow(DecodeError);
  });

  it.each(['utf-8', 'gb18030'] as const)('refuses a byte order mark in %s', (charset) => {
    expect(() => decodeText(encodeText('\uFEFF{}', charset), charset)).toThrow(new DecodeError('the reply begins with a byte order mark'));
  });

  it('knows the labels agencies write, and no inherited ones', () => {
    expect(['UTF-8', 'utf8', 'GBK', 'gb2312', ' GB18030 '].map(charsetOf)).toEqual(['utf-8', 'utf-8', 'gb18030', 'gb18030', 'gb18030']);
    expect(['big5', 'utf-16', 'constructor', ''].map(charsetOf)).toEqual([undefined, undefined, undefined, undefined]);
  });
});
