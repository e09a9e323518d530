/**
 * The guide 办事指南: theme and answers become steps, a one-time notice, one form and dates. Pure: what agencies say is
 * handed in. Words: see types.ts.
 */
export { type Answer, AnswersRefused, answersOf } from './answers.ts';
export { asksOf, type GuideRequest } from './asks.ts';
export {
  completeForm,
  createFormChecker,
  type FormAsk,
  type FormChecker,
  type FormInput,
  type FormPlan,
  type FormProblem,
  formAsks,
  formSchema,
  fragmentOf,
  type JsonSchema,
  oneForm,
  sourcesOf,
} from './form/index.ts';
export { knownFrom } from './holders.ts';
export { type GuideTools, makeGuide } from './make-guide.ts';
export type {
  Applicant,
  Ask,
  Blocker,
  BlockerKind,
  FormLine,
  FormPart,
  Guide,
  GuideInput,
  GuideStep,
  Known,
  KnownReading,
  NoticeKind,
  NoticeLine,
  OneForm,
  Sentence,
  StepSchedule,
  Timeline,
  Unchecked,
} from './types.ts';
