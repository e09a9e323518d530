import type { Grid } from './grid.ts';
import { type Net, spanOf } from './nets.ts';

/** Where a net goes from channel to channel: down a column whose cells are empty there, or down a gutter beside columns. */
export type Spine =
  | { readonly kind: 'column'; readonly column: number }
  /** Gutter n lies left of column n. `track` counts lines side by side within it. */
  | { readonly kind: 'gutter'; readonly gutter: number; readonly track: number };

/** What a further line in a gutter costs, in columns: enough to choose an emptier one that is as near. */
const CROWDED = 0.08;
const STRAIGHT = 0.3;

/** A spine for every net that reaches over more than one channel. No two share a place. */
export function spinesOf(nets: readonly Net[], grid: Grid): ReadonlyMap<string, Spine> {
  const spines = new Map<string, Spine>();
  const taken: Taken[] = [];
  const long = nets.filter((net) => spanOf(net)[0] < spanOf(net)[1]);
  const length = (net: Net) => spanOf(net)[1] - spanOf(net)[0];
  for (const net of [...long].sort((a, b) => length(a) - length(b))) {
    const spine = bestOf(net, grid, taken);
    spines.set(net.id, spine);
    taken.push({ spine, span: spanOf(net) });
  }
  return spines;
}

interface Taken {
  readonly spine: Spine;
  readonly span: readonly [number, number];
}

function bestOf(net: Net, grid: Grid, taken: readonly Taken[]): Spine {
  const [from, to] = spanOf(net);
  const beside = taken.filter(({ span }) => span[0] <= to && from <= span[1]);
  const choices = [
    ...columnsFree(net, grid, beside).map(
      (column): Choice => ({ spine: { kind: 'column', column }, cost: wayTo(net, column + 0.5) - STRAIGHT }),
    ),
    ...Array.from({ length: grid.columns + 1 }, (_, gutter): Choice => {
      const lines = beside.flatMap(({ spine }) => (spine.kind === 'gutter' && spine.gutter === gutter ? [spine.track] : []));
      return { spine: { kind: 'gutter', gutter, track: firstFree(lines) }, cost: wayTo(net, gutter) + CROWDED * lines.length };
    }),
  ];
  return choices.reduce((a, b) => (b.cost < a.cost - 1e-9 ? b : a)).spine;
}

interface Choice {
  readonly spine: Spine;
  readonly cost: number;
}

function firstFree(taken: readonly number[]): number {
  let track = 0;
  while (taken.includes(track)) track++;
  return track;
}

/** Columns that are empty along the net, where nothing else begins or ends at the middle of a box. */
function columnsFree(net: Net, { columns, cellOf }: Grid, beside: readonly Taken[]): readonly number[] {
  const [from, to] = spanOf(net);
  const cells = [...cellOf.values()];
  const isOwn = (channel: number, column: number) => net.pins.some((pin) => pin.channel === channel && pin.column === column);
  return Array.from({ length: columns }, (_, column) => column).filter(
    (column) =>
      cells.every((cell) => cell.column !== column || cell.row <= from || cell.row > to) &&
      cells.every(
        (cell) => cell.column !== column || (cell.row !== from && cell.row !== to + 1) || isOwn(cell.row === from ? from : to, column),
      ) &&
      beside.every(({ spine }) => spine.kind !== 'column' || spine.column !== column),
  );
}

/** How far the net goes sideways in all its channels when its spine is there, in columns. */
function wayTo(net: Net, spine: number): number {
  const channels = [...new Set(net.pins.map(({ channel }) => channel))];
  return channels.reduce((sum, channel) => {
    const at = [spine, ...net.pins.filter((pin) => pin.channel === channel).map(({ column }) => column + 0.5)];
    return sum + Math.max(...at) - Math.min(...at);
  }, 0);
}
