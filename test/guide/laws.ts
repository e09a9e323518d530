/** What every guide must keep, whoever asks and whatever agencies said. */
import type { Calendar } from '../../src/calendar/index.ts';
import type { ThemeStep } from '../../src/catalogue/index.ts';
import type { Guide, GuideStep, NoticeLine, StepSchedule } from '../../src/guide/index.ts';
import { ancestors, comesFromEarlier, daysAfter, earliestEnds, itemOf, type Plan, plannedSteps, statusOf, waitsFor } from './graph.ts';

/** A guide, and what it was made for. */
export interface Judged extends Plan {
  readonly guide: Guide;
  readonly calendar: Calendar;
}

type Law = (judged: Judged) => Iterable<string>;

/** Every breach, as the law's name and what breaks it. */
export function breaches(judged: Judged): string[] {
  return Object.entries(LAWS).flatMap(([name, law]) => [...law(judged)].map((what) => `${name}: ${what}`));
}

const LAWS: Readonly<Record<string, Law>> = {
  *'every step stands once, as the answers make it'({ guide, theme, answers }) {
    if (guide.steps.length !== theme.steps.length) yield 'number of steps';
    for (const step of theme.steps) {
      const found = guide.steps.filter(({ item }) => item.code === step.item);
      if (found.length !== 1 || found[0]?.status !== statusOf(step, answers)) yield step.slug;
    }
  },
  *'nothing stands before what it depends on'({ guide }) {
    const place = new Map(guide.steps.map(({ item }, i) => [item.code, i]));
    for (const [i, { item, dependsOn }] of guide.steps.entries())
      for (const before of dependsOn) if ((place.get(before) ?? i) >= i) yield `${item.slug} after ${before}`;
  },
  *'dropped steps hand on what they depend on'({ guide, ...plan }) {
    for (const { item, dependsOn } of guide.steps)
      if (!sameSet(new Set(dependsOn), waitsFor(item.code, plan)) || new Set(dependsOn).size !== dependsOn.length) yield item.slug;
  },
  *'nothing begins before what it waits for is done'({ guide }) {
    for (const { step, schedule } of scheduled(guide)) {
      const ends = step.dependsOn.map((code) => scheduleOf(code, guide)?.promised.due ?? '');
      const expected = ends.toSorted().at(-1) ?? guide.timeline.startOn;
      if (schedule.startsOn !== expected) yield `${step.item.slug}: begins ${schedule.startsOn}, could on ${expected}`;
    }
  },
  *'a step is filed when it begins; a merged stage once, when its first step does'({ guide }) {
    for (const { step, schedule } of scheduled(guide)) {
      const together = scheduled(guide).filter((other) => step.stage.merged && other.step.stage.nameZh === step.stage.nameZh);
      const starts = [schedule.startsOn, ...together.map((other) => other.schedule.startsOn)];
      if (schedule.fileOn !== starts.toSorted()[0]) yield step.item.slug;
    }
  },
  *'days are working days and follow each other'({ guide, calendar }) {
    for (const { step, schedule } of scheduled(guide)) {
      const days = [guide.timeline.startOn, schedule.fileOn, schedule.startsOn, schedule.promised.due ?? '', schedule.statutory.due ?? ''];
      if (days.some((day, i) => day < (days[i - 1] ?? ''))) yield `${step.item.slug} goes back: ${days.join()}`;
      if (days.some((day) => !calendar.day(day).working)) yield `${step.item.slug} on a day off: ${days.join()}`;
      if ((schedule.promised.due ?? '') > guide.timeline.finishOn) yield `${step.item.slug} after the end`;
      if (calendar.workingDaysBetween(schedule.startsOn, schedule.promised.due ?? '') !== step.item.promisedWorkingDays)
        yield step.item.slug;
    }
  },
  *'the plan takes as long as its longest path'({ guide: { timeline }, calendar, ...plan }) {
    const longest = Math.max(...earliestEnds(plan).values());
    if (timeline.workingDays !== longest) yield `${timeline.workingDays} instead of ${longest}`;
    if (calendar.workingDaysBetween(timeline.startOn, timeline.finishOn) !== longest) yield `finishes ${timeline.finishOn}`;
    const sum = timeline.criticalPath.reduce((days, code) => days + itemOf(code, plan).promisedWorkingDays, 0);
    if (sum !== longest) yield `the critical path takes ${sum} of ${longest}`;
    if (timeline.oneAfterAnother < longest) yield 'one after another is faster';
    if (timeline.statutoryFinishOn < timeline.finishOn) yield 'the statutory limits end before the promised ones';
  },
  *'the critical path hangs together and cannot slip'({ guide }) {
    for (const [i, code] of guide.timeline.criticalPath.entries()) {
      const step = guide.steps.find(({ item }) => item.code === code);
      const before = guide.timeline.criticalPath[i - 1];
      if (before === undefined ? step?.dependsOn.length !== 0 : !step?.dependsOn.includes(before))
        yield `${code} does not follow ${before}`;
      if (step?.schedule?.slack !== 0) yield `${code} may slip`;
    }
  },
  *'slack is what a step may slip'({ guide, ...plan }) {
    const [ends, after] = [earliestEnds(plan), daysAfter(plan)];
    for (const { step, schedule } of scheduled(guide)) {
      const slack = guide.timeline.workingDays - (ends.get(step.item.code) ?? 0) - (after.get(step.item.code) ?? 0);
      if (schedule.slack !== slack || schedule.critical !== (slack === 0)) yield `${step.item.slug}: ${schedule.slack} instead of ${slack}`;
    }
  },
  *'the target counts up to its milestone'({ guide: { timeline }, theme, calendar, ...plan }) {
    const { target } = timeline;
    const ends = earliestEnds({ ...plan, theme });
    const planned = target.milestone ? ends.get(target.milestone) : timeline.workingDays;
    if (target.milestone !== (theme.target.milestone ?? null)) yield 'milestone';
    if (target.planned !== planned || target.met !== target.planned <= theme.target.workingDays) yield `${target.planned}`;
    if (calendar.workingDaysBetween(timeline.startOn, target.reachedOn) !== planned) yield `reached ${target.reachedOn}`;
  },
  *'steps side by side do not wait for each other'({ guide, ...plan }) {
    for (const { item, parallelWith } of guide.steps)
      for (const other of parallelWith) {
        const back = guide.steps.find((step) => step.item.code === other)?.parallelWith ?? [];
        if (!back.includes(item.code)) yield `${item.slug} with ${other}, not back`;
        if (ancestors(item.code, plan).has(other) || ancestors(other, plan).has(item.code)) yield `${item.slug} waits for ${other}`;
      }
  },
  *'every material of the planned items stands once'({ guide, ...plan }) {
    const ids = guide.notice.map(({ material }) => material.id);
    if (new Set(ids).size !== ids.length) yield 'a material stands twice';
    const asked = plannedSteps(plan).flatMap(({ item }) => itemOf(item, plan).materials.map(({ materialId }) => materialId));
    if (!sameSet(new Set(ids), new Set(asked))) yield 'a material is missing, or nobody asked for it';
    for (const line of guide.notice) {
      const asking = askingFor(line, plan);
      if (!sameSet(new Set(line.neededBy), new Set(asking.map(({ item }) => item)))) yield `${line.material.id} is needed by others`;
      if (line.required !== asking.some((step) => insists(step, line, plan))) yield `${line.material.id} is required or not`;
    }
  },
  *'nobody brings what an earlier step makes, and what comes too late is not called made'({ guide, ...plan }) {
    for (const line of guide.notice) {
      const asking = askingFor(line, plan);
      const insisting = asking.filter((step) => insists(step, line, plan));
      const counted = insisting.length > 0 ? insisting : asking;
      const isMade = counted.every((step) => comesFromEarlier(step, line.material.id, plan));
      if (isMade !== (line.kind === 'MADE')) yield `${line.material.id} is ${line.kind}`;
      if (
        line.kind === 'MADE' &&
        !guide.steps.some(({ item }) => item.code === line.madeBy && item.result?.materialId === line.material.id)
      )
        yield `${line.material.id} is made by ${line.madeBy}`;
    }
  },
  *'only what everybody who insists lets follow may follow'({ guide, calendar, ...plan }) {
    for (const line of guide.notice) {
      if ((line.kind === 'MAY_FOLLOW') !== (line.follows !== null)) yield `${line.material.id}: a term without its kind`;
      if (!line.follows) continue;
      for (const step of askingFor(line, plan)) {
        const { required, tolerable, tolerableWorkingDays = 0 } = requirementOf(step, line, plan);
        const last = calendar.addWorkingDays(scheduleOf(step.item, guide)?.startsOn ?? '', tolerableWorkingDays);
        if (required && (!tolerable || line.follows.by > last)) yield `${line.material.id} for ${step.slug}`;
      }
    }
  },
  *'what stays elsewhere is forwarded and never another door'({ guide }) {
    for (const { item, forwardedTo } of guide.steps) if ((forwardedTo?.id ?? undefined) !== item.retainedBy) yield item.slug;
  },
  *'questions that still decide a step are open, answered ones are not'({ guide, theme, answers }) {
    const open = new Set(guide.openQuestions.map(({ id }) => id));
    for (const { id } of theme.questions) {
      if (open.has(id) && answers.has(id)) yield `${id} is answered`;
      if (!open.has(id) && !answers.has(id) && theme.steps.some(({ when }) => when?.question === id)) yield `${id} is not asked`;
    }
  },
};

function* scheduledSteps({ steps }: Guide): Generator<{ readonly step: GuideStep; readonly schedule: StepSchedule }> {
  for (const step of steps) if (step.schedule) yield { step, schedule: step.schedule };
}

const scheduled = (guide: Guide) => [...scheduledSteps(guide)];

const scheduleOf = (code: string, { steps }: Guide) => steps.find(({ item }) => item.code === code)?.schedule;

const askingFor = ({ material }: NoticeLine, plan: Plan): ThemeStep[] =>
  plannedSteps(plan).filter(({ item }) => itemOf(item, plan).materials.some(({ materialId }) => materialId === material.id));

function requirementOf(step: ThemeStep, { material }: NoticeLine, plan: Plan) {
  const requirement = itemOf(step.item, plan).materials.find(({ materialId }) => materialId === material.id);
  if (!requirement) throw new Error(`${step.slug} does not ask for ${material.id}`);
  return requirement;
}

const insists = (step: ThemeStep, line: NoticeLine, plan: Plan): boolean => requirementOf(step, line, plan).required;

const sameSet = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  one.size === other.size && [...one].every((it) => other.has(it));
