/**
 * Shapes of XML as {@link decodeXml} reads it: all values are text, attributes begin with `@`, an element's own text beside
 * attributes is `#text`, an element without content is an empty text, one that stands alone is no list.
 */
import { z } from 'zod';

/** The text of an element, whether it has attributes or not. */
const own = (it: unknown): unknown => {
  if (typeof it !== 'object' || it === null || Array.isArray(it)) return it;
  const { '#text': text = '', ...rest } = it as Record<string, unknown>;
  return Object.keys(rest).every((name) => name.startsWith('@')) ? text : it;
};

/** Text. */
export const text = () => z.preprocess(own, z.string());

/** One of some texts. */
export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) => z.preprocess(own, z.enum(values));

/** `xs:boolean`: true, false, 1 or 0. */
export const boolean = () =>
  z.preprocess(
    own,
    z.enum(['true', 'false', '1', '0']).transform((it) => it === 'true' || it === '1'),
  );

/** A number; what XML Schema calls INF and NaN is refused. */
export const number = () =>
  z.preprocess(
    own,
    z
      .string()
      .regex(/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/)
      .transform(Number)
      .pipe(z.number()),
  );

/** A whole number within 32 bits. */
export const int32 = () =>
  z.preprocess(
    own,
    z
      .string()
      .regex(/^[+-]?\d+$/)
      .transform(Number)
      .pipe(z.int32()),
  );

/** A whole number of any size, as its digits. */
export const digits = () => z.preprocess(own, z.string().regex(/^[+-]?\d+$/));

/** `xs:date`, with or without a time zone; the day without it. */
export const date = () =>
  z.preprocess(
    own,
    z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}(?:Z|[+-]\d{2}:\d{2})?$/)
      .transform((it) => it.slice(0, 10))
      .pipe(z.iso.date()),
  );

/** An element with content; one without any arrives as an empty text. */
export const element = <T extends z.core.$ZodLooseShape>(shape: T) =>
  z.preprocess((it) => (typeof it === 'string' ? { '#text': it } : it), z.object(shape));

/** An element that may repeat, or be missing. */
export const list = <T extends z.ZodType>(shape: T) =>
  z.preprocess((it) => (it === undefined ? [] : Array.isArray(it) ? it : [it]), z.array(shape));

const isNil = (it: unknown): boolean =>
  typeof it === 'object' && it !== null && /^(?:true|1)$/.test(String((it as Record<string, unknown>)['@nil'] ?? ''));

/** An element that may say that it has no value (`xsi:nil`). */
export const nillable = <T extends z.ZodType>(shape: T) => z.preprocess((it) => (isNil(it) ? null : it), shape.nullable());

/** An element of a plain type that may be missing; many agencies send it empty instead. */
export const maybe = <T extends z.ZodType>(shape: T) => z.preprocess((it) => (own(it) === '' ? undefined : it), shape.nullish());
