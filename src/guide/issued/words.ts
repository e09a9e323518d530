import type { CivilDate } from '../../calendar/index.ts';
import type { Agency } from '../../catalogue/index.ts';
import type { Language } from '../../connect/index.ts';
import type { Blocker, NoticeKind } from '../types.ts';

interface Group {
  readonly title: string;
  readonly hint: string;
}

/** The words of the notice on paper and of the page that looks it up. */
export interface NoticeWords {
  readonly lang: string;
  readonly title: string;
  readonly issued: (at: Date) => string;
  readonly plan: (from: CivilDate, until: CivilDate, workingDays: number) => string;
  readonly counts: (asked: number, different: number, bring: number) => string;
  readonly groups: Readonly<Record<NoticeKind, Group>>;
  readonly none: string;
  readonly ifApplies: string;
  readonly forms: Readonly<Record<'paper' | 'electronic' | 'both', string>>;
  readonly usedBy: (steps: readonly number[]) => string;
  readonly from: (agency: string) => string;
  readonly validity: (valid: boolean | null, validTo: CivilDate | null) => string;
  readonly madeBy: (step: number) => string;
  readonly follows: (by: CivilDate) => string;
  readonly blockers: string;
  readonly informed: string;
  readonly severities: Readonly<Record<Exclude<Blocker['severity'], 'INFORMS'>, string>>;
  readonly unchecked: string;
  readonly questions: string;
  readonly steps: string;
  readonly columns: readonly [string, string, string, string, string];
  readonly doors: string;
  readonly undecided: string;
  readonly onTheSpot: string;
  readonly forwarded: (agency: string) => string;
  readonly opens: (opens: NonNullable<Agency['opens']>) => string;
  readonly assumed: (years: readonly number[]) => string;
  readonly verify: string;
  readonly verifyHint: string;
  readonly code: string;
  readonly qr: string;
  readonly privacy: string;
  readonly fictional: string;
  readonly lookup: {
    readonly title: string;
    readonly genuine: (hall: string) => string;
    readonly current: string;
    readonly outdated: string;
    readonly startOn: string;
    readonly lost: string;
    readonly unknown: string;
    readonly unknownHint: string;
    readonly ask: string;
    readonly askHint: string;
    readonly button: string;
    readonly again: string;
    readonly other: { readonly lang: string; readonly text: string };
  };
}

/** Date and minute in the hall's time zone, which has no summer time. */
const minute = (at: Date): string => new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');

const sameHours = (opens: NonNullable<Agency['opens']>, days: (days: readonly number[]) => string, comma: string): string => {
  const byDays = new Map<string, string[]>();
  for (const { days: on, from, until } of opens) byDays.set(days(on), [...(byDays.get(days(on)) ?? []), `${from}–${until}`]);
  return [...byDays].map(([on, hours]) => `${on} ${hours.join(comma)}`).join(comma);
};

/** Numbers as stretches: `[1, 2, 3, 5]` is 1 to 3, and 5. */
function stretches(numbers: readonly number[], name: (number: number) => string, to: string, comma: string): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const first = sorted.filter((day) => !sorted.includes(day - 1));
  const last = sorted.filter((day) => !sorted.includes(day + 1));
  return first.map((day, i) => (day === last[i] ? name(day) : `${name(day)}${to}${name(last[i] ?? day)}`)).join(comma);
}

const ZH_DAYS = ['一', '二', '三', '四', '五', '六', '日'];
const EN_DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

const zh: NoticeWords = {
  lang: 'zh-CN',
  title: '一次性告知单',
  issued: (at) => `出具时间：${minute(at)}`,
  plan: (from, until, days) => `计划：${from} 开始，${until} 前全部办结，共 ${days} 个工作日`,
  counts: (asked, different, bring) => `各事项共要求 ${asked} 份材料，去重后 ${different} 份，您只需自备 ${bring} 份。`,
  groups: {
    TO_BRING: { title: '申报时带齐', hint: '备好一份，勾一份。' },
    MAY_FOLLOW: { title: '可以后补（容缺）', hint: '先受理，签署承诺书后在所列日期前补交。' },
    FROM_FORM: { title: '由表单生成，仅需签字', hint: '填完一张表单即可打印，不必另写。' },
    FETCHED: { title: '由部门共享获取，免提交', hint: '大厅代为调取，您不必提供。' },
    MADE: { title: '由前序步骤产生，免提交', hint: '前一步办结后直接用于后一步。' },
  },
  none: '无',
  ifApplies: '如适用',
  forms: { paper: '原件', electronic: '电子件', both: '原件或电子件' },
  usedBy: (steps) => `步骤 ${stretches(steps, String, '–', '、')}`,
  from: (agency) => `调取自：${agency}`,
  validity: (valid, validTo) => (valid === null ? '待核验' : `${valid ? '有效' : '失效'}${validTo ? `，有效期至 ${validTo}` : ''}`),
  madeBy: (step) => `由步骤 ${step} 产生`,
  follows: (by) => `${by} 前补交`,
  blockers: '须先解决的问题',
  informed: '由大厅代办，请知悉',
  severities: { STOPS: '解决前无法办结', LIMITS: '附条件可办' },
  unchecked: '未能核验的内容',
  questions: '尚待回答的问题（回答后材料和步骤可能减少）',
  steps: '步骤与时间',
  columns: ['序号', '事项', '申报', '承诺办结', '窗口'],
  doors: '窗口与开放时间',
  undecided: '待定',
  onTheSpot: '当场办结',
  forwarded: (agency) => `本厅转送${agency}`,
  opens: (opens) => sameHours(opens, (days) => `周${stretches(days, (day) => ZH_DAYS[day - 1] ?? '', '至周', '、周')}`, '、'),
  assumed: (years) => `${years.join('、')} 年放假安排尚未公布，按周末推算，日期可能变动。`,
  verify: '查验本单',
  verifyHint: '扫码，或在下列地址输入校验码，任何窗口均可核对告知内容：',
  code: '校验码',
  qr: '查验本单的二维码',
  privacy: '（本单及校验码不含个人信息）',
  fictional: '沙箱：数据均为虚构，不具效力',
  lookup: {
    title: '查验一次性告知单',
    genuine: (hall) => `该校验码由${hall}出具。`,
    current: '出具以来，有关事项与材料的目录没有变更。',
    outdated: '出具以来，有关事项与材料的目录已有变更，请重新出具告知单。',
    startOn: '计划开始日期',
    lost: '目录变更较多，当时告知的材料已无法列出，以纸质告知单为准。',
    unknown: '查不到该校验码',
    unknownHint: '请对照告知单逐组核对后重新输入。若仍查不到，请到窗口重新出具。',
    ask: '请输入告知单上的校验码',
    askHint: '不分大小写，空格和连字符可省略。',
    button: '查验',
    again: '查验另一份告知单',
    other: { lang: 'en', text: 'English' },
  },
};

