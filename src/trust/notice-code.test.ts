import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOfTyped, typedCode } from '../codes/index.ts';
import { noticeCodes } from './index.ts';

const codes = noticeCodes(randomBytes(32));
const content = Uint8Array.from({ length: 24 }, (_, i) => 251 - i * 7);
const anyContent = fc.uint8Array({ minLength: 1, maxLength: 60 });

describe('a sealed code', () => {
  it('opens where it was sealed, and at no other hall', () => {
    fc.assert(
      fc.property(anyContent, (bytes) => {
        const code = codes.seal(bytes);
        expect(codes.open(code)).toEqual(bytes);
        expect(noticeCodes(randomBytes(32)).open(code)).toBeUndefined();
      }),
    );
  });

  it('is the same from every replica', () => {
    const key = randomBytes(32);
    expect(noticeCodes(key).seal(content)).toBe(noticeCodes(Buffer.from(key)).seal(content));
  });

  it('does not open with a single bit changed, though its check character is right again', () => {
    const bytes = bytesOfTyped(codes.seal(content)) ?? expect.fail('a code that does not read');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Uint8Array.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(codes.open(typedCode(changed))).toBeUndefined();
    }
  });

  it('does not open cut short, made longer, mistyped or made up', () => {
    const code = codes.seal(content);
    for (let length = 0; length < code.length; length++) expect(codes.open(code.slice(0, length))).toBeUndefined();
    for (let length = 0; length < 34; length++) expect(codes.open(typedCode(content.subarray(0, length)))).toBeUndefined();
    for (const more of ['0', '00000', 'A', code]) expect(codes.open(code + more)).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(codes.open(typedCode(bytes))).toBeUndefined();
      }),
    );
  });
});
