import type { Shape } from '../contract.ts';
import { parts } from '../settle.ts';

export interface Ordered {
  /** Named shapes, each after those it refers to, as far as that can be. */
  readonly order: readonly Shape[];
  /** Those that can be reached from themselves. */
  readonly circular: ReadonlySet<Shape>;
}

interface Visit {
  readonly index: number;
  low: number;
}

/** Puts named shapes in order (Tarjan's strongly connected components, without recursion limits in mind: contracts are shallow). */
export function ordered(named: ReadonlyMap<Shape, string>): Ordered {
  const visits = new Map<Shape, Visit>();
  const stack: Shape[] = [];
  const onStack = new Set<Shape>();
  const order: Shape[] = [];
  const circular = new Set<Shape>();

  function visit(shape: Shape): Visit {
    const mine: Visit = { index: visits.size, low: visits.size };
    visits.set(shape, mine);
    stack.push(shape);
    onStack.add(shape);
    for (const next of neighbours(shape, named)) {
      const known = visits.get(next);
      if (next === shape) circular.add(shape);
      if (!known) mine.low = Math.min(mine.low, visit(next).low);
      else if (onStack.has(next)) mine.low = Math.min(mine.low, known.index);
    }
    if (mine.low === mine.index) close(shape);
    return mine;
  }

  function close(shape: Shape): void {
    const component = stack.splice(stack.indexOf(shape));
    for (const one of component) {
      onStack.delete(one);
      order.push(one);
      if (component.length > 1) circular.add(one);
    }
  }

  for (const shape of named.keys()) if (!visits.has(shape)) visit(shape);
  return { order, circular };
}

/** The named shapes a shape refers to, through lists and maps. */
function neighbours(shape: Shape, named: ReadonlyMap<Shape, string>): Shape[] {
  return parts(shape).flatMap((part) => nearest(part, named, new Set()));
}

function nearest(shape: Shape, named: ReadonlyMap<Shape, string>, seen: Set<Shape>): Shape[] {
  if (named.has(shape)) return [shape];
  if (seen.has(shape)) return [];
  seen.add(shape);
  return parts(shape).flatMap((part) => nearest(part, named, seen));
}
