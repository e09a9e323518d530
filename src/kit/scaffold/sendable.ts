import type { Shape, Variant, VariantsShape } from './contract.ts';

/** Whether a value is one plain text, number or code. */
export const isPlain = (shape: Shape): boolean => (shape.kind === 'scalar' && shape.scalar !== 'json') || shape.kind === 'enum';

/** Whether an input type can say it: nothing open, and of several kinds only those that are told apart by what is written. */
export function isSendableDeep(shape: Shape, seen: Set<Shape>): boolean {
  if (seen.has(shape) || isPlain(shape)) return true;
  seen.add(shape);
  if (shape.kind === 'list') return isSendableDeep(shape.of, seen);
  if (shape.kind === 'variants')
    return shape.by !== '@type' && shape.variants.every((it) => isMarked(it, shape) && isSendableDeep(it.shape, seen));
  return (
    shape.kind === 'object' &&
    shape.lacks.length === 0 &&
    shape.fields.length > 0 &&
    shape.fields.every((field) => isSendableDeep(field.shape, seen))
  );
}

/** Whether it is known what must be written of a variant so that it is taken for what it is. */
const isMarked = ({ shape, values }: Variant, { by }: VariantsShape): boolean =>
  by === undefined || (shape.kind === 'object' && (values.length === 1 || shape.fields.some((field) => field.wire === by)));