const en: NoticeWords = {
  lang: 'en',
  title: 'One-time notice',
  issued: (at) => `Issued: ${minute(at)}`,
  plan: (from, until, days) => `Plan: from ${from}, everything done by ${until}, ${days} working days`,
  counts: (asked, different, bring) => `The items ask for ${asked} papers, ${different} different ones; you bring ${bring}.`,
  groups: {
    TO_BRING: { title: 'Bring these', hint: 'Tick what is ready.' },
    MAY_FOLLOW: {
      title: 'May follow later',
      hint: 'Your application is accepted against a signed commitment; hand these in by the date given.',
    },
    FROM_FORM: { title: 'Come out of the form: only sign them', hint: 'Printed once the one form is filled in.' },
    FETCHED: { title: 'Fetched from other agencies', hint: 'The hall fetches them; you need not bring them.' },
    MADE: { title: 'Made by earlier steps', hint: 'What an earlier step results in is used by the later one.' },
  },
  none: 'None',
  ifApplies: 'if it applies',
  forms: { paper: 'original', electronic: 'electronic', both: 'original or electronic' },
  usedBy: (steps) => `${steps.length === 1 ? 'step' : 'steps'} ${stretches(steps, String, '–', ', ')}`,
  from: (agency) => `from: ${agency}`,
  validity: (valid, validTo) =>
    valid === null ? 'not checked yet' : `${valid ? 'valid' : 'not valid'}${validTo ? `, valid to ${validTo}` : ''}`,
  madeBy: (step) => `made by step ${step}`,
  follows: (by) => `by ${by}`,
  blockers: 'What stands in the way',
  informed: 'The hall sees to this',
  severities: { STOPS: 'cannot be finished until it is mended', LIMITS: 'possible under a condition' },
  unchecked: 'What could not be checked',
  questions: 'Questions still open (answers can only make this shorter)',
  steps: 'Steps and dates',
  columns: ['No.', 'Item', 'File on', 'Promised by', 'Door'],
  doors: 'Doors and opening hours',
  undecided: 'undecided',
  onTheSpot: 'on the spot',
  forwarded: (agency) => `here; forwarded to ${agency}`,
  opens: (opens) => sameHours(opens, (days) => stretches(days, (day) => EN_DAYS[day - 1] ?? '', '–', ', '), ', '),
  assumed: (years) => `Holidays of ${years.join(', ')} are not announced yet: only weekends are taken off, dates may move.`,
  verify: 'Look this notice up',
  verifyHint: 'Scan the code, or type it in at this address: any counter can see what was told.',
  code: 'Code',
  qr: 'QR code to look this notice up',
  privacy: '(Neither notice nor code holds personal data.)',
  fictional: 'Sandbox: fictional data, of no effect',
  lookup: {
    title: 'Look up a one-time notice',
    genuine: (hall) => `This code was issued by ${hall}.`,
    current: 'Nothing in the catalogue that it was made from has changed since.',
    outdated: 'The catalogue has changed since: have a new notice issued.',
    startOn: 'First day of the plan',
    lost: 'So much has changed that its materials cannot be listed any more: see the paper.',
    unknown: 'No such code',
    unknownHint:
      'Compare it with the paper group by group, and try again. If it still is not found, have a new notice issued at a counter.',
    ask: 'Type in the code that is printed on the notice',
    askHint: 'Upper or lower case; spaces and hyphens may be left out.',
    button: 'Look up',
    again: 'Look up another notice',
    other: { lang: 'zh', text: '中文' },
  },
};

export const noticeWords = (language: Language): NoticeWords => (language === 'en' ? en : zh);
