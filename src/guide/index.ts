/**
 * The guide 办事指南: theme and answers become steps, a one-time notice, one form and dates. Pure: what agencies say is
 * handed in. Words: see types.ts.
 */
export { type Answer, AnswersRefused, answersOf } from './answers.ts';
export { asksOf, type GuideRequest } from './asks.ts';
export { mermaid } from './chart/mermaid.ts';
export { chartSvg } from './chart/svg.ts';
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
  masksLeft,
  oneForm,
  sourcePaths,
  withoutMasks,
} from './form/index.ts';
export { knownFrom } from './holders.ts';
export { type Issued, type IssuedLine, packed, unpacked } from './issued/content.ts';
export { issuedPage, type LookupOptions, lookupPage } from './issued/lookup-page.ts';
export { type NoticePageOptions, noticePage } from './issued/page.ts';
export { STYLE as NOTICE_STYLE } from './issued/style.ts';
export { type GuideTools, makeGuide } from './make-guide.ts';
export { needsOf } from './needs.ts';
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
