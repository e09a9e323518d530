/** Shapes that agencies' JSON needs beyond zod's own. */
import { z } from 'zod';

/** A whole number of any size, as its digits: beyond 2^53 it arrives as text, below as a number. */
export const digits = () => z.union([z.int(), z.string().regex(/^-?\d+$/)]).transform(String);

/** Text, number or boolean, as text. */
export const mixed = () => z.union([z.string(), z.number(), z.boolean()]).transform(String);

type Shapes = Readonly<Record<string, z.ZodType>>;
/** The variants of a value that it is, each under its name. */
type Variants<T extends Shapes> = { -readonly [Name in keyof T]?: z.output<T[Name]> | undefined };

/**
 * One of several shapes, told by a property: `values` says which variant each of its values means. The result holds that
 * variant under its name. In XML a prefix of the value is dropped.
 */
export function variant<T extends Shapes>(
  by: string,
  values: Readonly<Record<string, keyof T & string>>,
  shapes: () => T,
): z.ZodType<Variants<T>> {
  return z.unknown().transform((it, context) => {
    const given = typeof it === 'object' && it !== null ? (it as Record<string, unknown>)[by] : undefined;
    const value = by.startsWith('@') ? String(given).replace(/^.*:/, '') : String(given);
    const name = Object.hasOwn(values, value) ? values[value] : undefined;
    const parsed = name === undefined ? undefined : shapes()[name]?.safeParse(it);
    if (name !== undefined && parsed?.success) return { [name]: parsed.data } as Variants<T>;
    for (const issue of parsed?.error?.issues ?? [{ path: [by] }]) context.addIssue({ code: 'custom', path: [...issue.path] });
    return z.NEVER;
  });
}

/** One or more of several shapes that nothing tells apart: the result holds every one that the value fits. */
export function fitting<T extends Shapes>(shapes: () => T): z.ZodType<Variants<T>> {
  return z.unknown().transform((it, context) => {
    const parsed = Object.entries(shapes()).map(([name, shape]) => [name, shape.safeParse(it)] as const);
    const fits = parsed.flatMap(([name, result]) => (result.success ? [[name, result.data] as const] : []));
    if (fits.length > 0) return Object.fromEntries(fits) as Variants<T>;
    context.addIssue({ code: 'custom', message: 'fits none of its shapes' });
    return z.NEVER;
  });
}
