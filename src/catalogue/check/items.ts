import { ABOUT } from '../kinds.ts';
import type { Problems } from '../problems.ts';
import type { Found } from '../shelves.ts';

/** What items and materials need of the rest. */
export function checkItems({ items, materials, profile, about }: Found, problems: Problems): void {
  const own = items.placed.find(({ entry }) => entry.decidedBy === 'bureau');
  if (own && profile.bureau === undefined)
    problems.add(about, 'profile.bureau', `is missing: the hall's bureau decides "${own.entry.slug}", so name its agency in ${ABOUT}`);
  for (const { entry, place } of materials.placed)
    if (entry.certificateType !== undefined && entry.holder === undefined)
      problems.add(place, 'holder', 'is missing: say whose certificate the gateway may fetch');
}
