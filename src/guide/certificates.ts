/** What the library of certificates says of a material that it may hold. */
import type { CivilDate } from '../calendar/index.ts';
import type { Material } from '../catalogue/index.ts';
import type { Provenance } from '../connect/index.ts';
import { keysOf, type Wanted } from './holders.ts';
import { type Row, rowsIn, textIn } from './record.ts';
import type { Applicant, Known, KnownReading } from './types.ts';

/** Why a certificate will not do. `ENDS_BEFORE`: it is valid now, not on the day it is needed. */
export type Defect = 'EXPIRED' | 'CANCELLED' | 'REVOKED' | 'MORTGAGED' | 'ENDS_BEFORE';

/** What came of looking for one material. */
export type Finding =
  | { readonly kind: 'valid'; readonly validTo: CivilDate | null; readonly provenance: Provenance }
  | {
      readonly kind: 'invalid';
      readonly defect: Defect;
      /** Agency that issued it. */
      readonly issuer: string;
      readonly validTo: CivilDate | null;
      readonly provenance: Provenance;
    }
  /** The library could not be asked. */
  | { readonly kind: 'unreachable'; readonly agency: string }
  /** No connector of the hall asks a library. */
  | { readonly kind: 'not-connected' }
  /** The library holds none; of several people for `missing` of them. */
  | { readonly kind: 'none'; readonly missing: number; readonly of: number }
  /** Nobody was named whose it would be. */
  | { readonly kind: 'unnamed' };

/** Whether a material may be fetched at all, and for whom it is asked. */
export function librarySections({ certificateType, holder }: Material): readonly Wanted[] {
  if (certificateType === undefined || holder === undefined) return [];
  if (holder === 'enterprise') return [{ holder, section: 'Enterprise.certificates' }];
  const person: Wanted = { holder, section: 'Person.certificates' };
  return holder === 'applicant' ? [{ holder, section: 'Enterprise.certificates' }, person] : [person];
}

/** Looks for a material in what the library said. `neededOn` is the last day on which an item wants to see it. */
export function lookFor(material: Material, neededOn: CivilDate, applicant: Applicant, known: Known): Finding {
  const subjects = librarySections(material).map((wanted) => ({ ...wanted, keys: keysOf(wanted, applicant) }));
  const findings = subjects
    .filter(({ keys }) => keys.length > 0)
    .map(({ holder, section, keys }) => ofAll(keys.map((key) => findingIn(known(holder, section, key), material, neededOn))));
  // An applicant may be an enterprise and a person: the paper is one of theirs.
  return findings.toSorted((a, b) => BEST_FIRST.indexOf(a.kind) - BEST_FIRST.indexOf(b.kind))[0] ?? { kind: 'unnamed' };
}

const BEST_FIRST: readonly Finding['kind'][] = ['valid', 'unreachable', 'invalid', 'none', 'not-connected', 'unnamed'];

/** What several people's findings come to: everyone needs theirs, so the worst of them counts. */
function ofAll(findings: readonly Finding[]): Finding {
  const missing = findings.filter(({ kind }) => kind === 'none').length;
  const invalid = findings.find(({ kind }) => kind === 'invalid');
  if (invalid) return invalid;
  if (missing > 0) return { kind: 'none', missing, of: findings.length };
  return findings.find(({ kind }) => kind !== 'valid') ?? firstToEnd(findings);
}

function firstToEnd(findings: readonly Finding[]): Finding {
  const valid = findings.filter((it): it is Extract<Finding, { kind: 'valid' }> => it.kind === 'valid');
  return valid.toSorted((a, b) => (a.validTo ?? FOREVER).localeCompare(b.validTo ?? FOREVER))[0] ?? { kind: 'unnamed' };
}

const FOREVER = '9999-12-31';

function findingIn(reading: KnownReading, material: Material, neededOn: CivilDate): Finding {
  if (reading.kind === 'unasked') return { kind: 'unnamed' };
  if (reading.kind === 'absent') return { kind: 'none', missing: 1, of: 1 };
  if (reading.kind === 'failed')
    return reading.agency === null ? { kind: 'not-connected' } : { kind: 'unreachable', agency: reading.agency };
  const { value, provenance } = reading;
  const certificates = rowsIn(value, 'items').filter((row) => textIn(row, 'type') === material.certificateType);
  // Of several the one that lasts longest, so that a renewed certificate stands for the one before it.
  const lastFirst = certificates.toSorted((a, b) => (textIn(b, 'validTo') ?? FOREVER).localeCompare(textIn(a, 'validTo') ?? FOREVER));
  const judged = lastFirst.map((row) => judge(row, material, neededOn, provenance));
  return judged.find(({ kind }) => kind === 'valid') ?? judged[0] ?? { kind: 'none', missing: 1, of: 1 };
}

function judge(row: Row, material: Material, neededOn: CivilDate, provenance: Provenance): Finding {
  const validTo = textIn(row, 'validTo');
  const defect = defectOf(textIn(row, 'status') ?? '', validTo, material, neededOn);
  if (!defect) return { kind: 'valid', validTo, provenance };
  return { kind: 'invalid', defect, issuer: textIn(row, 'issuer') ?? provenance.agency, validTo, provenance };
}

function defectOf(status: string, validTo: CivilDate | null, { freeOfMortgage }: Material, neededOn: CivilDate): Defect | undefined {
  if (status === 'EXPIRED' || status === 'CANCELLED' || status === 'REVOKED') return status;
  if (status === 'MORTGAGED' && freeOfMortgage) return status;
  return validTo !== null && validTo < neededOn ? 'ENDS_BEFORE' : undefined;
}
