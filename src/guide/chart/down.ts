import type { Across } from './across.ts';
import type { Box } from './boxes.ts';
import { GAP } from './gaps.ts';
import type { Area, Grid } from './grid.ts';
import type { Net } from './nets.ts';
import type { Routes } from './routes.ts';

/** The heights of rows: boxes of a row are alike. */
export const heightsOf = ({ rows, cellOf }: Grid, boxes: ReadonlyMap<string, Box>): readonly number[] => {
  const heights = Array.from({ length: rows }, () => 0);
  for (const [code, { row }] of cellOf) heights[row] = Math.max(heights[row] ?? 0, boxes.get(code)?.height ?? 0);
  return heights;
};

/** How high an area's frame is at least: as if no lines ran between its rows. */
export const leastHeight = ({ firstRow, lastRow }: Area, heights: readonly number[]): number =>
  heights.slice(firstRow, lastRow + 1).reduce((sum, height) => sum + height, 0) +
  (lastRow - firstRow) * (GAP.box + GAP.arrow) +
  2 * GAP.frame;

/** The track of each net in each channel in which it goes sideways, from the top. */
export type Tracks = ReadonlyMap<number, ReadonlyMap<string, number>>;

export function tracksOf({ nets }: Routes, across: Across): Tracks {
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
export interface Down {
  readonly height: number;
  readonly rows: readonly { readonly y: number; readonly height: number }[];
  /** Height of a track within a channel. */
  readonly track: (channel: number, track: number) => number;
}

export function downOf(grid: Grid, heights: readonly number[], tracks: Tracks): Down {
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
