/** What several platforms write in the same way: departments, days, the standing of papers. */
import type { CertificateStatus } from '../../schema/generated/types.ts';
import { coded } from '../../src/connect/index.ts';

/** Department codes (部门代码) of the exchange's code book, to ids in the catalogue. */
const DEPARTMENTS = {
  '03': 'foreign-affairs',
  '04': 'development-reform',
  '05': 'education',
  '06': 'science-technology',
  '07': 'industry-it',
  '08': 'ethnic-religious',
  '09': 'public-security',
  '11': 'civil-affairs',
  '12': 'justice',
  '13': 'finance',
  '14': 'hrss',
  '15': 'natural-resources',
  '16': 'ecology',
  '17': 'housing-construction',
  '18': 'transport',
  '19': 'water',
  '20': 'agriculture',
  '21': 'commerce',
  '22': 'culture-tourism',
  '23': 'health',
  '24': 'veterans',
  '25': 'emergency',
  '28': 'state-assets',
  '30': 'taxation',
  '31': 'market-regulation',
  '33': 'sports',
  '34': 'statistics',
  '36': 'medical-insurance',
  '37': 'local-finance',
  '38': 'civil-air-defence',
  '39': 'press-publication',
  '44': 'archives',
  '47': 'urban-management',
  '54': 'meteorology',
  '56': 'fire-rescue',
  '64': 'tobacco',
  '71': 'housing-fund',
  '72': 'disabled-federation',
};

/** The catalogue's id of a department. */
export const department = (code: string): string => coded(DEPARTMENTS, code, 'department');

/** The standing of a paper today. Platforms leave the status at "valid" when the last day passes, so the day decides. */
export function standing(status: CertificateStatus, validTo: string | null, today: string): CertificateStatus {
  const withdrawn = status === 'REVOKED' || status === 'CANCELLED';
  return !withdrawn && validTo !== null && validTo < today ? 'EXPIRED' : status;
}

const BEIJING_OFFSET_MS = 8 * 3_600_000;

/** `yyyy-MM-dd HH:mm:ss` in Beijing. */
export const beijingTime = (now: number): string => new Date(now + BEIJING_OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ');

/** The day in Beijing, `yyyy-MM-dd`. */
export const beijingDay = (now: number): string => beijingTime(now).slice(0, 10);
