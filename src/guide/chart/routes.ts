import type { Arrow } from './drawn.ts';
import type { Grid } from './grid.ts';
import { type Net, netsOf, type Pin } from './nets.ts';
import { type Spine, spinesOf } from './spines.ts';

/** How lines run, before anything has a size. */
export interface Routes {
  readonly nets: readonly Net[];
  readonly spines: ReadonlyMap<string, Spine>;
  /** How many places from the middle of its column a net meets the boxes there, so that no two nets meet them at one point. */
  readonly slot: (net: Net, pin: Pin) => number;
}

export function routesOf(grid: Grid, arrows: readonly Arrow[]): Routes {
  const nets = netsOf(arrows, grid);
  const spines = spinesOf(nets, grid);
  const slots = slotsOf(nets, spines);
  return { nets, spines, slot: (net, pin) => slots.get(slotKey(net, pin)) ?? 0 };
}

interface Meeting {
  readonly net: Net;
  readonly pin: Pin;
}

const slotKey = ({ id }: Net, { channel, column }: Pin): string => `${id} ${channel} ${column}`;

function slotsOf(nets: readonly Net[], spines: ReadonlyMap<string, Spine>): ReadonlyMap<string, number> {
  const places = new Map<string, Meeting[]>();
  for (const net of nets)
    for (const pin of net.pins) {
      const key = `${pin.channel} ${pin.column}`;
      places.set(key, [...(places.get(key) ?? []), { net, pin }]);
    }
  return new Map([...places.values()].flatMap((here) => slotsAt(here, spines)));
}

/** Lines that go left meet a box left of those that go right; one that goes straight on, in the middle. */
function slotsAt(here: readonly Meeting[], spines: ReadonlyMap<string, Spine>): [string, number][] {
  const sorted = [...here].sort((a, b) => towards(a) - towards(b));
  const straight = sorted.findIndex(({ net, pin }) => {
    const spine = spines.get(net.id);
    return spine?.kind === 'column' && spine.column === pin.column;
  });
  const middle = straight >= 0 ? straight : (sorted.length - 1) / 2;
  return sorted.map(({ net, pin }, i) => [slotKey(net, pin), i - middle]);
}

/** Where a net comes from or goes to, seen from one of its pins. */
function towards({ net: { pins }, pin: { channel, column } }: Meeting): number {
  const others = pins.filter((pin) => pin.channel !== channel || pin.column !== column);
  return others.reduce((sum, pin) => sum + pin.column, 0) / Math.max(1, others.length);
}
