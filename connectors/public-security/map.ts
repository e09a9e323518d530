import type { HouseholdRecordShape, IdentityRecordShape, SealRecordShape } from '../../schema/generated/connector-fields.ts';
import type { CertificateStatus, Gender, SealStatus } from '../../schema/generated/types.ts';
import type { Household, Identity, Seals } from './wire.ts';

const SEAL_STATES: Readonly<Record<string, SealStatus>> = { '1': 'IN_USE', '2': 'SURRENDERED' };
/** GB/T 2261.1 */
const SEXES: Readonly<Record<string, Gender>> = { '1': 'MALE', '2': 'FEMALE' };
const CARD_STATES: Readonly<Record<string, CertificateStatus>> = { '1': 'VALID', '2': 'EXPIRED', '3': 'CANCELLED' };

/** The meaning of a code; a code the contract does not list is never guessed. */
function coded<T>(table: Readonly<Record<string, T>>, code: string, what: string): T {
  const meaning = table[code];
  if (meaning === undefined) throw new Error(`unknown ${what}`);
  return meaning;
}

/** yyyyMMdd to YYYY-MM-DD. */
function day(text: string): string {
  const [, year, month, date] = /^(\d{4})(\d{2})(\d{2})$/.exec(text) ?? [];
  if (!year) throw new Error('a date is not yyyyMMdd');
  return `${year}-${month}-${date}`;
}

export const toSeals = ({ yzlb }: Seals): SealRecordShape => ({
  items: yzlb.map((it) => ({
    number: it.yzbm,
    typeZh: it.yzlx,
    typeEn: it.yzlxEn,
    filedOn: day(it.barq),
    status: coded(SEAL_STATES, it.zt, 'seal state'),
  })),
});

export const toIdentity = ({ xm, xmpy, xb, csrq, sfz }: Identity): IdentityRecordShape => ({
  nameZh: xm,
  nameEn: xmpy,
  gender: coded(SEXES, xb, 'sex'),
  birthDate: day(csrq),
  card: sfz && {
    issuedOn: day(sfz.qfrq),
    validTo: sfz.yxqz === null ? null : day(sfz.yxqz),
    status: coded(CARD_STATES, sfz.zt, 'card state'),
  },
});

export const toHousehold = (it: Household): HouseholdRecordShape => ({
  householdId: it.hh,
  relation: it.yhzgx,
  registeredAt: it.hjd,
  address: it.hjdz,
  division: it.xzqh,
  members: it.hcy.map(({ gmsfhm, xm, yhzgx }) => ({ nameZh: xm, relation: yhzgx, person: { idNumber: gmsfhm } })),
});
