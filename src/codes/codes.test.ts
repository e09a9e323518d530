import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { citizenIdFault, maskCitizenId, maskCitizenIds, usccFault } from './index.ts';

describe('unified social credit code', () => {
  it.each(['91350100M000100Y43', '12441500196720244T', '91321071990000017N'])('accepts %s', (code) => {
    expect(usccFault(code)).toBeUndefined();
  });
  it('refuses letters the standard leaves out, and wrong lengths', () => {
    for (const code of ['', '91350100M000100Y4', '9135O100M000100Y43', '91350100m000100y43', '９1350100M000100Y43'])
      expect(usccFault(code)).toBe('shape');
  });
  it('finds every single changed character', () => {
    const code = '91350100M000100Y43';
    fc.assert(
      fc.property(fc.nat(17), fc.constantFrom(...'0123456789ABCDEFGHJKLMNPQRTUWXY'), (at, char) => {
        const changed = code.slice(0, at) + char + code.slice(at + 1);
        expect(usccFault(changed) === undefined).toBe(changed === code);
      }),
    );
  });
});

describe('citizen identity number', () => {
  it.each(['11010519491231002X', '34052419800101001X', '440524188001010014'])('accepts %s', (id) => {
    expect(citizenIdFault(id)).toBeUndefined();
  });
  it('names the fault', () => {
    expect(citizenIdFault('110105194912310020')).toBe('check digit');
    expect(citizenIdFault('110105194902300026')).toBe('birth date');
    expect(citizenIdFault('11010519491231002x')).toBe('shape');
    expect(citizenIdFault('１1010519491231002X')).toBe('shape');
  });
  it('masks all but the first 1 and last 2', () => {
    expect(maskCitizenId('11010519491231002X')).toBe('1***************2X');
  });
  it('masks those within a text, and leaves other long numbers', () => {
    expect(maskCitizenIds('张三（11010519491231002x）、440524188001010014')).toBe('张三（1***************2x）、4***************14');
    const others = '1132107100009000XY4002014001000202611280001 440524188001010015 4405241880010100140 91321071990000017N';
    expect(maskCitizenIds(others)).toBe(others);
  });
});
