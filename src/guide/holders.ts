import type { Holder } from '../catalogue/index.ts';
import type { Applicant, Ask, Known, KnownReading, Sentence } from './types.ts';

/** A section of somebody's, before it is known whose. */
export interface Wanted {
  readonly holder: Holder;
  /** Like `Enterprise.tax`. */
  readonly section: string;
}

/** What holders are called to an applicant. */
export const HOLDER_NAMES: Readonly<Record<Holder, Sentence>> = {
  applicant: { zh: '申请人', en: 'the applicant' },
  enterprise: { zh: '企业（统一社会信用代码）', en: 'the enterprise by its credit code' },
  'legal-representative': { zh: '法定代表人', en: 'the legal representative' },
  agent: { zh: '经办人', en: 'the agent' },
  spouse: { zh: '配偶', en: 'the spouse' },
  shareholder: { zh: '股东', en: 'the shareholders' },
  'finance-officer': { zh: '财务负责人', en: 'the finance officer' },
  employee: { zh: '职工', en: 'the employees' },
};

/** Keys with which a section of a holder's is asked; none where nobody was named. An applicant can be an enterprise, a person, or both. */
export function keysOf({ holder, section }: Wanted, { uscc, idNumber, people }: Applicant): readonly string[] {
  if (section.startsWith('Enterprise.')) return uscc && (holder === 'applicant' || holder === 'enterprise') ? [uscc] : [];
  const named = people.filter((person) => person.holder === holder).map((person) => person.idNumber);
  return [...new Set(holder === 'applicant' && idNumber ? [idNumber, ...named] : named)];
}

/** What was wanted as questions to agencies, none of them twice. */
export function asksFor(wanted: readonly Wanted[], applicant: Applicant): readonly Ask[] {
  const asks = wanted.flatMap((it) => keysOf(it, applicant).map((key): Ask => ({ ...it, key })));
  return [...new Map(asks.map((ask) => [nameOf(ask), ask])).values()];
}

const nameOf = ({ section, key }: Pick<Ask, 'section' | 'key'>): string => `${section} ${key}`;

/** Readings, as a guide looks at them. `readings` are those of asks for this applicant. */
export function knownFrom(applicant: Applicant, readings: Iterable<readonly [Ask, KnownReading]>): Known {
  const byName = new Map([...readings].map(([ask, reading]) => [nameOf(ask), reading]));
  return (holder, section, key = keysOf({ holder, section }, applicant)[0]) =>
    (key === undefined ? undefined : byName.get(nameOf({ section, key }))) ?? { kind: 'unasked' };
}
