import type { Contract, ObjectShape, Operation, Shape } from './contract.ts';
import { Omissions } from './contract.ts';

/**
 * Makes a contract writable: an object without a single field is JSON text (or, in XML, nothing); an object that must
 * hold itself without end may leave itself out.
 */
export function settled(contract: Contract): Contract {
  const omissions = new Omissions();
  for (const { what, place, reason } of contract.leftOut) omissions.add(what, place, reason);
  const isXml = contract.kind === 'wsdl';
  const operations = contract.operations.flatMap((operation): Operation[] => {
    const reply = emptied(operation.reply, isXml, new Map());
    if (reply === undefined) {
      omissions.add(operation.name, operation.place, 'its reply holds nothing that could be answered');
      return [];
    }
    for (const { shape } of operation.inputs) uncircled(shape);
    uncircled(reply);
    return [{ ...operation, reply }];
  });
  return { ...contract, operations, leftOut: omissions.all };
}

/** The shape with its empty objects replaced; undefined where nothing is left of it. */
function emptied(shape: Shape, isXml: boolean, done: Map<Shape, Shape | undefined>): Shape | undefined {
  if (done.has(shape)) return done.get(shape);
  done.set(shape, shape);
  if (shape.kind === 'object') emptiedFields(shape, isXml, done);
  if (shape.kind === 'list' || shape.kind === 'map') {
    const of = emptied(shape.of, isXml, done);
    if (of === undefined) return kept(shape, undefined, done);
    shape.of = of;
  }
  if (shape.kind === 'variants') {
    for (const variant of shape.variants) variant.shape = emptied(variant.shape, isXml, done) ?? JSON_TEXT;
  }
  if (shape.kind !== 'object' || shape.fields.length > 0) return shape;
  return kept(shape, isXml ? undefined : JSON_TEXT, done);
}

const JSON_TEXT: Shape = { kind: 'scalar', scalar: 'json' };

function kept(shape: Shape, as: Shape | undefined, done: Map<Shape, Shape | undefined>): Shape | undefined {
  done.set(shape, as);
  return as;
}

function emptiedFields(shape: ObjectShape, isXml: boolean, done: Map<Shape, Shape | undefined>): void {
  const fields = shape.fields.splice(0);
  for (const field of fields) {
    const its = emptied(field.shape, isXml, done);
    if (its === undefined) continue;
    field.shape = its;
    shape.fields.push(field);
  }
}

/** Cuts circles of fields that must be there: no record could ever hold them. */
function uncircled(root: Shape): void {
  const done = new Set<Shape>();
  const open: ObjectShape[] = [];
  function visit(shape: Shape): void {
    if (shape.kind !== 'object' || done.has(shape)) return;
    open.push(shape);
    for (const field of shape.fields) {
      const isCircle = field.required && !field.nullable && field.shape.kind === 'object' && open.includes(field.shape);
      if (isCircle) field.required = false;
      else if (field.required && !field.nullable) visit(field.shape);
    }
    open.pop();
    done.add(shape);
  }
  for (const shape of reachable([root])) visit(shape);
}

/** Every shape that can be reached from some, each once, in the order they are met. */
export function reachable(roots: readonly Shape[]): readonly Shape[] {
  const found = new Set<Shape>();
  const waiting = [...roots].reverse();
  for (let shape = waiting.pop(); shape; shape = waiting.pop()) {
    if (found.has(shape)) continue;
    found.add(shape);
    waiting.push(...parts(shape).toReversed());
  }
  return [...found];
}

/** The shapes a shape refers to. */
export function parts(shape: Shape): readonly Shape[] {
  if (shape.kind === 'object') return shape.fields.map((field) => field.shape);
  if (shape.kind === 'list' || shape.kind === 'map') return [shape.of];
  return shape.kind === 'variants' ? shape.variants.map((variant) => variant.shape) : [];
}
