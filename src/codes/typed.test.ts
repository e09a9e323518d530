import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOfTyped, typedCode } from './index.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const anyBytes = fc.uint8Array({ minLength: 1, maxLength: 80 });
const plain = (code: string) => code.replaceAll('-', '');

describe('a code to type', () => {
  it('gives back what was put in', () => {
    fc.assert(fc.property(anyBytes, (bytes) => void expect(bytesOfTyped(typedCode(bytes))).toEqual(bytes)));
  });

  it('is one code in groups of five', () => {
    expect(typedCode(Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7))).toBe('000G4-0R40M-30E2');
  });

  it('refuses every single wrong character', () => {
    fc.assert(
      fc.property(anyBytes, fc.nat(), fc.constantFrom(...ALPHABET), (bytes, nth, other) => {
        const code = plain(typedCode(bytes));
        const at = nth % code.length;
        fc.pre(code[at] !== other);
        expect(bytesOfTyped(code.slice(0, at) + other + code.slice(at + 1))).toBeUndefined();
      }),
    );
  });

  it('refuses any two neighbours that changed places', () => {
    fc.assert(
      fc.property(anyBytes, fc.nat(), (bytes, nth) => {
        const code = plain(typedCode(bytes));
        const at = nth % (code.length - 1);
        fc.pre(code[at] !== code[at + 1]);
        expect(bytesOfTyped(`${code.slice(0, at)}${code[at + 1]}${code[at]}${code.slice(at + 2)}`)).toBeUndefined();
      }),
    );
  });

  it('does not mind how people write it', () => {
    const bytes = Uint8Array.from({ length: 24 }, (_, i) => i * 11);
    const code = typedCode(bytes);
    const ways = [
      code.toLowerCase(),
      plain(code),
      ` ${code.replaceAll('-', '  ')}\n`,
      code.replaceAll('-', '—'),
      code.replaceAll('0', 'o').replaceAll('1', 'l'),
      code.replaceAll('1', 'I'),
      [...code].map((character) => String.fromCodePoint((character.codePointAt(0) ?? 0) + 0xfee0)).join(''),
    ];
    for (const way of ways) expect([way, bytesOfTyped(way)]).toEqual([way, bytes]);
  });

  it('refuses what never was a code', () => {
    for (const text of ['', '-', ' ', 'U', '校验码', 'ABCDE-FGHIU', '🙂', '0'.repeat(100_000)]) expect(bytesOfTyped(text)).toBeUndefined();
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const bytes = bytesOfTyped(text);
        if (bytes) expect(bytesOfTyped(typedCode(bytes))).toEqual(bytes);
      }),
    );
  });

  it('is written in one way only: bits that carry nothing are zero', () => {
    const seen = [...ALPHABET].flatMap((first) => [...ALPHABET].flatMap((second) => [...ALPHABET].map((check) => first + second + check)));
    const accepted = seen.filter((code) => bytesOfTyped(code) !== undefined);
    expect(accepted).toHaveLength(256);
  });
});
