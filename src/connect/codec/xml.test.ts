import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from './decode-error.ts';
import { decodeXml, encodeXml } from './xml.ts';

const PROLOGUE = '<?xml version="1.0" encoding="UTF-8"?>';

describe('decodeXml', () => {
  it.each(['0012', '1e5', '1.10', '0x1F', 'true', 'null', '9007199254740993', '2026-01-02', '+86', ''])('keeps %o as text', (text) => {
    expect(decodeXml(`${PROLOGUE}<a b="${text}">${text}</a>`)).toEqual({ a: text === '' ? { '@b': '' } : { '@b': text, '#text': text } });
    expect(decodeXml(`<a>${text}</a>`)).toEqual({ a: text });
  });

  it('reads the five entities and numeric references, once', () => {
    expect(decodeXml('<a>&lt;&amp;&gt;&quot;&apos;</a>')).toEqual({ a: '<&>"\'' });
    expect(decodeXml('<a b="&#x20BB7;">&#x20BB7;&#134071;&#x4dae;&#65;</a>')).toEqual({ a: { '@b': '𠮷', '#text': '𠮷𠮷䶮A' } });
    expect(decodeXml('<a>&amp;lt;</a>')).toEqual({ a: '&lt;' });
    expect(decodeXml(`<a>${'&amp;'.repeat(20_000)}</a>`)).toEqual({ a: '&'.repeat(20_000) });
  });

  it('reads CDATA as it stands, and passes over comments and instructions', () => {
    expect(decodeXml('<a><![CDATA[<b>&amp; & ]]></a>')).toEqual({ a: '<b>&amp; & ' });
    expect(decodeXml('<!-- <b> & --><?go <b>?><a><?go x?><!-- > -->1</a><!-- end -->')).toEqual({ a: '1' });
  });

  it('drops prefixes, marks attributes, and lists what may repeat', () => {
    const text = '<s:a xmlns:s="urn:x" s:n="1"><s:i>1</s:i><b><i t="&gt;"/><i>2</i></b></s:a>';
    expect(decodeXml(text, { arrays: ['i'] })).toEqual({ a: { '@n': '1', i: ['1'], b: { i: [{ '@t': '>' }, '2'] } } });
    expect(decodeXml('<a><b>1</b></a>')).toEqual({ a: { b: '1' } });
    expect(decodeXml('<a><b>1</b><b>2</b></a>')).toEqual({ a: { b: ['1', '2'] } });
  });

  it('reads what encodeXml wrote', () => {
    // XML itself folds line ends and the parser trims, so that neither is promised.
    const text = fc.string({ unit: 'binary' }).filter((s) => s === s.trim() && !/[^\u0020-\uFFFD]/.test(s));
    fc.assert(
      fc.property(text, (name) => {
        expect(decodeXml(encodeXml({ a: { n: name } }))).toEqual({ a: { n: name } });
      }),
    );
  });

  const laughs = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('');
  it.each([
    ['a document type', '<!DOCTYPE a><a/>'],
    ['one in lower case', '<!doctype a><a/>'],
    ['an external entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
    ['a parameter entity', '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd"> %x;]><a/>'],
    ['a billion laughs', `${PROLOGUE}<!DOCTYPE a [<!ENTITY l0 "ha">${laughs}]><a>&l9;</a>`],
    ['a late document type', '<a/><!DOCTYPE a>'],
    ['an entity declaration alone', '<a><!ENTITY x "y"></a>'],
  ])('refuses %s', (_, text) => {
    expect(() => decodeXml(text)).toThrow(new DecodeError('the reply has a document type'));
  });

  it.each([
    '',
    'text',
    '<a>',
    '<a></b>',
    '<a><b></a></b>',
    '<a/><b/>',
    '<a>1</a>tail',
    '<a x=1/>',
    '<a x="1" x="2"/>',
    '<a x="<"/>',
    '<a b="1>2</a>',
    '<a>1 & 2</a>',
    '<a>&nbsp;</a>',
    '<a>&unknown;</a>',
    '<a>&#0;</a>',
    '<a>&#xD800;</a>',
    '<a>&#x110000;</a>',
    '<a>\u0001</a>',
    '<a>\uFFFE</a>',
    '<!-- <a/>',
    '<a><![CDATA[</a>',
    '<?xml version="1.0"',
    '{"a":1}',
  ])('refuses %o', (text) => {
    expect(() => decodeXml(text)).toThrow(DecodeError);
  });

  it('refuses every truncation of a reply', () => {
    const whole = `${PROLOGUE}<s:a xmlns:s="urn:x"><b c="1">&lt;一门</b><![CDATA[x]]></s:a>`;
    for (let length = 0; length < whole.length; length++) expect(() => decodeXml(whole.slice(0, length))).toThrow(DecodeError);
  });

  it('refuses names that would reach into every object', () => {
    expect(() => decodeXml('<a><__proto__><role>officer</role></__proto__></a>')).toThrow(DecodeError);
    expect(decodeXml('<a><p:role xmlns:p="u">1</p:role></a>')).toEqual({ a: { role: '1' } });
    expect(() => decodeXml('<a><p:__proto__><role>officer</role></p:__proto__></a>')).toThrow(DecodeError);
    expect(({} as { role?: string }).role).toBeUndefined();
  });

  it('counts tags and depth as a parser does', () => {
    expect(() => decodeXml(`<a>${'<b>1</b>'.repeat(25_000)}</a>`)).toThrow(new DecodeError('the reply has more than 20000 tags'));
    expect(() => decodeXml(`${'<a x="/>">'.repeat(65)}${'</a>'.repeat(65)}`)).toThrow(
      new DecodeError('the reply is nested deeper than 64'),
    );
    expect(decodeXml(`<a>${'<b/>'.repeat(19_000)}</a>`)).toBeTypeOf('object');
    expect(decodeXml(`${'<a>'.repeat(64)}${'</a>'.repeat(64)}`)).toBeTypeOf('object');
  });

  it.each([
    ['50,000 tags', `<a>${'<b>'.repeat(50_000)}`],
    ['opening brackets', '<'.repeat(8_000_000)],
    ['opened quotes', '<a x="'.repeat(1_300_000)],
    ['one endless attribute', `<a x="${'y'.repeat(8_000_000)}`],
    ['opened comments', '<!--'.repeat(2_000_000)],
    ['opened CDATA', `<a>${'<![CDATA['.repeat(900_000)}`],
    ['ampersands', `<a>${'&'.repeat(8_000_000)}</a>`],
    ['blanks in a tag', `<a${' '.repeat(8_000_000)}`],
  ])('refuses 8 MB of %s in one pass', (_, text) => {
    const started = performance.now();
    expect(() => decodeXml(text)).toThrow(DecodeError);
    // A quadratic parser would take minutes here.
    expect(performance.now() - started).toBeLessThan(1_500);
  });
});
