import type { EnterpriseSocialInsuranceRecordShape, PersonSocialInsuranceRecordShape } from '../../schema/generated/connector-fields.ts';
import type { InsuranceScheme, MedicalStatus, PensionStatus, SocialInsuranceStatus } from '../../schema/generated/types.ts';
import { coded } from '../../src/connect/index.ts';
import type { EmployerReply, InsuredReply } from './wire.ts';

const EMPLOYER_STATES: Readonly<Record<string, SocialInsuranceStatus>> = { '1': 'NORMAL', '2': 'SUSPENDED', '3': 'CANCELLED' };
const SCHEMES: Readonly<Record<string, InsuranceScheme>> = { '110': 'EMPLOYEE', '390': 'RESIDENT', '120': 'FLEXIBLE', '000': 'NONE' };
const PENSION_STATES: Readonly<Record<string, PensionStatus>> = { '1': 'PAYING', '2': 'RECEIVING', '0': 'NONE' };
const MEDICAL_STATES: Readonly<Record<string, MedicalStatus>> = { '1': 'PAYING', '2': 'RETIRED' };

/** yyyyMM to YYYY-MM. */
function month(text: string): string {
  const [, year, number] = /^(\d{4})(\d{2})$/.exec(text) ?? [];
  if (!year) throw new Error('a month is not yyyyMM');
  return `${year}-${number}`;
}

export const toEmployerAccount = (it: EmployerReply): EnterpriseSocialInsuranceRecordShape => ({
  account: it.aab001,
  registeredOn: it.aae030,
  status: coded(EMPLOYER_STATES, it.aab051, 'employer state'),
  insuredCount: it.cbrs,
  medicalInsuredCount: it.ybcbrs,
  arrears: it.qfje,
  lastPaidMonth: it.zjjfny === null ? null : month(it.zjjfny),
});

export const toInsurance = ({ aac002, yl, yb, sy, dwxydm }: InsuredReply): PersonSocialInsuranceRecordShape => ({
  socialSecurityNumber: aac002,
  pension: { scheme: coded(SCHEMES, yl.xz, 'scheme'), status: coded(PENSION_STATES, yl.zt, 'pension state'), months: yl.ljys },
  medical: { scheme: coded(SCHEMES, yb.xz, 'scheme'), status: coded(MEDICAL_STATES, yb.zt, 'medical state') },
  maternityCovered: sy === '1',
  employer: dwxydm === null ? null : { uscc: dwxydm },
});
