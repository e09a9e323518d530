import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HIDDEN, MASK_KINDS, type MaskKind, masked, maskText } from './index.ts';

describe('a masked value', () => {
  it.each<[MaskKind, string, string]>([
    ['ID_NUMBER', '11010519491231002X', '1***************2X'],
    ['ID_NUMBER', '苏(2012)示例市不动产权第0500001号', '苏(2012)示例市不动产权第0500001号'],
    ['PERSONAL_NUMBER', 'SS321071000001', 'S***********01'],
    ['PERSONAL_NUMBER', '11010519491231002X', '1***************2X'],
    ['PERSONAL_NUMBER', 'H001', '****'],
    ['PHONE', '13812345678', '138****5678'],
    ['PHONE', '0514-87654321', '051******4321'],
    ['PHONE', '87654321', '********'],
    ['PERSON_NAME', '王小明', '王**'],
    ['PERSON_NAME', '欧阳明', '欧阳*'],
    ['PERSON_NAME', '司马相如', '司马**'],
    ['PERSON_NAME', '欧阳', '欧*'],
    ['PERSON_NAME', '𠮷田', '𠮷*'],
    ['PERSON_NAME', '王', '*'],
    ['PERSON_NAME', '买买提·吐尔逊', '买******'],
    ['PERSON_NAME', 'Xie Shiren', 'Xie ******'],
    ['PERSON_NAME', 'Madonna', 'M******'],
    ['ADDRESS', '江苏省扬州市邗江区扬子津街道示例花园1幢602室', '江苏省扬州市邗江区扬子津街道**********'],
    ['ADDRESS', '北京市朝阳区示例路1号', '北京市朝阳区*****'],
    ['ADDRESS', '内蒙古自治区锡林郭勒盟苏尼特右旗示例镇3号', '内蒙古自治区锡林郭勒盟苏尼特右旗示例镇**'],
    ['ADDRESS', '扬子津街道示例花园1幢602室', '扬子津街道**********'],
    ['ADDRESS', '示例小区3幢', '******'],
    ['ADDRESS', '示例路菜市场3号', '********'],
    ['ACCOUNT', '6222020000001234567', '***************4567'],
    ['ACCOUNT', '1234567', '*******'],
    ['EMAIL', 'somebody@example.cn', 's*******@example.cn'],
    ['EMAIL', 'nobody', '******'],
  ])('%s %s is shown as %s', (kind, text, shown) => {
    expect(maskText(text, kind)).toBe(shown);
  });

  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'王欧阳司马省市区县旗街道镇乡场小路示例0123X-@ *AbcÉ·𠮷') }),
    fc.constantFrom('11010519491231002X', '13812345678', '江苏省扬州市邗江区扬子津街道示例花园1幢602室'),
  );
  const most: Readonly<Record<Exclude<MaskKind, 'ID_NUMBER' | 'ADDRESS' | 'EMAIL'>, (text: string) => number>> = {
    PERSONAL_NUMBER: () => 3,
    PHONE: () => 7,
    ACCOUNT: () => 4,
    // Of Latin names the first of two words.
    PERSON_NAME: (text) => (/^\p{Script=Latin}/u.test(text) ? (text.split(/\s/)[0]?.length ?? 0) : 2),
  };
  const seen = (text: string) => [...text].filter((it) => it !== HIDDEN && it !== ' ').length;

  it.each(MASK_KINDS)('%s is never longer, and the same once more', (kind) => {
    fc.assert(
      fc.property(texts, (text) => {
        const once = maskText(text, kind);
        expect(once.length).toBeLessThanOrEqual(text.length);
        expect(maskText(once, kind)).toBe(once);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(Object.entries(most))('%s shows no more of a short value than its rule', (kind, limit) => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(seen(maskText(text, kind as MaskKind))).toBeLessThanOrEqual(limit(text));
        if (text.trim().length > 0 && !text.includes(HIDDEN)) expect(maskText(text, kind as MaskKind)).not.toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });

  it('of rows masks the cells that are named, but for kinds that are in clear', () => {
    const rows = [{ name: '王小明', number: '11010519491231002X', share: 3, note: null, toString: '13812345678' }];
    const masks = { name: 'PERSON_NAME', number: 'ID_NUMBER' } as const;
    expect(masked(rows, masks)).toEqual([{ ...rows[0], name: '王**', number: '1***************2X' }]);
    expect(masked(rows, masks, (kind) => kind === 'PERSON_NAME')).toEqual([{ ...rows[0], number: '1***************2X' }]);
  });
});
