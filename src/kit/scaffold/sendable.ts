import type { Shape } from './contract.ts';

/** Whether a value is one plain text, number or code. */
export const isPlain = (shape: Shape): boolean => (shape.kind === 'scalar' && shape.scalar !== 'json') || shape.kind === 'enum';

/** Whether an input type can say it: no variants and no open maps. */
export function isSendableDeep(shape: Shape, seen: Set<Shape>): boolean {
  if (seen.has(shape) || isPlain(shape)) return true;
  seen.add(shape);
  if (shape.kind === 'list') return isSendableDeep(shape.of, seen);
  return (
    shape.kind === 'object' &&
    shape.lacks.length === 0 &&
    shape.fields.length > 0 &&
    shape.fields.every((field) => isSendableDeep(field.shape, seen))
  );
}
