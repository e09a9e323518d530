/**
 * Lays a chart out by rows and columns, and its lines in the channels between rows and the gutters between columns.
 *
 * Why no general layout library: those spread a graph so that lines become straight. The best that came of elkjs (layered,
 * every stage laid out for itself) took 270 × 342 mm for the 38 steps of a construction project: on A4 that is text of 1.8
 * and 2.0 mm, after a few hundred milliseconds that block everything else. A guide is a special case: rows follow from
 * dependencies, boxes are alike, stages are frames. A grid is tighter and calmer to read (2.5 and 2.7 mm), in about 25 ms.
 *
 * - channel 行间: the room below a row; lines go sideways there, each in a track of its own.
 * - gutter 列间: the room left of a column; lines that pass several rows go down there.
 * - net 线束, spine 主干: see nets.ts and spines.ts.
 */
import { type Across, acrossOf } from './across.ts';
import type { Box } from './boxes.ts';
import { type Down, downOf, heightsOf, leastHeight, type Tracks, tracksOf } from './down.ts';
import type { Arrow, Block } from './drawn.ts';
import { GAP } from './gaps.ts';
import type { Area, Grid } from './grid.ts';
import { entryOf, exitOf, type Net } from './nets.ts';
import type { Routes } from './routes.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Rect extends Point {
  readonly width: number;
  readonly height: number;
}

/** Where boxes and lines go, before anything has a size. */
export interface Plan {
  readonly grid: Grid;
  readonly routes: Routes;
}

/** Where everything of a chart is, in millimetres from its upper left corner. */
export interface ChartLayout {
  readonly rows: number;
  readonly width: number;
  readonly height: number;
  /** `name`: the strip along the frame's left side in which the block's name stands. */
  readonly frames: readonly { readonly block: Block; readonly frame: Rect; readonly name: Rect }[];
  readonly boxes: readonly { readonly box: Box; readonly rect: Rect }[];
  readonly lines: readonly { readonly arrow: Arrow; readonly points: readonly Point[] }[];
}

/** What is put in the cells. */
export interface Content {
  readonly boxes: ReadonlyMap<string, Box>;
  readonly boxWidth: number;
  /** Width of the strip that a block's name needs beside a frame of this height. */
  readonly stripOf: (block: Block, height: number) => number;
}

export function layoutOf(plan: Plan, content: Content): ChartLayout {
  const { grid, routes } = plan;
  const { boxes } = content;
  const { across, tracks, down } = measured(plan, content);
  return {
    rows: grid.rows,
    width: across.width,
    height: down.height,
    frames: grid.areas.map((area) => frameOf(area, across, down)),
    boxes: [...grid.cellOf].flatMap(([code, { row, column }]) => {
      const box = boxes.get(code);
      const rect = {
        x: across.columns[column] ?? 0,
        y: down.rows[row]?.y ?? 0,
        width: across.boxWidth,
        height: down.rows[row]?.height ?? 0,
      };
      return box ? [{ box, rect }] : [];
    }),
    lines: routes.nets.flatMap((net) => net.arrows.map((arrow) => ({ arrow, points: pointsOf(arrow, net, grid, across, tracks, down) }))),
  };
}

/** How large a chart becomes, without drawing it. */
export function sizeOf(plan: Plan, content: Content): { readonly width: number; readonly height: number } {
  const { across, down } = measured(plan, content);
  return { width: across.width, height: down.height };
}

/** How wide a chart becomes at least with boxes of a width. */
export const leastWidth = ({ grid, routes }: Plan, boxWidth: number): number => acrossOf(grid, routes, boxWidth, () => 0).width;

function measured({ grid, routes }: Plan, content: Content): { across: Across; tracks: Tracks; down: Down } {
  const heights = heightsOf(grid, content.boxes);
  const strip = (gutter: number) =>
    Math.max(
      0,
      ...grid.areas
        .filter(({ firstColumn }) => firstColumn === gutter)
        .map((area) => content.stripOf(area.block, leastHeight(area, heights))),
    );
  const across = acrossOf(grid, routes, content.boxWidth, strip);
  const tracks = tracksOf(routes, across);
  return { across, tracks, down: downOf(grid, heights, tracks) };
}

function frameOf({ block, firstRow, lastRow, firstColumn, lastColumn }: Area, across: Across, down: Down): ChartLayout['frames'][number] {
  const strip = across.strips[firstColumn] ?? 0;
  const left = firstColumn === 0 ? 0 : (across.columns[firstColumn] ?? 0) - strip - GAP.frame;
  const right = (across.columns[lastColumn] ?? 0) + across.boxWidth + GAP.frame;
  const top = (down.rows[firstRow]?.y ?? 0) - GAP.frame;
  const bottom = (down.rows[lastRow]?.y ?? 0) + (down.rows[lastRow]?.height ?? 0) + GAP.frame;
  const frame = { x: left, y: top, width: right - left, height: bottom - top };
  return { block, frame, name: { ...frame, width: strip } };
}

function pointsOf(arrow: Arrow, net: Net, grid: Grid, across: Across, tracks: Tracks, down: Down): readonly Point[] {
  const [from, to] = [grid.cellOf.get(arrow.from), grid.cellOf.get(arrow.to)];
  const [exit, entry] = [exitOf(from), entryOf(to)];
  const trackY = (channel: number) => {
    const track = tracks.get(channel)?.get(net.id);
    return track === undefined ? undefined : down.track(channel, track);
  };
  const start = { x: across.pin(net, exit), y: (down.rows[exit.channel]?.y ?? 0) + (down.rows[exit.channel]?.height ?? 0) };
  const end = { x: across.pin(net, entry), y: down.rows[entry.channel + 1]?.y ?? 0 };
  const spine = exit.channel === entry.channel ? undefined : across.spine(net);
  const [upper, lower] = [trackY(exit.channel) ?? start.y, trackY(entry.channel) ?? end.y];
  const points =
    spine === undefined
      ? [start, { x: start.x, y: upper }, { x: end.x, y: upper }, end]
      : [start, { x: start.x, y: upper }, { x: spine, y: upper }, { x: spine, y: lower }, { x: end.x, y: lower }, end];
  return withoutRepeats(points);
}

/** Without points that change nothing. */
const withoutRepeats = (points: readonly Point[]): readonly Point[] =>
  points
    .filter((point, i) => i === 0 || !isSame(point, points[i - 1]))
    .filter((point, i, all) => {
      const [before, after] = [all[i - 1], all[i + 1]];
      return !before || !after || !((before.x === point.x && point.x === after.x) || (before.y === point.y && point.y === after.y));
    });

const isSame = (a: Point, b: Point | undefined): boolean => b !== undefined && a.x === b.x && a.y === b.y;
