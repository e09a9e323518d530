import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from './decode-error.ts';
import { decodeJson } from './json.ts';

/** What must arrive for plain data that was written by `JSON.stringify`. */
function arriving(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(arriving);
  if (typeof data === 'number' && /^-?\d+$/.test(String(data)) && !Number.isSafeInteger(data)) return String(data);
  if (Object.is(data, -0)) return 0;
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, item]) => [key, arriving(item)]));
}

const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.bigInt({ max: 10n ** 21n }).map(Number));
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    number,
    fc.string({ unit: 'binary' }),
    fc.boolean(),
    tie('list'),
    tie('record'),
  ),
  list: fc.array(tie('tree')),
  record: fc.dictionary(fc.string(), tie('tree'), { noNullPrototype: true }),
}));

describe('decodeJson', () => {
  it('gives back what JSON.stringify wrote', () => {
    const anything = fc.oneof(tree, fc.jsonValue()).filter((data) => !JSON.stringify(data).includes('__proto__'));
    fc.assert(
      fc.property(anything, (data) => {
        expect(decodeJson(JSON.stringify(data))).toStrictEqual(arriving(data));
      }),
    );
  });

  it.each([
    '{"a":1,"a":2}',
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":2}',
    '{"a":{"b":1},"a":3}',
    '[{"x":[{"a":"1","b":"2","a":"3"}]}]',
    '{"a\\"":1,"a\\u0022":2}',
    '{"":1,"":2}',
    '{"a":12345678901234567890,"a":12345678901234567890}',
  ])('refuses a doubled key: %s', (text) => {
    expect(() => decodeJson(text)).toThrow(/doubled key/);
    expect(() => decodeJson(text)).toThrow(DecodeError);
  });

  it('does not mistake colons and quotes inside texts for keys', () => {
    const tricky = { a: '"b":1,', 'c":': ['\\', '\\":', ':'], d: '\u2028:"' };
    expect(decodeJson(JSON.stringify(tricky))).toEqual(tricky);
  });

  it.each([
    '{"__proto__":{"role":"officer"}}',
    '{"\\u005f_proto__":{"role":"officer"}}',
    '[{"a":{"__proto__":1}}]',
    '{"constructor":{"prototype":{"role":"officer"}}}',
    '{"n":12345678901234567890,"__proto__":{"role":"officer"}}',
  ])('refuses %s and leaves all objects as they were', (text) => {
    expect(() => decodeJson(text)).toThrow(DecodeError);
    expect(({} as { role?: string }).role).toBeUndefined();
  });

  it.each(['NaN', '{"a":NaN}', 'Infinity', '[1,]', '{a:1}', "{'a':1}", '{"a":01}', '{"a":+1}', '// x\n1', '', ' ', '{"a":1}x', '"\n"'])(
    'refuses what is not JSON: %s',
    (text) => {
      expect(() => decodeJson(text)).toThrow(new DecodeError('the reply is not valid JSON'));
    },
  );

  it.each(['1e400', '-1e400', '[1e400]', '{"a": 1e400}', '{"a":\n 1.7976931348623159e308}', '10e0400', '[1,9e999]'])(
    'refuses a number that does not fit: %s',
    (text) => {
      expect(() => decodeJson(text)).toThrow(/does not fit/);
    },
  );

  it('hands an integer beyond 2^53 over as its digits', () => {
    expect(decodeJson('{"id":9007199254740993}')).toEqual({ id: '9007199254740993' });
    expect(decodeJson('-12345678901234567890')).toBe('-12345678901234567890');
    // Exact as a double, but a neighbour is not: the kind must not depend on the value.
    expect(decodeJson('[1152921504606846976, 9007199254740992]')).toEqual(['1152921504606846976', '9007199254740992']);
    expect(decodeJson('[9007199254740991, 1.50, 1e2, "12345678901234567890"]')).toEqual([
      Number.MAX_SAFE_INTEGER,
      1.5,
      100,
      '12345678901234567890',
    ]);
  });

  it('refuses every truncation of a reply', () => {
    const whole = '{"name":"一门","items":[{"n":1.5},null,true],"id":9007199254740993}';
    for (let length = 0; length < whole.length; length++) expect(() => decodeJson(whole.slice(0, length))).toThrow(DecodeError);
  });

  it.each(['[', '{"a":', '[{"a":'])('refuses a nesting 20,000 deep of %s', (open) => {
    const close = [...open]
      .reverse()
      .map((char) => ({ '[': ']', '{': '}' })[char] ?? '')
      .join('');
    expect(() => decodeJson(`${open.repeat(20_000)}1${close.repeat(20_000)}`)).toThrow(/nested deeper/);
    expect(() => decodeJson(open.repeat(20_000))).toThrow(DecodeError);
    expect(decodeJson(`${open.repeat(50)}1${close.repeat(50)}`)).toBeTypeOf('object');
  });

  it('never quotes the reply', () => {
    for (const text of ['{"id":"11010519491231002X"', '{"id":"11010519491231002X","id":1}'])
      expect(() => decodeJson(text)).toThrow(expect.objectContaining({ message: expect.not.stringContaining('1101') }));
  });

  it('reads 8 MB of text, escapes or opened strings in one pass', () => {
    const long = { text: '"\\:{['.repeat(800_000) };
    expect(decodeJson(JSON.stringify(long))).toEqual(long);
    expect(() => decodeJson(`{"a":"${'\\'.repeat(8_000_000)}`)).toThrow(DecodeError);
    expect(() => decodeJson('"a'.repeat(4_000_000))).toThrow(DecodeError);
  });
});
