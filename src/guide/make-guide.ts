import type { Calendar } from '../calendar/index.ts';
import type { Catalogue } from '../catalogue/index.ts';
import { type Answers, answersOf } from './answers.ts';
import { asksWithin, uncheckedOf } from './asks.ts';
import { blockersOf } from './blockers.ts';
import { creditOf } from './credit.ts';
import { oneForm } from './form/index.ts';
import { noticeOf } from './notice.ts';
import { openQuestionsOf } from './open-questions.ts';
import { type OutlineStep, outlineOf } from './outline.ts';
import { type Schedule, scheduleOf } from './schedule.ts';
import type { Guide, GuideInput, GuideStep } from './types.ts';
import { whyOf } from './why.ts';

/** What every guide of a hall is made with. */
export interface GuideTools {
  readonly catalogue: Catalogue;
  readonly calendar: Calendar;
}

/** Makes the guide. It comes whatever the agencies could not say. Throws {@link AnswersRefused} for answers that do not fit the theme. */
export function makeGuide(input: GuideInput, { catalogue, calendar }: GuideTools): Guide {
  const { theme, startOn, applicant, known } = input;
  const answers = answersOf(theme, input.answers);
  const outline = outlineOf(theme, answers, catalogue);
  const schedule = scheduleOf(outline, theme, startOn, calendar);
  const credit = creditOf(known, startOn);
  const notice = noticeOf({ outline, schedule, applicant, known, credit, questions: theme.questions, catalogue, calendar });
  const plannedItems = outline.planned.map(({ item }) => item);
  return {
    theme,
    startOn,
    openQuestions: openQuestionsOf(theme, answers, catalogue),
    steps: outline.steps.map((step) => guideStep(step, { schedule, answers, input, catalogue })),
    notice: notice.map(({ line }) => line),
    form: oneForm({ theme, answers, plannedItems, applicant, known }, catalogue),
    blockers: blockersOf({ theme, startOn, outline, notice, known, catalogue }),
    timeline: schedule.timeline,
    unchecked: uncheckedOf(asksWithin(outline, { ...input, answers }, catalogue), known),
  };
}

interface Laid {
  readonly schedule: Schedule;
  readonly answers: Answers;
  readonly input: GuideInput;
  readonly catalogue: Catalogue;
}

function guideStep({ item, step, status, stage, dependsOn }: OutlineStep, { schedule, answers, input, catalogue }: Laid): GuideStep {
  return {
    item,
    stage,
    status,
    why: whyOf(step, status, input.theme, answers),
    dependsOn,
    parallelWith: schedule.parallelWith(item.code),
    forwardedTo: (item.retainedBy === undefined ? undefined : catalogue.agency(item.retainedBy)) ?? null,
    schedule: schedule.of(item.code),
  };
}
