import { GraphQLError } from 'graphql';
import type { AccessLogFilter, MutationResolvers, QueryResolvers, Resolvers } from '../../../schema/generated/types.ts';
import { problem } from '../../cases/index.ts';
import type { Role } from '../../connect/index.ts';
import { needsOf } from '../../guide/index.ts';
import { type AccessQuery, covers, isAccessId, subjectName } from '../../trust/index.ts';
import { HALL } from '../cases/index.ts';
import type { RequestContext } from '../context.ts';
import { badInput } from '../scalars.ts';
import { openingOf, purposeOfInput, SERVING, subjectOf } from './opening.ts';
import { itemsOfPurpose, needsOfPurpose } from './room.ts';
import { unmask } from './unmasking.ts';

const AUDITING: readonly Role[] = ['auditor', 'supervisor'];
/** Others are told of a case what they would be told if there were none. */
const KNOWING_CASES: readonly Role[] = [...HALL, 'auditor'];
const UNMASKING: readonly Role[] = ['clerk', 'officer', 'supervisor'];
const MOST_ROWS = 100;
const ROWS = 50;

function needRole(roles: readonly string[], { caller }: RequestContext): void {
  if (!roles.includes(caller.role)) throw forbidden(`this needs one of the roles ${roles.join(', ')}`);
}

const forbidden = (message: string): GraphQLError => new GraphQLError(message, { extensions: { code: 'FORBIDDEN' } });

const queries: Pick<QueryResolvers<RequestContext>, 'session' | 'accessLog' | 'explainAccess'> = {
  session: (_, _args, { session }) => session ?? null,
  async accessLog(_, { filter, first, after }, context) {
    const count = first ?? ROWS;
    if (count < 1 || count > MOST_ROWS) throw badInput(`first must be 1 to ${MOST_ROWS}`);
    const query: AccessQuery = {
      ...filterOf(filter, context),
      first: count + 1,
      ...(after && { after: cursorIn(after) }),
    };
    const rows = await (await context.cases.access()).rows(query);
    const nodes = rows.slice(0, count).map((row) => ({
      ...row,
      case: row.caseNumber,
      refused: row.outcome === 'refused',
      fields: row.outcome === 'refused' ? row.refused : row.fields,
    }));
    const last = rows.at(Math.min(count, rows.length) - 1);
    const endCursor = last ? Buffer.from(last.id).toString('base64url') : null;
    return { nodes, pageInfo: { hasNextPage: rows.length > count, endCursor } };
  },
  async explainAccess(_, { field, purpose: given }, context) {
    const purpose = purposeOfInput(given);
    const isTheirs = purpose?.kind !== 'CASE' || KNOWING_CASES.includes(context.caller.role);
    const needs = purpose && isTheirs ? await needsOfPurpose(purpose, context) : undefined;
    if (!purpose || !needs) throw badInput('purpose: the catalogue has no such item or theme, or there is no such case');
    const rule = context.ruleOf(field.split('.').slice(0, 2).join('.'));
    if (!rule || !['OPEN', 'SESSION'].includes(rule))
      throw badInput('field: a section, or a field below one, like Person.household.address');
    const items = (await itemsOfPurpose(purpose, context)).filter((item) => covers(needsOf([item], context.catalogue), field));
    const allowed = rule === 'OPEN' || covers(needs, field);
    return { allowed, why: whyOf(rule, allowed, items.length, context.language), items: items.map(({ code }) => code) };
  },
};

function filterOf(
  { subject: named, clerk, case: number, from, to }: AccessLogFilter,
  { caller, access }: RequestContext,
): Omit<AccessQuery, 'first' | 'after'> {
  const given = named && subjectOf(named);
  if (named && !given) throw badInput('filter.subject: name an enterprise or a person, one of them');
  const subject = given ? subjectName(access.vault, given) : undefined;
  const whose = caller.role === 'citizen' ? caller.subject : subject;
  const isOwn = caller.role === 'citizen' && caller.subject !== undefined && (subject ?? caller.subject) === caller.subject;
  if (!AUDITING.includes(caller.role) && !isOwn)
    throw forbidden('auditors and supervisors see who looked at whom; a citizen sees their own');
  return {
    from,
    to,
    ...(whose !== undefined && { subject: whose }),
    ...(clerk && { clerk }),
    ...(number && { caseNumber: number }),
  };
}

function cursorIn(after: string): string {
  const id = Buffer.from(after, 'base64url').toString();
  if (!isAccessId(id)) throw badInput('after is not a cursor of this list: ask for the first page again, without after');
  return id;
}

function whyOf(rule: string, allowed: boolean, items: number, language: RequestContext['language']): string {
  const zh = language === 'zh';
  if (rule === 'OPEN')
    return zh ? '公开信息，无需会话即可查阅，查阅留痕。' : 'Public data of a subject: no session is needed, every look is written down.';
  if (!allowed) return zh ? '该目的下没有事项的表单、材料或核验需要此字段。' : 'No form, material or check of this purpose calls for it.';
  if (items > 0) return zh ? '下列事项的表单、材料或核验需要此字段。' : 'Forms, materials or checks of the items listed call for it.';
  return zh ? '咨询或大厅授权范围内可查看。' : 'Granted for advice, or by the hall.';
}

const mutations: Pick<MutationResolvers<RequestContext>, 'openSession' | 'endSession' | 'unmask'> = {
  async openSession(_, { input }, context) {
    needRole(SERVING, context);
    const opening = await openingOf(input, context);
    if ('problems' in opening) return { session: null, problems: opening.problems };
    const { sessions } = await context.cases.access();
    return { session: await sessions.open(opening.request, context.caller), problems: [] };
  },
  async endSession(_, _args, { session, caller, cases }) {
    if (!session) return { session: null, problems: [problem('NO_SESSION', 'x-yimen-session')] };
    await (await cases.access()).sessions.end(session.id, caller);
    return { session: null, problems: [] };
  },
  unmask(_, { input }, context) {
    needRole(UNMASKING, context);
    return unmask(input, context);
  },
};

/** Sessions, the book of accesses, and what a purpose calls for. */
export const accessResolvers = {
  Query: queries,
  Mutation: mutations,
  ServiceSession: {
    purpose: ({ purpose }) => purpose.kind,
    code: ({ purpose }) => (purpose.kind === 'CONSULTATION' ? null : purpose.code),
    fields: async ({ purpose }, _, context) => [...((await needsOfPurpose(purpose, context)) ?? [])].sort(),
  },
} satisfies Resolvers<RequestContext>;
