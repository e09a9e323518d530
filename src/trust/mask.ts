import { citizenIdFault, maskCitizenId } from '../codes/index.ts';
import type { Role } from '../connect/index.ts';

/** Kinds of personal values; the schema's `MaskKind`. */
export type MaskKind = 'ID_NUMBER';

/** Roles that see a kind unmasked. */
const UNMASKED: Readonly<Record<MaskKind, readonly Role[]>> = { ID_NUMBER: ['supervisor'] };

/** The value as this role may see it. Values that are not of the kind pass: a licence number stays a licence number. */
export function masked(value: unknown, kind: MaskKind, role: Role): unknown {
  if (typeof value !== 'string' || UNMASKED[kind].includes(role)) return value;
  return citizenIdFault(value) === undefined ? maskCitizenId(value) : value;
}

/** The same for every text within a list or an object. */
export function maskedWithin(value: unknown, kind: MaskKind, role: Role): unknown {
  if (typeof value !== 'object' || value === null) return masked(value, kind, role);
  if (Array.isArray(value)) return value.map((it) => maskedWithin(it, kind, role));
  return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, maskedWithin(it, kind, role)]));
}
