import type { Scalar, ScalarShape } from '../contract.ts';
import { isObject } from './documents.ts';
import type { Flat } from './flat.ts';

export const isNumeric = (type: string): boolean => type === 'integer' || type === 'number';
export const isScalarType = (type: string): boolean => type === 'string' || type === 'boolean' || isNumeric(type);

/** The JSON types of a schema, from its parts where it does not say. */
export function typesOf(flat: Flat): readonly string[] {
  if (flat.types.length > 0) return flat.types;
  if (flat.properties.size > 0 || isObject(flat.rest)) return ['object'];
  if (flat.items !== undefined) return ['array'];
  if (flat.values?.length) return [...new Set(flat.values.map((it) => (typeof it === 'number' ? 'number' : typeof it)))];
  return flat.format === 'date' || flat.format === 'date-time' ? ['string'] : [];
}

export const scalar = (kind: Scalar): ScalarShape => ({ kind: 'scalar', scalar: kind });

const SMALL = /^u?int(?:8|16)$|^int32$/;
const LARGE = /^(?:u?int64|uint32|long|bigint)$/;
const INT32 = 2 ** 31;

export function scalarOf(type: string, flat: Flat): ScalarShape {
  if (type === 'boolean') return scalar('boolean');
  if (type === 'integer' || (type === 'number' && (SMALL.test(flat.format ?? '') || LARGE.test(flat.format ?? ''))))
    return scalar(wholeOf(flat));
  if (type === 'number') return scalar('number');
  if (flat.format === 'date') return scalar('date');
  if (flat.format === 'date-time') return scalar('instant');
  return { ...scalar('text'), sample: typeof flat.example === 'string' && flat.example.length <= 80 ? flat.example : undefined };
}

/** How large a whole number may be: only what the contract says makes it small. */
function wholeOf({ format, minimum, maximum }: Flat): Scalar {
  const fits = (it: number) => it >= -INT32 && it < INT32;
  if (minimum !== undefined && maximum !== undefined && fits(minimum) && fits(maximum)) return 'int32';
  if (SMALL.test(format ?? '')) return 'int32';
  if (LARGE.test(format ?? '') || (maximum !== undefined && maximum > Number.MAX_SAFE_INTEGER)) return 'int64';
  return 'integer';
}
