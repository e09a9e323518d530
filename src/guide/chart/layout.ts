/**
 * Lays a chart out by rows and columns, and its lines in the channels between rows and the gutters between columns.
 *
 * Why no general layout library: those spread a graph so that lines become straight. The best settings found for one
 * (layered, stages as compound nodes) gave the 38 steps of a construction project 283 × 326 mm at 2.9 mm text and took 200
 * to 500 ms; on A4 that is text of 1.7 mm. A guide is a special case: rows follow from dependencies, boxes are alike,
 * stages are frames. A grid is tighter and calmer to read, and takes a few milliseconds.
 *
 * - channel 行间: the room below a row; lines go sideways there, each in a track of its own.
 * - gutter 列间: the room left of a column; lines that pass several rows go down there.
 * - net 线束, spine 主干: see nets.ts and spines.ts.
 */
import type { Box } from './boxes.ts';
import type { Arrow, Block } from './drawn.ts';
import type { Area, Grid } from './grid.ts';
import { entryOf, exitOf, type Net, type Pin } from './nets.ts';
import type { Routes } from './routes.ts';

/** Millimetres of a chart at its natural size. */
const GAP = { line: 1.2, box: 0.7, arrow: 1.7, frame: 1.2, outside: 0.8, pin: 2.2 } as const;

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

/** The heights of rows: boxes of a row are alike. */
const heightsOf = ({ rows, cellOf }: Grid, boxes: ReadonlyMap<string, Box>): readonly number[] => {
  const heights = Array.from({ length: rows }, () => 0);
  for (const [code, { row }] of cellOf) heights[row] = Math.max(heights[row] ?? 0, boxes.get(code)?.height ?? 0);
  return heights;
};

/** How high an area's frame is at least: as if no lines ran between its rows. */
const leastHeight = ({ firstRow, lastRow }: Area, heights: readonly number[]): number =>
  heights.slice(firstRow, lastRow + 1).reduce((sum, height) => sum + height, 0) +
  (lastRow - firstRow) * (GAP.box + GAP.arrow) +
  2 * GAP.frame;

/** Everything that lies beside each other. */
interface Across {
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

function acrossOf(grid: Grid, { spines, slot }: Routes, boxWidth: number, strip: (gutter: number) => number): Across {
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

/** The track of each net in each channel in which it goes sideways, from the top. */
type Tracks = ReadonlyMap<number, ReadonlyMap<string, number>>;

function tracksOf({ nets }: Routes, across: Across): Tracks {
  const channels = new Set(nets.flatMap(({ pins }) => pins.map(({ channel }) => channel)));
  return new Map([...channels].map((channel) => [channel, tracksIn(channel, nets, across)]));
}

function tracksIn(channel: number, nets: readonly Net[], across: Across): ReadonlyMap<string, number> {
  const stretches = nets.flatMap((net) => {
    const at = reachIn(channel, net, across);
    const stretch = { net, from: Math.min(...at), to: Math.max(...at) };
    return at.length > 1 && stretch.to - stretch.from > 0.01 ? [stretch] : [];
  });
  const ends: number[] = [];
  const tracks = new Map<string, number>();
  for (const { net, from, to } of stretches.sort((a, b) => a.from - b.from)) {
    const found = ends.findIndex((end) => end + GAP.line <= from);
    const track = found < 0 ? ends.length : found;
    ends[track] = to;
    tracks.set(net.id, track);
  }
  return tracks;
}

/** Where a net is within a channel, from left to right. */
function reachIn(channel: number, net: Net, across: Across): readonly number[] {
  const pins = net.pins.filter((pin) => pin.channel === channel);
  const spine = across.spine(net);
  if (pins.length === 0) return [];
  return [...pins.map((pin) => across.pin(net, pin)), ...(spine === undefined ? [] : [spine])];
}

/** Everything that lies below each other. */
interface Down {
  readonly height: number;
  readonly rows: readonly { readonly y: number; readonly height: number }[];
  /** Height of a track within a channel. */
  readonly track: (channel: number, track: number) => number;
}

function downOf(grid: Grid, heights: readonly number[], tracks: Tracks): Down {
  const rows: { y: number; height: number }[] = [];
  const channels: number[] = [];
  let y = GAP.frame;
  for (const [row, height] of heights.entries()) {
    rows.push({ y, height });
    const isEdge = grid.areas.some(({ lastRow }) => lastRow === row) && grid.areas.some(({ firstRow }) => firstRow === row + 1);
    const edge = isEdge ? GAP.frame : 0;
    const lines = Math.max(0, ...[...(tracks.get(row)?.values() ?? [])].map((track) => track + 1));
    channels.push(y + height + edge + GAP.box + GAP.line / 2);
    y += height + 2 * edge + GAP.box + Math.max(lines * GAP.line, GAP.line / 2) + GAP.arrow;
  }
  const last = rows.at(-1);
  return {
    height: (last ? last.y + last.height : 0) + GAP.frame,
    rows,
    track: (channel, track) => (channels[channel] ?? 0) + track * GAP.line,
  };
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
