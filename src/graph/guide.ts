import type { Resolvers } from '../../schema/generated/types.ts';
import { explain } from '../calendar/index.ts';
import type { Agency, Item } from '../catalogue/index.ts';
import { asksOf, knownFrom, makeGuide, type Sentence } from '../guide/index.ts';
import type { RequestContext } from './context.ts';
import { readingsOf } from './guide-asking.ts';
import { guideRequest } from './guide-input.ts';

/** Resolvers of the guide; sentences in the request's language. */
export const guideResolvers = {
  Query: {
    async guide(_, { input }, context) {
      const request = guideRequest(input, context);
      const readings = await readingsOf(asksOf(request, context.catalogue), request.theme, context);
      return makeGuide({ ...request, known: knownFrom(request.applicant, readings) }, context);
    },
  },
  Guide: { notice: (guide) => guide },
  GuideStep: {
    stageZh: ({ stage }) => stage.nameZh,
    stageEn: ({ stage }) => stage.nameEn,
    stageMerged: ({ stage }) => stage.merged,
    why: ({ why }, _, context) => said(why, context),
    dependsOn: ({ dependsOn }, _, context) => itemsOf(dependsOn, context),
    parallelWith: ({ parallelWith }, _, context) => itemsOf(parallelWith, context),
  },
  DueDate: { explanation: (due, _, { language }) => explain(due, language) },
  OneTimeNotice: {
    naiveCount: ({ notice }) => notice.reduce((sum, { neededBy }) => sum + neededBy.length, 0),
    count: ({ notice }) => notice.length,
    toBringCount: ({ notice }) => notice.filter(({ kind, required }) => kind === 'TO_BRING' && required).length,
    lines: ({ notice }) => notice,
  },
  NoticeLine: {
    neededBy: ({ neededBy }, _, context) => itemsOf(neededBy, context),
    madeBy: ({ madeBy }, _, context) => (madeBy === null ? null : itemOf(madeBy, context)),
    fetched: ({ fetched }, _, context) => fetched && { ...fetched, agency: agencyOf(fetched.agency, context) },
    followsWithin: ({ follows }) => follows?.workingDays ?? null,
    followsBy: ({ follows }) => follows?.by ?? null,
    note: ({ note }, _, context) => note && said(note, context),
  },
  Blocker: {
    agency: ({ agency }, _, context) => agencyOf(agency, context),
    items: ({ items }, _, context) => itemsOf(items, context),
    what: ({ what }, _, context) => said(what, context),
    toDo: ({ toDo }, _, context) => said(toDo, context),
  },
  Timeline: {
    criticalPath: ({ criticalPath }, _, context) => itemsOf(criticalPath, context),
    target: ({ target }, _, context) => ({
      ...target,
      milestone: target.milestone === null ? null : itemOf(target.milestone, context),
    }),
  },
  Unchecked: {
    agency: ({ agency }, _, context) => (agency === null ? null : agencyOf(agency, context)),
    consequence: ({ consequence }, _, context) => said(consequence, context),
  },
} satisfies Resolvers<RequestContext>;

const said = ({ zh, en }: Sentence, { language }: RequestContext): string => (language === 'zh' ? zh : en);

const itemsOf = (codes: readonly string[], context: RequestContext): readonly Item[] => codes.map((code) => itemOf(code, context));

function itemOf(code: string, { catalogue }: RequestContext): Item {
  const item = catalogue.item(code);
  if (!item) throw new Error(`the item ${code} is not in the catalogue`);
  return item;
}

function agencyOf(id: string, { catalogue }: RequestContext): Agency {
  const agency = catalogue.agency(id);
  if (!agency) throw new Error(`the agency ${id} is not in the catalogue`);
  return agency;
}
