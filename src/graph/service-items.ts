import type { QueryServiceItemsArgs, ServiceItemFilter } from '../../schema/generated/types.ts';
import type { Catalogue, Item } from '../catalogue/index.ts';
import { APPLICANTS, DECIDERS, SECTORS, TIERS } from './names.ts';
import { type Page, pageOf } from './page.ts';
import { badInput } from './scalars.ts';

const MOST_TEXT = 100;

/** What of an item each key of a filter is compared with; one of the values must be it. */
const COMPARED: Readonly<Record<Exclude<keyof ServiceItemFilter, 'text'>, (item: Item) => readonly unknown[]>> = {
  agency: ({ agency }) => [agency],
  sector: ({ sector }) => [SECTORS[sector]],
  applicant: ({ applicant }) => applicant.map((kind) => APPLICANTS[kind]),
  delegated: ({ delegated }) => [delegated],
  remote: ({ remote }) => [remote],
  decidedBy: ({ decidedBy }) => [DECIDERS[decidedBy]],
  tier: ({ network }) => network.map((tier) => TIERS[tier]),
};

/** A page of the items that fit a filter: with a text the best first, else in the catalogue's order. */
export function serviceItems(catalogue: Catalogue, { filter, ...page }: Partial<QueryServiceItemsArgs>): Page<Item> {
  const text = filter?.text?.trim() ?? '';
  if (text.length > MOST_TEXT) throw badInput(`filter.text must hold at most ${MOST_TEXT} characters`);
  const found = text === '' ? catalogue.items : catalogue.search(text);
  return pageOf(found.filter(fits(filter ?? {})), ({ code }) => code, page);
}

function fits(filter: ServiceItemFilter): (item: Item) => boolean {
  const keys = (Object.keys(COMPARED) as (keyof typeof COMPARED)[]).filter((key) => (filter[key] ?? null) !== null);
  return (item) => keys.every((key) => COMPARED[key](item).includes(filter[key]));
}
