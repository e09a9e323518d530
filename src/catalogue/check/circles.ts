import type { Problems } from '../problems.ts';
import type { Found } from '../shelves.ts';

/** No agency belongs to itself, and no theme waits for itself. */
export function checkCircles({ agencies, themes, items }: Found, problems: Problems): void {
  const parents = new Map(agencies.placed.map(({ entry }) => [entry.id, entry.parent ? [entry.parent] : []]));
  for (const circle of circlesIn(parents)) {
    const place = agencies.placed.find(({ entry }) => entry.id === circle[0])?.place;
    if (place) problems.add(place, 'parent', `agencies belong to each other in a circle, ${named(circle)}: take one parent out`);
  }
  for (const { entry, place } of themes.placed) {
    const before = new Map(entry.steps.map(({ item, dependsOn }) => [item, dependsOn]));
    for (const circle of circlesIn(before)) {
      const slugs = circle.map((code) => items.get(code)?.slug ?? code);
      problems.add(place, 'steps', `steps wait for each other in a circle, ${named(slugs)}: take one dependsOn out`);
    }
  }
}

const named = (circle: readonly string[]) => circle.join(' → ');

/** Circles of a graph, each as its nodes with the first one at the end again. Every circle shows in at least one of them. */
function circlesIn(next: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const walk = (node: string, path: readonly string[]): void => {
    const at = path.indexOf(node);
    if (at >= 0) circles.push([...path.slice(at), node]);
    if (at >= 0 || done.has(node)) return;
    for (const one of next.get(node) ?? []) walk(one, [...path, node]);
    done.add(node);
  };
  for (const node of next.keys()) walk(node, []);
  return circles;
}
