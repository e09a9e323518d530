import { GraphQLError } from 'graphql';
import type { GuideInput, OpenSessionInput } from '../../schema/generated/types.ts';
import { asksOf } from '../guide/index.ts';
import { sectionOfRelation } from './access/index.ts';
import type { RequestContext } from './context.ts';
import type { RootAsks } from './documents/index.ts';
import { guideRequest } from './guide-input.ts';

/** What fields of an operation ask agencies by themselves, beside the sections that a document selects below them. */
export const rootAsks = (tools: Pick<RequestContext, 'catalogue' | 'clock'>): RootAsks =>
  new Map([
    ['Query.guide', ({ input }) => guideSections(input as GuideInput, tools)],
    ['Mutation.openSession', ({ input }) => relationSections(input as OpenSessionInput)],
  ]);

/** All that the plan would ask; nothing of an input that the guide itself will refuse. */
function guideSections(input: GuideInput, tools: Pick<RequestContext, 'catalogue' | 'clock'>): readonly string[] {
  try {
    return asksOf(guideRequest(input, tools), tools.catalogue).map(({ section }) => section);
  } catch (error) {
    if (error instanceof GraphQLError) return [];
    throw error;
  }
}

const relationSections = ({ others }: OpenSessionInput): readonly string[] =>
  (others ?? []).flatMap(({ relation }) => sectionOfRelation(relation) ?? []);
