import type { ServedFields } from '../../../src/connect/index.ts';
import { construction } from './construction.ts';
import { eLicence } from './e-licence.ts';
import { investment } from './investment.ts';
import type { Platform, PlatformTools } from './platform.ts';
import { publicCredit } from './public-credit.ts';
import { servicePortal } from './service-portal.ts';

/** The platforms behind the exchange. One more is one file and one line here. */
const PLATFORMS: readonly Platform[] = [investment, construction, eLicence, publicCredit, servicePortal];

/** The sections of all platforms together. */
export const servedBy = (tools: PlatformTools): ServedFields => PLATFORMS.map((open) => open(tools)).reduce(merged, {});

/** Two platforms' sections as one; throws when both serve the same one, which a spread would hide. */
export function merged(all: ServedFields, part: ServedFields): ServedFields {
  for (const type of ['Enterprise', 'Person', 'Project', 'Query'] as const satisfies readonly (keyof ServedFields)[])
    for (const field of Object.keys(part[type] ?? {}))
      if (field in (all[type] ?? {})) throw new TypeError(`${type}.${field} is served by two platforms`);
  return {
    Enterprise: { ...all.Enterprise, ...part.Enterprise },
    Person: { ...all.Person, ...part.Person },
    Project: { ...all.Project, ...part.Project },
    Query: { ...all.Query, ...part.Query },
  } satisfies Required<ServedFields>;
}
