import { GraphQLError } from 'graphql';
import { type Cases, type CaseView, Conflict, type Outcome, type Problem, problem, type Who } from '../../cases/index.ts';
import type { Role } from '../../connect/index.ts';
import type { FileView } from '../../files/index.ts';
import type { RequestContext } from '../context.ts';
import { badInput } from '../scalars.ts';

/** Who works with cases; issue of who may see which subject lies with the service session. */
export const HALL: readonly Role[] = ['clerk', 'officer', 'supervisor'];
export const APPLICANTS: readonly Role[] = ['citizen', 'kiosk'];
export const DECIDERS: readonly Role[] = ['officer', 'supervisor'];
const SEEING_ALL: readonly Role[] = [...HALL, 'auditor'];
const MOST_PER_PAGE = 100;
const PAGE = 20;

/** What every mutation of a case gives back. */
export interface Payload {
  readonly case: CaseView | null;
  readonly problems: readonly Problem[];
}

export const whoOf = ({ caller: { actor, role, window } }: RequestContext): Who => ({ actor, role, window });

/** The room of cases, for those whose role may be there. */
export async function roomFor({ caller, cases }: RequestContext, roles: readonly Role[]): Promise<Cases> {
  if (roles.includes(caller.role)) return cases.enter();
  throw new GraphQLError(`this needs one of the roles ${roles.join(', ')}`, { extensions: { code: 'FORBIDDEN' } });
}

/** Staff and auditors see every case, whoever else only what they opened themselves: of all else they are told that there is none. */
export async function visible(number: string, { caller, cases }: Pick<RequestContext, 'caller' | 'cases'>): Promise<CaseView | null> {
  const view = await (await cases.enter()).views.case(number);
  return view && isVisible(view.row.openedBy, caller) ? view : null;
}

const isVisible = (openedBy: string, { role, actor }: RequestContext['caller']): boolean => SEEING_ALL.includes(role) || openedBy === actor;

/** Whether the caller may read a file: their own until it belongs to a case, then that of a case they may read. */
export async function mayRead({ caseId, uploadedBy }: FileView, asked: Pick<RequestContext, 'caller' | 'cases'>): Promise<boolean> {
  if (caseId === null) return uploadedBy === asked.caller.actor;
  const number = await (await asked.cases.enter()).views.numberOf(caseId);
  return number !== undefined && (await visible(number, asked)) !== null;
}

/** A command on a case that the caller can see. */
export async function onCase(number: string, context: RequestContext, run: () => Promise<Outcome>): Promise<Payload> {
  // Staff may see every case: whether there is one the command finds out itself.
  const isTheirs = !APPLICANTS.includes(context.caller.role) || (await visible(number, context)) !== null;
  if (!isTheirs) return { case: null, problems: [problem('UNKNOWN_CASE', 'number')] };
  return payloadOf(await run().catch(inWords), context);
}

export async function payloadOf(outcome: Outcome, { cases }: RequestContext): Promise<Payload> {
  if (outcome.kind === 'refused') return { case: null, problems: outcome.problems };
  return { case: (await (await cases.enter()).views.case(outcome.number)) ?? null, problems: [] };
}

/** What a client can do about it: take another key. */
function inWords(cause: unknown): never {
  if (cause instanceof Conflict) throw new GraphQLError(cause.message, { extensions: { code: 'CONFLICT' } });
  throw cause;
}

/** GraphQL's null is our undefined. */
export const given = <T>(value: T | null | undefined): T | undefined => value ?? undefined;

export function pageSize(first: number | null | undefined): number {
  const size = first ?? PAGE;
  if (size < 1 || size > MOST_PER_PAGE) throw badInput(`first must be 1 to ${MOST_PER_PAGE}`);
  return size;
}
