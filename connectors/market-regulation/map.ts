import type { PersonEnterpriseRecordShape, RegistrationRecordShape, ShareholderShape } from '../../schema/generated/connector-fields.ts';
import type { CertificateStatus, RegistrationStatus } from '../../schema/generated/types.ts';
import { coded, compactDay } from '../../src/connect/index.ts';
import type { Holder, Registration } from './wire.ts';

const STATES: Readonly<Record<string, RegistrationStatus>> = { '1': 'ACTIVE', '2': 'ABNORMAL', '3': 'REVOKED', '4': 'DEREGISTERED' };
const LICENCE_STATES: Readonly<Record<string, CertificateStatus>> = { '1': 'VALID', '2': 'REVOKED', '3': 'CANCELLED' };
/** ISO 4217 numeric to letters, as far as the registry uses them. */
const CURRENCIES: Readonly<Record<string, string>> = { '156': 'CNY', '840': 'USD', '978': 'EUR', '344': 'HKD' };

/** The registration status of a state code. */
export const status = (code: string): RegistrationStatus => coded(STATES, code, 'registration state');

const dayOrNull = (text: string | null): string | null => (text === null ? null : compactDay(text));

/** 万元 to yuan by moving the point: no floating-point number touches money. */
export function yuan(tenThousands: string): string {
  const [whole = '0', part = ''] = tenThousands.split('.');
  const digits = `${whole}${part.padEnd(6, '0')}`.replace(/^0+(?=\d{3})/, '');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** One registration in the schema's terms. */
export function toRegistration(row: Registration): RegistrationRecordShape {
  return {
    nameZh: row.entName,
    nameEn: row.entNameEn,
    status: status(row.regState),
    companyType: row.entType,
    legalRepresentative: row.leRep && { nameZh: row.leRep.name, person: { idNumber: row.leRep.cerNo } },
    registeredCapital: { amount: yuan(row.regCap), currency: coded(CURRENCIES, row.regCapCur, 'currency') },
    establishedOn: compactDay(row.estDate),
    address: row.dom,
    industry: { code: row.industryCo, nameZh: row.industryName },
    scope: row.opScope,
    shareholders: row.investors.map(toShareholder),
    licence: toLicence(row.licence),
    authority: row.regOrg,
    lastAnnualReport: row.ancheYear,
    abnormal: row.abnormal && {
      listedOn: compactDay(row.abnormal.inDate),
      reasonZh: row.abnormal.inReason,
      reasonEn: row.abnormal.inReasonEn,
    },
    revokedOn: dayOrNull(row.revDate),
    deregisteredOn: dayOrNull(row.canDate),
  };
}

function toShareholder({ invName, invType, certNo, subConProp }: Registration['investors'][number]): ShareholderShape {
  const who = invType === '1' ? { person: { idNumber: certNo } } : { enterprise: { uscc: certNo } };
  return { nameZh: invName, percent: subConProp, ...who };
}

const toLicence = (licence: Registration['licence']): RegistrationRecordShape['licence'] => ({
  number: licence.no,
  issuedOn: compactDay(licence.issued),
  validTo: dayOrNull(licence.validTo),
  status: coded(LICENCE_STATES, licence.state, 'licence state'),
});

/** What a person is in enterprises, in the schema's terms. */
export function toEnterprises(row: Holder): PersonEnterpriseRecordShape {
  const items = row.positions.map((it) => ({
    nameZh: it.entName,
    legalRepresentative: it.isLeRep === 'Y',
    percent: it.subConProp,
    enterprise: { uscc: it.uniscid },
  }));
  return { items };
}
