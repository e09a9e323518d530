import type { CivilDate } from '../calendar/index.ts';
import type { Catalogue, Item, Material, Theme, ThemeCondition, ThemeStep } from '../catalogue/index.ts';
import type { Guide, GuideStep, NoticeKind, NoticeLine, StepSchedule } from './types.ts';

type Answers = Readonly<Record<string, boolean | string>>;

/** A guide from the catalogue's real data, planned the plain way: weekends only, nothing fetched, no blockers. */
export function guideByHand(catalogue: Catalogue, themeId: string, answers: Answers = {}, startOn: CivilDate = '2026-03-09'): Guide {
  const theme = found(catalogue.theme(themeId), themeId);
  const itemOf = (code: string) => found(catalogue.item(code), code);
  const status = new Map(theme.steps.map((step) => [step.item, statusOf(step.when, answers)]));
  const planned = theme.steps.filter((step) => status.get(step.item) !== 'NOT_NEEDED');
  const plan = planOf(planned, status, theme, itemOf);
  const end = Math.max(...[...plan.values()].map(({ end }) => end));
  const milestone = theme.target.milestone ?? null;
  const reached = (milestone ? plan.get(milestone)?.end : end) ?? end;
  const date = (day: number) => workingDay(startOn, day);
  return {
    theme,
    startOn,
    openQuestions: theme.questions.filter(({ id }) => answers[id] === undefined),
    steps: theme.steps.map((step): GuideStep => {
      const item = itemOf(step.item);
      const times = plan.get(step.item);
      return {
        item,
        stage: { nameZh: step.stage, nameEn: step.stageEn, merged: false },
        status: status.get(step.item) ?? 'NEEDED',
        why: { zh: '', en: '' },
        dependsOn: plannedBefore(step, theme, status),
        parallelWith: [],
        forwardedTo: (item.retainedBy && catalogue.agency(item.retainedBy)) || null,
        schedule: times ? scheduleOf(times, item, date) : null,
      };
    }),
    notice: noticeOf(
      planned.map(({ item }) => itemOf(item)),
      catalogue,
      date,
    ),
    form: { parts: [], schema: {} },
    blockers: [],
    timeline: {
      startOn,
      finishOn: date(end),
      workingDays: end,
      oneAfterAnother: planned.reduce((sum, { item }) => sum + itemOf(item).promisedWorkingDays, 0),
      statutoryFinishOn: date(end * 3),
      criticalPath: [...plan].filter(([, { slack }]) => slack === 0).map(([code]) => code),
      target: {
        workingDays: theme.target.workingDays,
        milestone,
        reachedOn: date(reached),
        planned: reached,
        met: reached <= theme.target.workingDays,
      },
      assumedYears: [],
    },
    unchecked: [],
  };
}

interface Times {
  readonly begin: number;
  readonly end: number;
  readonly slack: number;
}

function statusOf(when: ThemeCondition | undefined, answers: Answers): GuideStep['status'] {
  if (!when) return 'NEEDED';
  const answer = answers[when.question];
  if (answer === undefined) return 'UNDECIDED';
  return answer === when.equals ? 'NEEDED' : 'NOT_NEEDED';
}

/** What a step waits for; in place of a dropped one, what that waited for. */
function plannedBefore(step: ThemeStep, theme: Theme, status: ReadonlyMap<string, GuideStep['status']>): string[] {
  const before = step.dependsOn.flatMap((code) => {
    const other = theme.steps.find(({ item }) => item === code);
    return other && status.get(code) === 'NOT_NEEDED' ? plannedBefore(other, theme, status) : [code];
  });
  return [...new Set(before)];
}

function planOf(
  steps: readonly ThemeStep[],
  status: ReadonlyMap<string, GuideStep['status']>,
  theme: Theme,
  itemOf: (code: string) => Item,
): ReadonlyMap<string, Times> {
  const before = new Map(steps.map((step) => [step.item, plannedBefore(step, theme, status)]));
  const days = (code: string) => itemOf(code).promisedWorkingDays;
  const end = (code: string): number => days(code) + Math.max(0, ...(before.get(code) ?? []).map(end));
  const whole = Math.max(...steps.map(({ item }) => end(item)));
  const latest = (code: string): number =>
    Math.min(whole, ...steps.filter(({ item }) => before.get(item)?.includes(code)).map(({ item }) => latest(item) - days(item)));
  return new Map(
    steps.map(({ item }) => [item, { begin: end(item) - days(item), end: end(item), slack: latest(item) - end(item) }] as const),
  );
}

const scheduleOf = ({ begin, end, slack }: Times, item: Item, date: (day: number) => CivilDate): StepSchedule => ({
  fileOn: date(begin),
  promised: { due: date(end) } as StepSchedule['promised'],
  statutory: { due: date(begin + item.statutoryWorkingDays) } as StepSchedule['statutory'],
  slack,
  critical: slack === 0,
});

function noticeOf(items: readonly Item[], catalogue: Catalogue, date: (day: number) => CivilDate): NoticeLine[] {
  const all = items.flatMap((item) => item.materials.map((requirement) => ({ item, requirement })));
  return [...new Set(all.map(({ requirement }) => requirement.materialId))].map((id) => {
    const asks = all.filter(({ requirement }) => requirement.materialId === id);
    const material = found(catalogue.material(id), id);
    const madeBy = items.find(({ result }) => result?.materialId === id)?.code ?? null;
    const days = asks.map(({ requirement }) => requirement.tolerableWorkingDays ?? 0);
    const kind = kindOf(material, madeBy, Math.min(...days) > 0);
    const follows = Math.min(...days);
    return {
      material,
      kind,
      required: asks.some(({ requirement }) => requirement.required),
      neededBy: asks.map(({ item }) => item.code),
      madeBy: kind === 'MADE' ? madeBy : null,
      fetched: kind === 'FETCHED' ? { agency: material.issuer, valid: null, validTo: null, provenance: null } : null,
      follows: kind === 'MAY_FOLLOW' ? { workingDays: follows, by: date(follows) } : null,
      note: null,
    };
  });
}

function kindOf(material: Material, madeBy: string | null, tolerable: boolean): NoticeKind {
  if (madeBy) return 'MADE';
  if (material.fromForm) return 'FROM_FORM';
  if (material.certificateType) return 'FETCHED';
  return tolerable ? 'MAY_FOLLOW' : 'TO_BRING';
}

/** The day so many working days after a Monday to Friday. */
function workingDay(start: CivilDate, days: number): CivilDate {
  const day = new Date(`${start}T00:00:00Z`);
  for (let left = days; left > 0; ) {
    day.setUTCDate(day.getUTCDate() + 1);
    if (day.getUTCDay() % 6 !== 0) left--;
  }
  return day.toISOString().slice(0, 10);
}

function found<T>(value: T | undefined, id: string): T {
  if (value === undefined) throw new Error(`the catalogue has no ${id}`);
  return value;
}
