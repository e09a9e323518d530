/**
 * The catalogue: data about agencies (部门), kept in the folder `catalogue/` and checked at start.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';

const AgencyEntry = z.object({
  id: z.string(),
  nameZh: z.string(),
  nameEn: z.string(),
  level: z.enum(['province', 'city', 'district', 'town', 'village', 'utility']),
  kind: z.enum(['department', 'bureau', 'centre', 'platform', 'utility', 'enforcement', 'courier']),
  parent: z.string().optional(),
  address: z.string().optional(),
  window: z.string().optional(),
  operating: z.boolean().default(true),
});

/** An agency as the catalogue holds it. */
export type Agency = Readonly<z.infer<typeof AgencyEntry>>;

export interface Catalogue {
  readonly agencies: readonly Agency[];
  agency(id: string): Agency | undefined;
}

/** Loads a catalogue folder. Throws with file, entry and key when something does not fit. */
export function loadCatalogue(folder: string): Catalogue {
  const file = resolve(folder, 'agencies.json');
  const agencies = parse(file, z.array(AgencyEntry));
  const byId = new Map<string, Agency>();
  for (const agency of agencies) {
    if (byId.has(agency.id)) throw new Error(`${file}: the id "${agency.id}" stands twice`);
    byId.set(agency.id, agency);
  }
  for (const { id, parent } of agencies)
    if (parent && !byId.has(parent)) throw new Error(`${file}: the agency "${id}" has an unknown parent "${parent}"`);
  return { agencies, agency: (id) => byId.get(id) };
}

function parse<T>(file: string, shape: z.ZodType<T>): T {
  try {
    return shape.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    const what = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new Error(`${file}: ${what}`, { cause });
  }
}
