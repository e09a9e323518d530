import type { Resolvers } from '../../../schema/generated/types.ts';
import { caseUpdated } from './feed.ts';
import { caseQueries, caseTypes } from './reading.ts';
import { caseMutations } from './writing.ts';

export { APPLICANTS, HALL, mayRead, visible } from './access.ts';
export { createCaseFormCheck } from './form-check.ts';
export type { ItemOfCase } from './reading.ts';

/** Resolvers of cases. */
export const caseResolvers = {
  ...caseTypes,
  Query: caseQueries,
  Mutation: caseMutations,
  Subscription: { caseUpdated },
} satisfies Resolvers;
