import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decodeXml } from './codec/xml.ts';
import { digits, fitting, mixed, variant } from './shapes.ts';
import * as xml from './xml-shapes.ts';

describe('shapes of JSON', () => {
  it('digits keep every digit, whether they came as a number or as text', () => {
    expect(digits().parse(42)).toBe('42');
    expect(digits().parse('9007199254740993')).toBe('9007199254740993');
    for (const wrong of [1.5, '1.5', 'x', null, 2 ** 60]) expect(digits().safeParse(wrong).success).toBe(false);
  });

  it('mixed is text whatever it was', () => {
    expect([mixed().parse(1), mixed().parse(false), mixed().parse('a')]).toEqual(['1', 'false', 'a']);
  });

  const shapes = () => ({ cat: z.object({ lives: z.int() }), dog: z.object({ size: z.string() }) });

  it('a variant is told by its property; one nobody named is refused', () => {
    const pet = variant('kind', { Cat: 'cat', 'big dog': 'dog' }, shapes);
    expect(pet.parse({ kind: 'big dog', size: 'L' })).toEqual({ dog: { size: 'L' } });
    for (const wrong of [{ kind: 'constructor' }, { kind: 'Cat' }, {}, null, 'Cat']) expect(pet.safeParse(wrong).success).toBe(false);
  });

  it('without such a property every shape that fits is given, and at least one must', () => {
    const pet = fitting(shapes);
    expect(pet.parse({ lives: 9, size: 'L' })).toEqual({ cat: { lives: 9 }, dog: { size: 'L' } });
    expect(pet.parse({ lives: 9 })).toEqual({ cat: { lives: 9 } });
    expect(pet.safeParse({}).success).toBe(false);
  });
});

describe('shapes of XML', () => {
  const read = (shape: z.ZodType, text: string) => shape.safeParse((decodeXml(`<r>${text}</r>`) as { r: unknown }).r);
  const values = xml.element({
    a: xml.text().nullish(),
    n: xml.maybe(xml.nillable(xml.int32())),
    many: xml.list(xml.text()),
    '@id': xml.digits().nullish(),
  });

  it('one of a list is a list, none is an empty one', () => {
    expect(read(values, '<many>x</many>').data).toMatchObject({ many: ['x'] });
    expect(read(values, '<many>x</many><many/>').data).toMatchObject({ many: ['x', ''] });
    expect(read(values, '').data).toMatchObject({ many: [] });
  });

  it('text keeps its zeros, with attributes beside it or not', () => {
    expect(read(values, '<a>0012</a>').data).toMatchObject({ a: '0012' });
    expect(read(values, '<a unit="m">0012</a>').data).toMatchObject({ a: '0012' });
    expect(read(values, '<a><b>1</b></a>').success).toBe(false);
  });

  it('nil, empty and missing numbers are no numbers', () => {
    const nil = '<n xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>';
    expect([nil, '<n/>', ''].map((text) => (read(values, text).data as { n?: unknown }).n ?? null)).toEqual([null, null, null]);
    expect(read(values, '<n>2147483648</n>').success).toBe(false);
    expect(read(values, '<n>7</n>').data).toMatchObject({ n: 7 });
  });

  it('booleans, numbers and dates as XML Schema writes them, nothing else', () => {
    expect(['true', '1', 'false', '0'].map((text) => read(xml.boolean(), text).data)).toEqual([true, true, false, false]);
    expect(['1.5', '-2e3', '.5'].map((text) => read(xml.number(), text).data)).toEqual([1.5, -2000, 0.5]);
    expect(['2026-01-15', '2026-01-15Z', '2026-01-15+08:00'].map((text) => read(xml.date(), text).data)).toEqual(
      Array(3).fill('2026-01-15'),
    );
    for (const [shape, text] of [
      [xml.boolean(), 'yes'],
      [xml.number(), 'INF'],
      [xml.date(), '2026-02-30'],
      [xml.oneOf(['a']), 'b'],
    ] as const)
      expect(read(shape, text).success).toBe(false);
  });
});
