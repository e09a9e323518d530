import type { Agency, Item } from './entries.ts';
import type { Found } from './shelves.ts';

/** A tier of the network of halls 三级网络. */
export type Tier = Item['network'][number];

/** Where an application for an item is handed in 受理窗口. */
export interface Counter {
  readonly hall: Agency;
  /** Null outside the hall's network: a municipal department, a utility. */
  readonly tier: Tier | null;
  /** Whether it is the place where the item is handled; the others accept it and forward it. */
  readonly handles: boolean;
}

/** Who decides, and where applications are handed in. */
export interface Doors {
  counters(item: Item): readonly Counter[];
  /** The body that decides: the hall's own bureau, or the department or utility. */
  decider(item: Item): Agency;
  /** Halls that handle an agency's items, then service points that accept one. */
  halls(items: readonly Item[]): readonly Agency[];
}

const TIERS: Readonly<Record<NonNullable<Agency['networkTier']>, Tier>> = { 1: 'zone', 2: 'town', 3: 'village' };
/** Tiers whose service points accept what is handled elsewhere, in the order in which they are told. */
const FORWARDING: readonly Tier[] = ['town', 'village'];
const tierOf = ({ networkTier }: Agency): Tier | null => (networkTier ? TIERS[networkTier] : null);

/** Finds the doors of a checked catalogue. */
export function doorsOf({ agencies, profile }: Found): Doors {
  const operating = agencies.placed.map(({ entry }) => entry).filter((agency) => agency.operating);
  const points = FORWARDING.flatMap((tier) => operating.filter((agency) => tierOf(agency) === tier));
  const known = (id: string): Agency => {
    const agency = agencies.get(id);
    if (!agency) throw new Error(`the catalogue was checked, and yet has no agency "${id}"`);
    return agency;
  };
  const counters = (item: Item): readonly Counter[] => {
    const hall = known(item.handledAt);
    const forwarding = points.filter((point) => point.id !== hall.id && item.network.some((tier) => tier === tierOf(point)));
    return [{ hall, tier: tierOf(hall), handles: true }, ...forwarding.map((it) => ({ hall: it, tier: tierOf(it), handles: false }))];
  };
  return {
    counters,
    decider: ({ decidedBy, retainedBy, agency }) => known((decidedBy === 'bureau' ? profile.bureau : undefined) ?? retainedBy ?? agency),
    halls(items) {
      const all = items.flatMap(counters);
      const [handling, forwarding] = [all.filter(({ handles }) => handles), all.filter(({ handles }) => !handles)];
      return [...new Set([...handling, ...forwarding].map(({ hall }) => hall))];
    },
  };
}
