import type { Arrow } from './drawn.ts';
import type { Cell, Grid } from './grid.ts';

/** Where a line meets a box: from below its channel or from above. Channel n lies below row n. */
export interface Pin {
  readonly channel: number;
  readonly column: number;
}

/**
 * Arrows drawn as one line with branches: all from one step, or all to one step, whichever gathers more. Without this,
 * the 13 steps that a construction permit waits for would be 13 lines across the page.
 */
export interface Net {
  readonly id: string;
  readonly arrows: readonly Arrow[];
  readonly pins: readonly Pin[];
}

export function netsOf(arrows: readonly Arrow[], { cellOf }: Grid): readonly Net[] {
  const [leaving, coming] = [counted(arrows.map(({ from }) => from)), counted(arrows.map(({ to }) => to))];
  const nets = new Map<string, Arrow[]>();
  for (const arrow of arrows) {
    const isFrom = (leaving.get(arrow.from) ?? 0) >= (coming.get(arrow.to) ?? 0);
    const id = isFrom ? `from ${arrow.from}` : `to ${arrow.to}`;
    nets.set(id, [...(nets.get(id) ?? []), arrow]);
  }
  return [...nets].map(([id, own]) => ({ id, arrows: own, pins: pinsOf(own, cellOf) }));
}

function counted(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function pinsOf(arrows: readonly Arrow[], cellOf: ReadonlyMap<string, Cell>): readonly Pin[] {
  const pins = arrows.flatMap(({ from, to }) => [exitOf(cellOf.get(from)), entryOf(cellOf.get(to))]);
  return [...new Map(pins.map((pin) => [`${pin.channel} ${pin.column}`, pin])).values()];
}

const NOWHERE: Cell = { row: 0, column: 0 };
/** Lines leave a box at its lower side. */
export const exitOf = ({ row, column }: Cell = NOWHERE): Pin => ({ channel: row, column });
/** Lines come into a box at its upper side. */
export const entryOf = ({ row, column }: Cell = NOWHERE): Pin => ({ channel: row - 1, column });

/** First and last channel of a net. */
export function spanOf({ pins }: Net): readonly [number, number] {
  const channels = pins.map(({ channel }) => channel);
  return [Math.min(...channels), Math.max(...channels)];
}
