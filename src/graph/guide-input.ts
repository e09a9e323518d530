import type { ApplicantInput, GuideInput, ParticipantRole } from '../../schema/generated/types.ts';
import { civilDateOf } from '../calendar/index.ts';
import type { Holder } from '../catalogue/index.ts';
import { AnswersRefused, type Applicant, answersOf, type GuideRequest } from '../guide/index.ts';
import type { RequestContext } from './context.ts';
import { badInput } from './scalars.ts';

const MOST_PEOPLE = 50;
const MOST_YEARS = 5;

const HOLDERS: Readonly<Record<ParticipantRole, Holder>> = {
  LEGAL_REPRESENTATIVE: 'legal-representative',
  AGENT: 'agent',
  SPOUSE: 'spouse',
  SHAREHOLDER: 'shareholder',
  FINANCE_OFFICER: 'finance-officer',
  EMPLOYEE: 'employee',
};

/** What a client asks a guide for, checked. Refusals name the argument and quote nothing. */
export function guideRequest(
  { theme: id, answers, applicant, startOn }: GuideInput,
  context: Pick<RequestContext, 'catalogue' | 'clock'>,
): GuideRequest {
  const theme = context.catalogue.theme(id);
  if (!theme) throw badInput('input.theme: the catalogue has no such theme; `themes { code }` lists them');
  return {
    theme,
    answers: checkedAnswers(theme, answers ?? []),
    applicant: applicantOf(applicant),
    startOn: dayToStart(startOn, civilDateOf(context.clock.now())),
  };
}

function checkedAnswers(theme: GuideRequest['theme'], given: NonNullable<GuideInput['answers']>): GuideRequest['answers'] {
  try {
    return answersOf(
      theme,
      given.map(({ question, value }) => [question, value]),
    );
  } catch (error) {
    throw error instanceof AnswersRefused ? badInput(`input.answers: ${error.message}`) : error;
  }
}

function applicantOf(given: ApplicantInput | null | undefined): Applicant {
  return { uscc: given?.uscc ?? undefined, idNumber: given?.idNumber ?? undefined, people: peopleOf(given?.people ?? []) };
}

/** Others whose papers are asked for. */
export function peopleOf(people: NonNullable<ApplicantInput['people']>): Applicant['people'] {
  if (people.length > MOST_PEOPLE) throw badInput(`input.applicant.people: name at most ${MOST_PEOPLE}`);
  return people.map(({ role, idNumber }) => ({ holder: HOLDERS[role], idNumber }));
}

function dayToStart(given: string | null | undefined, today: string): string {
  const day = given ?? today;
  const [first, last] = [-MOST_YEARS, MOST_YEARS].map((years) => `${Number(today.slice(0, 4)) + years}${today.slice(4)}`);
  if (day < (first ?? day) || day > (last ?? day)) throw badInput(`input.startOn: a day within ${MOST_YEARS} years of today`);
  return day;
}
