import { z } from 'zod';
import type { Vault } from '../store/index.ts';

/** What of a case is personal: sealed wherever it lies. */
const Contents = z.object({
  applicant: z.object({
    uscc: z.string().nullable(),
    idNumber: z.string().nullable(),
    nameZh: z.string(),
    phone: z.string().nullable(),
    /** Others whose papers the items ask for. */
    people: z.array(z.object({ holder: z.string(), idNumber: z.string() })),
  }),
  answers: z.record(z.string(), z.union([z.string(), z.boolean()])),
  form: z.record(z.string(), z.unknown()),
  /** How the results are handed over. */
  delivery: z.object({ method: z.enum(['PICKUP', 'COURIER']), address: z.string().nullable() }),
});
export type Contents = Readonly<z.infer<typeof Contents>>;
export type CaseApplicant = Contents['applicant'];

/** Opens only for the case it was sealed for, so contents cannot be moved from one case to another. */
export const sealContents = (vault: Vault, caseId: string, contents: Contents): Buffer =>
  vault.seal(`case.${caseId}`, JSON.stringify(contents));

export function openContents(vault: Vault, caseId: string, sealed: Buffer): Contents {
  const opened = vault.open(`case.${caseId}`, sealed);
  if (!opened) throw new Error('a case cannot be unsealed: the key of the hall is not the one it was sealed with (keys.ids)');
  return Contents.parse(JSON.parse(opened.toString('utf8')));
}

type OfMaterial = { readonly caseId: string; readonly material: string };
const materialName = ({ caseId, material }: OfMaterial): string => `material.${caseId}.${material}`;

/** The number of a paper, as its row keeps it: that of an identity card is an identity number. */
export const sealNumber = (vault: Vault, of: OfMaterial, number: string): string => vault.seal(materialName(of), number).toString('base64');

export function openNumber(vault: Vault, { number, ...of }: OfMaterial & { readonly number: string | null }): string | null {
  if (number === null) return null;
  const opened = vault.open(materialName(of), Buffer.from(number, 'base64'));
  if (!opened)
    throw new Error('the number of a paper cannot be unsealed: the key of the hall is not the one it was sealed with (keys.ids)');
  return opened.toString('utf8');
}

/** The keyed hash by which cases of one applicant are found. */
export function subjectOf(vault: Vault, { uscc, idNumber }: Pick<CaseApplicant, 'uscc' | 'idNumber'>): string {
  return uscc ? vault.name('enterprise', uscc) : vault.name('person', idNumber ?? '');
}
