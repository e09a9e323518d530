import type { OpenSessionInput, PurposeInput, SubjectInput } from '../../../schema/generated/types.ts';
import { type Problem, problem } from '../../cases/index.ts';
import type { EvidenceKind, Purpose, SessionRequest, Subject } from '../../trust/index.ts';
import { subjectName } from '../../trust/index.ts';
import { HALL } from '../cases/index.ts';
import type { RequestContext } from '../context.ts';
import { relationOf } from './relations.ts';
import { needsOfPurpose } from './room.ts';

/** A session that may be opened, or what must be mended first. */
export type Opening = { readonly request: SessionRequest } | { readonly problems: readonly Problem[] };

const MOST_OTHERS = 50;
const LONGEST_REFERENCE = 200;

/** How each role may know that the subject agrees. */
const EVIDENCE_OF: Readonly<Record<string, readonly EvidenceKind[]>> = {
  clerk: ['IDENTITY_CARD', 'FACE_CHECK', 'WRITTEN_AUTHORISATION'],
  officer: ['IDENTITY_CARD', 'FACE_CHECK', 'WRITTEN_AUTHORISATION'],
  supervisor: ['IDENTITY_CARD', 'FACE_CHECK', 'WRITTEN_AUTHORISATION'],
  kiosk: ['IDENTITY_CARD', 'FACE_CHECK'],
  citizen: ['ONLINE_SIGN_IN'],
};

/** Roles that may serve somebody. */
export const SERVING: readonly string[] = Object.keys(EVIDENCE_OF);

/** Checks what a session is asked for; relations are asked of the agencies that know them. */
export async function openingOf(input: OpenSessionInput, context: RequestContext): Promise<Opening> {
  const subject = subjectOf(input.subject);
  const purpose = purposeOfInput(input.purpose);
  if (!subject) return refused('ONE_SUBJECT', 'subject');
  if (!purpose || !(await needsOfPurpose(purpose, context))) return refused('UNKNOWN_PURPOSE', 'purpose/code');
  if (!(EVIDENCE_OF[context.caller.role] ?? []).includes(input.evidence)) return refused('EVIDENCE_NOT_YOURS', 'evidence');
  if (input.evidence === 'WRITTEN_AUTHORISATION' && !isReference(input.reference)) return refused('MISSING_REFERENCE', 'reference');
  if (context.caller.role === 'citizen' && context.caller.subject !== subjectName(context.access.vault, subject))
    return refused('NOT_YOURSELF', 'subject');
  const ofCase = purpose.kind === 'CASE' ? await peopleOfCase(purpose.code, subject, context) : [];
  // Only staff learn that there is such a case.
  if (!ofCase)
    return HALL.includes(context.caller.role) ? refused('NOT_THE_APPLICANT', 'subject') : refused('UNKNOWN_PURPOSE', 'purpose/code');
  const problems = await problemsOfOthers(input, subject, context);
  if (problems.length > 0) return { problems };
  const others = (input.others ?? []).flatMap((other) => subjectOf(other.subject) ?? []);
  const { evidence, reference } = input;
  return { request: { purpose, subjects: [subject, ...others, ...ofCase], evidence, reference: reference ?? undefined } };
}

const refused = (...[code, path]: Parameters<typeof problem>): Opening => ({ problems: [problem(code, path)] });

const isReference = (text: string | null | undefined): boolean =>
  typeof text === 'string' && text.trim().length > 0 && text.length <= LONGEST_REFERENCE;

/** Exactly one of the two names a subject. */
export function subjectOf({ uscc, idNumber }: SubjectInput): Subject | undefined {
  if (uscc && !idNumber) return { kind: 'enterprise', key: uscc };
  return idNumber && !uscc ? { kind: 'person', key: idNumber } : undefined;
}

export function purposeOfInput({ kind, code }: PurposeInput): Purpose | undefined {
  if (kind === 'CONSULTATION') return { kind };
  return code && /^\S{1,100}$/.test(code) ? { kind, code } : undefined;
}

/** Others whose papers the case asks for; undefined where the case is not this subject's. */
async function peopleOfCase(number: string, subject: Subject, { cases }: RequestContext): Promise<readonly Subject[] | undefined> {
  const view = await (await cases.enter()).views.case(number);
  const applicant = view?.contents().applicant;
  if (!applicant || ![applicant.uscc, applicant.idNumber].includes(subject.key)) return undefined;
  const also: readonly (Subject | undefined)[] = [
    applicant.uscc ? { kind: 'enterprise', key: applicant.uscc } : undefined,
    applicant.idNumber ? { kind: 'person', key: applicant.idNumber } : undefined,
    ...applicant.people.map(({ idNumber }): Subject => ({ kind: 'person', key: idNumber })),
  ];
  return also.flatMap((each) => (each && each.key !== subject.key ? [each] : []));
}

async function problemsOfOthers({ others }: OpenSessionInput, served: Subject, { reader }: RequestContext): Promise<readonly Problem[]> {
  if ((others ?? []).length > MOST_OTHERS) return [problem('TOO_MANY', 'others')];
  const found = await Promise.all(
    (others ?? []).map(async ({ subject, relation, reference }, i) => {
      const path = `others/${i}`;
      const other = subjectOf(subject);
      if (!other) return problem('ONE_SUBJECT', `${path}/subject`);
      if (relation === 'AUTHORISED') return isReference(reference) ? undefined : problem('MISSING_REFERENCE', `${path}/reference`);
      const said = await relationOf(served, other, relation, reader);
      if (said === 'holds') return undefined;
      return problem(said === 'none' ? 'NO_SUCH_RELATION' : 'RELATION_UNCHECKED', `${path}/relation`);
    }),
  );
  return found.filter((each) => each !== undefined);
}
