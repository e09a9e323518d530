import type { Arrow, Block, DrawnStep } from './drawn.ts';

/** How many arrows lie between each step and the end, along the longest way. */
export type Tails = ReadonlyMap<string, number>;

export function tailsOf(steps: readonly DrawnStep[], arrows: readonly Arrow[]): Tails {
  const tails = new Map(steps.map(({ item }) => [item.code, 0]));
  // Steps come in an order in which nothing comes before its dependency: from the last to the first, all tails are known.
  for (const { item } of [...steps].reverse())
    for (const { from, to } of arrows) if (to === item.code) tails.set(from, Math.max(tails.get(from) ?? 0, (tails.get(to) ?? 0) + 1));
  return tails;
}

/**
 * The rows of a block at most so many columns wide: nothing stands above what it waits for, and what has the longest way
 * to the end goes first, so that there are as few rows as that way allows.
 */
export function rowsOf({ steps }: Block, arrows: readonly Arrow[], tails: Tails, columns: number): readonly (readonly DrawnStep[])[] {
  const codes = new Set(steps.map(({ item }) => item.code));
  const inside = arrows.filter(({ from, to }) => codes.has(from) && codes.has(to));
  const rows: (readonly DrawnStep[])[] = [];
  let left = [...steps].sort((a, b) => (tails.get(b.item.code) ?? 0) - (tails.get(a.item.code) ?? 0));
  while (left.length > 0) {
    const waiting = new Set(left.map(({ item }) => item.code));
    const free = left.filter(({ item }) => inside.every(({ from, to }) => to !== item.code || !waiting.has(from)));
    const row = (free.length > 0 ? free : left).slice(0, columns);
    rows.push(row);
    left = left.filter((step) => !row.includes(step));
  }
  return rows;
}
