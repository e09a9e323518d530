/** What the platforms behind the exchange answer: one row of the platform's own shape per key, or nothing. */
import { z } from 'zod';
import type { SandboxEnterprise, Subjects } from '../../../src/kit/index.ts';
import type { ApprovalsRow } from '../platforms/construction.ts';
import type { CertificatesRow } from '../platforms/e-licence.ts';
import type { ProjectsRow } from '../platforms/investment.ts';
import type { CreditRow } from '../platforms/public-credit.ts';
import type { PermitsRow } from '../platforms/service-portal.ts';
import { approvalsOf } from './approvals.ts';
import { codeOf, departmentCode } from './codes.ts';

/** One service of one platform. */
export interface Service {
  /** The keys a request's body names, or undefined when it is malformed. */
  keys(body: unknown): readonly string[] | undefined;
  /** The row of a key, or undefined when the platform does not know it. */
  row(key: string, subjects: Subjects): unknown;
}

function service<Row>(keyField: string, row: (key: string, subjects: Subjects) => Row | undefined): Service {
  const Body = z.object({ [keyField]: z.array(z.string().min(1)).min(1) });
  return { keys: (body) => Body.safeParse(body).data?.[keyField], row };
}

/** The services by platform and name. */
export const PLATFORMS: Readonly<Record<string, Readonly<Record<string, Service>>>> = {
  'js-investment': { queryProjectsByUnit: service('xmdwdm', projects) },
  'js-construction': { queryApprovals: service('xmdm', approvals) },
  'js-e-licence': {
    queryEnterpriseLicences: service('czztdm', (key, subjects) => {
      const found = enterprise(key, subjects);
      return found && certificates(key, found.sections.provincial.certificates);
    }),
    queryPersonLicences: service('czztdm', (key, subjects) => {
      const found = subjects.person(key);
      return found?.idNumber === key ? certificates(key, found.certificates) : undefined;
    }),
  },
  'js-public-credit': { queryCredit: service('tyshxydm', credit) },
  'js-service-portal': { queryPermits: service('xzxdrdm', permits) },
};

/** Platforms know enterprises by credit code only, never by the fictional subjects' own ids. */
function enterprise(uscc: string, subjects: Subjects): SandboxEnterprise | undefined {
  const found = subjects.enterprise(uscc);
  return found?.uscc === uscc ? found : undefined;
}

const YUAN_PER_WAN = 10_000;
const PROCEDURES = { 审批: 'A00001', 核准: 'A00002', 备案: 'A00003' };
const EIA_CLASSES = { report: '1', form: '2', registration: '3' };
const PROJECT_STAGES = { filed: '01', 'land-permit': '02', 'construction-permit': '03', completed: '04' };
const LAND_SUPPLIES = { existing: '00', transfer: '01' };

function projects(uscc: string, subjects: Subjects): ProjectsRow | undefined {
  const found = enterprise(uscc, subjects);
  if (!found) return undefined;
  const xmlb = found.sections.provincial.projects.map((it) => ({
    xmdm: it.code,
    xmmc: it.nameZh,
    xmywmc: it.nameEn,
    shblx: codeOf(PROCEDURES, it.procedure),
    ztz: it.investment / YUAN_PER_WAN,
    nzhnh: it.energyTce,
    sfxzpw: it.newDischarge ? '1' : '0',
    hplb: codeOf(EIA_CLASSES, it.eiaClass),
    gdfs: codeOf(LAND_SUPPLIES, it.landSupply),
    xmjd: codeOf(PROJECT_STAGES, it.stage),
    fmrq: it.filedOn,
  }));
  return { xmdwdm: uscc, xmlb };
}

function approvals(code: string, subjects: Subjects): ApprovalsRow | undefined {
  const all = subjects.enterprises.flatMap((it) => it.sections.provincial.projects);
  const found = all.find((project) => project.code === code);
  return found && { xmdm: code, spsxlb: approvalsOf(found) };
}

const CERTIFICATE_TYPES = {
  'business-licence': '0101',
  'seal-filing-receipt': '0102',
  'tax-clearance': '0103',
  'contractor-qualification': '0104',
  'project-filing': '0201',
  'land-use-permit': '0202',
  'planning-permit': '0203',
  'construction-permit': '0204',
  'real-estate-certificate': '0205',
  'id-card': '0301',
  'household-register': '0302',
  'residence-permit': '0303',
  'driving-licence': '0304',
  'birth-certificate': '0305',
  'marriage-certificate': '0306',
  'only-child-certificate': '0307',
  'low-income-certificate': '0308',
  'disability-certificate': '0309',
  'veteran-certificate': '0310',
  'social-security-card': '0401',
  'social-insurance-proof': '0402',
  'housing-fund-proof': '0403',
  'education-certificate': '0501',
  'teacher-certificates': '0502',
  'physician-certificate': '0503',
  'nurse-certificate': '0504',
  'pharmacist-certificate': '0505',
  'safety-training': '0506',
};
const CERTIFICATE_STATUSES = { valid: '1', mortgaged: '2', expired: '3', cancelled: '4', revoked: '5' };

const compact = (day: string): string => day.replaceAll('-', '');

function certificates(holder: string, held: SandboxEnterprise['sections']['provincial']['certificates']): CertificatesRow {
  const zzlb = held.map((it) => ({
    zzlxdm: codeOf(CERTIFICATE_TYPES, it.type),
    zzhm: it.number,
    bfjgdm: departmentCode(it.issuer),
    bfrq: compact(it.issuedOn),
    yxqjz: it.validTo === null ? '99991231' : compact(it.validTo),
    zzzt: codeOf(CERTIFICATE_STATUSES, it.status),
  }));
  return { czztdm: holder, zzlb };
}

const GRADES = { excellent: 'A', good: 'B', fair: 'C', poor: 'D' };
const FLAGS = {
  'abnormal-operation': '01',
  'serious-violation': '02',
  'judgment-defaulter': '03',
  'major-tax-offence': '04',
  'broken-commitment': '05',
};

function credit(uscc: string, subjects: Subjects): CreditRow | undefined {
  const found = subjects.credit.find((it) => it.uscc === uscc);
  if (!found) return undefined;
  const sxcj = found.badFlags.map((flag) => ({
    sxlb: codeOf(FLAGS, flag.kind),
    sxsy: flag.reasonZh,
    rddwdm: departmentCode(flag.source),
    rdrq: flag.since,
    cjjzrq: flag.until,
  }));
  return { tyshxydm: uscc, ggxypj: codeOf(GRADES, found.grade), xzcfcs: found.penalties, sxjl: found.honours, sxcj };
}

const PERMIT_STATUSES = { valid: 'YX', expired: 'GQ', cancelled: 'ZX', revoked: 'DX' };

function permits(uscc: string, subjects: Subjects): PermitsRow | undefined {
  const found = enterprise(uscc, subjects);
  if (!found) return undefined;
  const xzxklb = found.sections.provincial.permits.map((it) => ({
    xkzh: it.number,
    sxbm: it.item,
    xkmc: it.nameZh,
    xkywmc: it.nameEn,
    xkjgdm: departmentCode(it.issuer),
    xkjdrq: it.issuedOn,
    yxqz: it.validTo ?? '长期',
    dqzt: codeOf(PERMIT_STATUSES, it.status),
  }));
  return { xzxdrdm: uscc, xzxklb };
}
