import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evenly, fitted, widthOf, wrapped } from './text.ts';

const anyText = fc.array(fc.constantFrom(...'建设工程规划许可（）、。《》 abcWM.,:-/5?→…'), { maxLength: 60 }).map((all) => all.join(''));
const anyWidth = fc.integer({ min: 4, max: 30 });
const squeezed = (text: string) => text.replace(/\s/g, '');

describe('lines of text', () => {
  it('fit, and lose nothing', () => {
    fc.assert(
      fc.property(anyText, anyWidth, (text, ems) => {
        for (const lines of [wrapped(text, ems), evenly(text, ems)]) {
          for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(ems);
          expect(squeezed(lines.join(''))).toBe(squeezed(text));
        }
        expect(evenly(text, ems)).toHaveLength(wrapped(text, ems).length);
      }),
    );
  });

  it('are as few as asked for, the middle left out', () => {
    fc.assert(
      fc.property(anyText, anyWidth, fc.integer({ min: 1, max: 3 }), (text, ems, most) => {
        const lines = fitted(text, ems, most);
        expect(lines.length).toBeLessThanOrEqual(most);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(ems);
      }),
    );
    const names = ['节能审查（年综合能源消费量5000吨标准煤以下）', '节能审查（年综合能源消费量5000吨标准煤及以上）'];
    expect(names.map((name) => fitted(name, 8, 2).join(''))).toEqual([
      '节能审查（年综合…吨标准煤以下）',
      '节能审查（年综合…标准煤及以上）',
    ]);
  });

  it('break between words and between squares, never before a closing sign or after an opening one', () => {
    expect(wrapped('Review of the design scheme', 8)).toEqual(['Review of the', 'design scheme']);
    expect(wrapped('建设工程设计（方案）审查', 7)).toEqual(['建设工程设计', '（方案）审查']);
    expect(wrapped('一二三四五六七、八', 7)).toEqual(['一二三四五六', '七、八']);
    expect(evenly('建设工程规划许可证核发', 10)).toEqual(['建设工程规划', '许可证核发']);
  });

  it('a date stays in one piece, and a word longer than a line is cut', () => {
    expect(wrapped('10\u00a0Mar → 24\u00a0Mar · 10\u00a0wd', 6)).toEqual(['10\u00a0Mar →', '24\u00a0Mar ·', '10\u00a0wd']);
    expect(wrapped('abcdefghijklmnop', 4).join('')).toBe('abcdefghijklmnop');
  });
});
