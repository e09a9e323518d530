import { GAP } from './gaps.ts';
import type { Grid } from './grid.ts';
import type { Net, Pin } from './nets.ts';
import type { Routes } from './routes.ts';

/** Everything that lies beside each other. */
export interface Across {
  readonly width: number;
  readonly boxWidth: number;
  /** Left sides of the boxes, by column. */
  readonly columns: readonly number[];
  /** Widths of the strips for names, by gutter. */
  readonly strips: readonly number[];
  /** Where a net goes up or down. */
  readonly pin: (net: Net, pin: Pin) => number;
  readonly spine: (net: Net) => number | undefined;
}

/** `strip`: width of the names in a gutter. */
export function acrossOf(grid: Grid, { spines, slot }: Routes, boxWidth: number, strip: (gutter: number) => number): Across {
  const columns: number[] = [];
  const firstTracks: number[] = [];
  const strips: number[] = [];
  let x = 0;
  for (let gutter = 0; gutter <= grid.columns; gutter++) {
    const tracks = [...spines.values()].flatMap((spine) => (spine.kind === 'gutter' && spine.gutter === gutter ? [spine.track + 1] : []));
    const lines = Math.max(0, ...tracks) * GAP.line;
    const name = strip(gutter);
    strips.push(name);
    // Left of everything the names come first: lines then do not cross them.
    const first = x + (gutter === 0 ? name : GAP.frame + GAP.outside);
    firstTracks.push(first + GAP.line / 2);
    x = first + lines + (gutter === 0 ? 0 : name) + GAP.frame;
    columns.push(x);
    x += boxWidth;
  }
  const middle = (column: number) => (columns[column] ?? 0) + boxWidth / 2;
  return {
    width: x - boxWidth - GAP.frame,
    boxWidth,
    columns,
    strips,
    pin: (net, pin) => middle(pin.column) + slot(net, pin) * GAP.pin,
    spine: ({ id }) => {
      const spine = spines.get(id);
      if (!spine) return undefined;
      return spine.kind === 'column' ? middle(spine.column) : (firstTracks[spine.gutter] ?? 0) + spine.track * GAP.line;
    },
  };
}
