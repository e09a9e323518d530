/** What in an enterprise's records stands in the way: one row per rule. */
import type { CivilDate } from '../calendar/index.ts';
import type { Theme } from '../catalogue/index.ts';
import { CREDIT_SECTION, flagsIn } from './credit.ts';
import type { Outline } from './outline.ts';
import { isAmount, type Row, rowsIn, textIn } from './record.ts';
import type { Blocker, BlockerKind, Sentence } from './types.ts';

/** A record, and the plan that it may stand in the way of. */
export interface Case {
  readonly value: Row;
  /** Agency that said it. */
  readonly agency: string;
  readonly on: CivilDate;
  readonly theme: Theme;
  readonly outline: Outline;
}

/** What a rule finds. */
export interface Verdict {
  readonly severity: Blocker['severity'];
  /** Agency that can mend it. */
  readonly agency: string;
  /** Codes of the items it touches first; none: all. */
  readonly touched: readonly string[];
  readonly what: Sentence;
  /** With the agency's name. */
  readonly toDo: (agency: Sentence) => Sentence;
}

/** One rule over one section of the enterprise. */
export interface RecordRule {
  readonly kind: BlockerKind;
  readonly section: string;
  readonly judge: (record: Case) => readonly Verdict[];
  /** What it means for the applicant when the section cannot be asked. */
  readonly unchecked: Sentence;
}

/** The rules. What an agency cannot say for now is listed as unchecked with the rule's own words. */
export const RECORD_RULES: readonly RecordRule[] = [
  {
    kind: 'NOT_ACTIVE',
    section: 'Enterprise.registration',
    judge: notActive,
    unchecked: { zh: '未能核验企业登记状态，受理时再核。', en: 'Whether the enterprise is in business is checked again when it is filed.' },
  },
  {
    kind: 'TAX_ARREARS',
    section: 'Enterprise.tax',
    judge: (record) => arrears(record, { zh: '存在欠税。', en: 'Taxes are owed.' }),
    unchecked: { zh: '未能核验是否欠税，受理时再核。', en: 'Whether taxes are owed is checked again when it is filed.' },
  },
  {
    kind: 'SOCIAL_INSURANCE_ARREARS',
    section: 'Enterprise.socialInsurance',
    judge: (record) => arrears(record, { zh: '存在社会保险欠费。', en: 'Social insurance contributions are owed.' }),
    unchecked: { zh: '未能核验社会保险是否欠费，受理时再核。', en: 'Whether contributions are owed is checked again when it is filed.' },
  },
  {
    kind: 'BAD_CREDIT',
    section: CREDIT_SECTION,
    judge: badCredit,
    unchecked: {
      zh: '未能核验信用记录：可容缺的材料以受理时核查无失信记录为前提。',
      en: 'Credit could not be checked: what may follow later may do so only if no bad flag is found when it is filed.',
    },
  },
  {
    kind: 'CERTIFICATE_INVALID',
    section: 'Enterprise.permits',
    judge: endedPermits,
    unchecked: {
      zh: '未能核验企业已有许可是否有效，受理时再核。',
      en: 'Whether the permits held are valid is checked again when it is filed.',
    },
  },
];

/** Arrears stop what the agency that is owed decides; for the rest they are a condition. */
function arrears({ value, agency, outline }: Case, what: Sentence): readonly Verdict[] {
  if (!isAmount(value, 'arrears')) return [];
  const touched = outline.planned.filter(({ item }) => item.agency === agency).map(({ item }) => item.code);
  const severity = touched.length > 0 ? 'STOPS' : 'LIMITS';
  return [
    { severity, agency, touched, what, toDo: (name) => ({ zh: `请先向${name.zh}缴清。`, en: `Pay what is owed to ${name.en} first.` }) },
  ];
}

function badCredit({ value, on, agency }: Case): readonly Verdict[] {
  const sources = [...new Set(flagsIn(value, on).map((flag) => textIn(flag, 'source') ?? agency))];
  return sources.map((source) => ({
    severity: 'LIMITS',
    agency: source,
    touched: [],
    what: {
      zh: '存在失信记录，不适用容缺受理与告知承诺。',
      en: 'A bad credit flag stands: nothing may follow later, and no commitment replaces a paper.',
    },
    toDo: (name) => ({
      zh: `请向${name.zh}申请信用修复；修复前须一次交齐材料。`,
      en: `Have it repaired by ${name.en}; until then bring every paper at once.`,
    }),
  }));
}

/** Statuses that are not normal, and what they mean. `windUp`: it may still be wound up. */
const NOT_NORMAL: Readonly<Record<string, { readonly severity: Blocker['severity']; readonly windUp: boolean; readonly what: Sentence }>> =
  {
    ABNORMAL: {
      severity: 'LIMITS',
      windUp: false,
      what: { zh: '企业被列入经营异常名录。', en: 'The enterprise is on the list of abnormal operations.' },
    },
    REVOKED: { severity: 'STOPS', windUp: true, what: { zh: '营业执照已被吊销。', en: "The enterprise's licence was revoked." } },
    DEREGISTERED: { severity: 'STOPS', windUp: false, what: { zh: '企业已注销。', en: 'The enterprise was deregistered.' } },
  };

function notActive({ value, agency, theme }: Case): readonly Verdict[] {
  const status = NOT_NORMAL[textIn(value, 'status') ?? ''];
  if (!status || (status.windUp && theme.windsUp)) return [];
  const { severity, what } = status;
  return [
    {
      severity,
      agency,
      touched: [],
      what,
      toDo: (name) => ({ zh: `请先到${name.zh}处理登记状态。`, en: `Have the registration put in order at ${name.en} first.` }),
    },
  ];
}

/** A permit that ended is a condition for what it permits, unless the plan obtains it again or winds the enterprise up. */
function endedPermits({ value, agency, on, theme, outline }: Case): readonly Verdict[] {
  if (theme.windsUp) return [];
  const obtained = new Set(outline.planned.map(({ item }) => item.code));
  const ended = rowsIn(value, 'items').filter((permit) => hasEnded(permit, on) && !obtained.has(textIn(permit, 'item') ?? ''));
  return ended.map((permit) => {
    const nameZh = textIn(permit, 'nameZh') ?? '';
    const nameEn = textIn(permit, 'nameEn') ?? nameZh;
    return {
      severity: 'LIMITS',
      agency: textIn(permit, 'issuer') ?? agency,
      touched: [],
      what: { zh: `“${nameZh}”已失效。`, en: `The permit “${nameEn}” is no longer valid.` },
      toDo: (name) => ({
        zh: `请向${name.zh}延续或重新申领；此前不得从事该许可的活动。`,
        en: `Have it renewed by ${name.en}; what it permits may not be done before.`,
      }),
    };
  });
}

function hasEnded(permit: Row, on: CivilDate): boolean {
  const validTo = textIn(permit, 'validTo');
  const status = textIn(permit, 'status');
  return status === 'EXPIRED' || status === 'REVOKED' || (status === 'VALID' && validTo !== null && validTo < on);
}
