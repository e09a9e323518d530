/** The plan of a theme worked out a second time, the slow and simple way: what the guide is held against. */
import type { Catalogue, Item, Theme, ThemeStep } from '../../src/catalogue/index.ts';
import type { Answer } from '../../src/guide/index.ts';

export type Answers = ReadonlyMap<string, Answer>;
type Status = 'NEEDED' | 'NOT_NEEDED' | 'UNDECIDED';

export interface Plan {
  readonly theme: Theme;
  readonly answers: Answers;
  readonly catalogue: Catalogue;
}

export function statusOf({ when }: ThemeStep, answers: Answers): Status {
  if (!when) return 'NEEDED';
  if (!answers.has(when.question)) return 'UNDECIDED';
  return answers.get(when.question) === when.equals ? 'NEEDED' : 'NOT_NEEDED';
}

export const plannedSteps = ({ theme, answers }: Plan): ThemeStep[] =>
  theme.steps.filter((step) => statusOf(step, answers) !== 'NOT_NEEDED');

export function itemOf(code: string, { catalogue }: Plan): Item {
  const item = catalogue.item(code);
  if (!item) throw new Error(`no item ${code}`);
  return item;
}

const stepOf = (code: string, { theme }: Plan) => theme.steps.find(({ item }) => item === code);

/** What a step waits for: walks back from it, through dropped steps, until it meets planned ones. */
export function waitsFor(code: string, plan: Plan): ReadonlySet<string> {
  const found = new Set<string>();
  const walk = (at: string) => {
    for (const before of stepOf(at, plan)?.dependsOn ?? []) {
      const step = stepOf(before, plan);
      if (step && statusOf(step, plan.answers) === 'NOT_NEEDED') walk(before);
      else found.add(before);
    }
  };
  walk(code);
  return found;
}

/** Everything that comes before a step, in the theme as it is written. */
export function ancestors(code: string, plan: Plan): ReadonlySet<string> {
  const found = new Set<string>();
  const walk = (at: string) => {
    for (const before of stepOf(at, plan)?.dependsOn ?? []) {
      if (found.has(before)) continue;
      found.add(before);
      walk(before);
    }
  };
  walk(code);
  return found;
}

/**
 * When every step ends at the earliest, by relaxing the edges of the whole theme until nothing changes: a dropped step takes
 * no time, so what it hands on needs no care, and no order of the steps is used.
 */
export function earliestEnds(plan: Plan): ReadonlyMap<string, number> {
  return relaxed(plan, (step) => step.dependsOn);
}

/** How many days follow a step's end at the least, until everything is done. */
export function daysAfter(plan: Plan): ReadonlyMap<string, number> {
  const followers = (step: ThemeStep) => plan.theme.steps.filter(({ dependsOn }) => dependsOn.includes(step.item)).map(({ item }) => item);
  const tails = relaxed(plan, followers);
  return new Map(plan.theme.steps.map((step) => [step.item, (tails.get(step.item) ?? 0) - daysOf(step, plan)]));
}

function daysOf(step: ThemeStep, plan: Plan): number {
  return statusOf(step, plan.answers) === 'NOT_NEEDED' ? 0 : itemOf(step.item, plan).promisedWorkingDays;
}

function relaxed(plan: Plan, before: (step: ThemeStep) => readonly string[]): ReadonlyMap<string, number> {
  const ends = new Map(plan.theme.steps.map((step) => [step.item, daysOf(step, plan)]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const step of plan.theme.steps)
      for (const other of before(step)) {
        const end = (ends.get(other) ?? 0) + daysOf(step, plan);
        if (end <= (ends.get(step.item) ?? 0)) continue;
        ends.set(step.item, end);
        changed = true;
      }
  }
  return ends;
}

/** Whether a step will have a material from an earlier step however the open questions are answered: tries every way to answer them. */
export function comesFromEarlier(step: ThemeStep, materialId: string, plan: Plan): boolean {
  const before = ancestors(step.item, plan);
  const makers = plan.theme.steps.filter(({ item }) => before.has(item) && itemOf(item, plan).result?.materialId === materialId);
  const asked = [step, ...makers].flatMap(({ when }) => when?.question ?? []);
  return completions([...new Set(asked)], plan).every((answers) => {
    if (statusOf(step, answers) === 'NOT_NEEDED') return true;
    return makers.some((maker) => statusOf(maker, answers) === 'NEEDED');
  });
}

/** Every way to answer these questions, the given answers kept. */
function completions(questions: readonly string[], { theme, answers }: Plan): Answers[] {
  return questions
    .filter((id) => !answers.has(id))
    .reduce<Answers[]>(
      (all, id) => {
        const question = theme.questions.find((it) => it.id === id);
        const values = question?.type === 'choice' ? question.choices.map(({ value }) => value) : [true, false];
        return all.flatMap((known) => values.map((value) => new Map<string, Answer>(known).set(id, value)));
      },
      [answers],
    );
}
