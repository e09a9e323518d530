import type { HouseholdRecordShape, IdentityRecordShape, SealRecordShape } from '../../schema/generated/connector-fields.ts';
import type { CertificateStatus, Gender, SealStatus } from '../../schema/generated/types.ts';
import { coded, compactDay } from '../../src/connect/index.ts';
import type { Household, Identity, Seals } from './wire.ts';

const SEAL_STATES: Readonly<Record<string, SealStatus>> = { '1': 'IN_USE', '2': 'SURRENDERED' };
/** GB/T 2261.1 */
const SEXES: Readonly<Record<string, Gender>> = { '1': 'MALE', '2': 'FEMALE' };
const CARD_STATES: Readonly<Record<string, CertificateStatus>> = { '1': 'VALID', '2': 'EXPIRED', '3': 'CANCELLED' };

export const toSeals = ({ yzlb }: Seals): SealRecordShape => ({
  items: yzlb.map((it) => ({
    number: it.yzbm,
    typeZh: it.yzlx,
    typeEn: it.yzlxEn,
    filedOn: compactDay(it.barq),
    status: coded(SEAL_STATES, it.zt, 'seal state'),
  })),
});

export const toIdentity = ({ xm, xmpy, xb, csrq, sfz }: Identity): IdentityRecordShape => ({
  nameZh: xm,
  nameEn: xmpy,
  gender: coded(SEXES, xb, 'sex'),
  birthDate: compactDay(csrq),
  card: sfz && {
    issuedOn: compactDay(sfz.qfrq),
    validTo: sfz.yxqz === null ? null : compactDay(sfz.yxqz),
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
