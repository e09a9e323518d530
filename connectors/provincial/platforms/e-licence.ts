/** Provincial library of electronic certificates 江苏省电子证照库. */
import { z } from 'zod';
import type { CertificateRecordShape, CertificateShape } from '../../../schema/generated/connector-fields.ts';
import type { CertificateStatus } from '../../../schema/generated/types.ts';
import { coded, day } from '../../../src/connect/index.ts';
import { department, standing } from '../codes.ts';
import type { Platform } from './platform.ts';

export const CertificatesRow = z.object({
  /** 持证主体代码: credit code or identity number */
  czztdm: z.string(),
  /** 证照列表 */
  zzlb: z.array(
    z.object({
      /** 证照类型代码 */
      zzlxdm: z.string(),
      /** 证照号码 */
      zzhm: z.string(),
      /** 颁发机构（部门代码） */
      bfjgdm: z.string(),
      /** 颁发日期 yyyyMMdd */
      bfrq: z.string(),
      /** 有效期截止 yyyyMMdd; 99991231 长期 */
      yxqjz: z.string(),
      /** 证照状态: 1 有效, 2 抵押, 3 过期, 4 注销, 5 吊销 */
      zzzt: z.string(),
    }),
  ),
});
export type CertificatesRow = z.infer<typeof CertificatesRow>;

/** Certificate types (证照类型代码) to ids among the catalogue's materials. */
const TYPES: Readonly<Record<string, string>> = {
  '0101': 'business-licence',
  '0102': 'seal-filing-receipt',
  '0103': 'tax-clearance',
  '0104': 'contractor-qualification',
  '0201': 'project-filing',
  '0202': 'land-use-permit',
  '0203': 'planning-permit',
  '0204': 'construction-permit',
  '0205': 'real-estate-certificate',
  '0301': 'id-card',
  '0302': 'household-register',
  '0303': 'residence-permit',
  '0304': 'driving-licence',
  '0305': 'birth-certificate',
  '0306': 'marriage-certificate',
  '0307': 'only-child-certificate',
  '0308': 'low-income-certificate',
  '0309': 'disability-certificate',
  '0310': 'veteran-certificate',
  '0401': 'social-security-card',
  '0402': 'social-insurance-proof',
  '0403': 'housing-fund-proof',
  '0501': 'education-certificate',
  '0502': 'teacher-certificates',
  '0503': 'physician-certificate',
  '0504': 'nurse-certificate',
  '0505': 'pharmacist-certificate',
  '0506': 'safety-training',
};

const STATUSES: Readonly<Record<string, CertificateStatus>> = {
  '1': 'VALID',
  '2': 'MORTGAGED',
  '3': 'EXPIRED',
  '4': 'CANCELLED',
  '5': 'REVOKED',
};

const LONG_TERM = '99991231';

const compactDay = (text: string): string => day([text.slice(0, 4), text.slice(4, 6), text.slice(6)].join('-'));

function toCertificate(row: CertificatesRow['zzlb'][number], today: string): CertificateShape {
  const validTo = row.yxqjz === LONG_TERM ? null : compactDay(row.yxqjz);
  return {
    type: coded(TYPES, row.zzlxdm, 'certificate type'),
    number: row.zzhm,
    issuer: department(row.bfjgdm),
    issuedOn: compactDay(row.bfrq),
    validTo,
    status: standing(coded(STATUSES, row.zzzt, 'certificate status'), validTo, today),
  };
}

export const eLicence: Platform = ({ exchange, today }) => {
  const library = exchange.platform('js-e-licence');
  const question = {
    row: CertificatesRow,
    key: (row: CertificatesRow) => row.czztdm,
    map: (row: CertificatesRow): CertificateRecordShape => ({ items: row.zzlb.map((it) => toCertificate(it, today())) }),
    request: (holders: readonly string[]) => ({ czztdm: holders }),
  };
  return {
    Enterprise: { certificates: library.lookup({ ...question, fresh: '10m', stale: '24h', service: 'queryEnterpriseLicences' }) },
    // Holds identity numbers: kept for one visit to the counter, and never shown stale.
    Person: { certificates: library.lookup({ ...question, fresh: '2m', service: 'queryPersonLicences' }) },
  };
};
