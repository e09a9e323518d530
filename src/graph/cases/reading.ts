import type { CaseItemResolvers, CaseResolvers, QueryResolvers, Resolvers } from '../../../schema/generated/types.ts';
import type { CaseItemView, CaseView } from '../../cases/index.ts';
import type { RequestContext } from '../context.ts';
import { badInput } from '../scalars.ts';
import { DECIDERS, given, HALL, pageSize, roomFor, visible } from './access.ts';
import { shownForm } from './masking.ts';

/** A case item with the case it belongs to, as resolvers pass it on. */
export interface ItemOfCase {
  readonly view: CaseView;
  readonly item: CaseItemView;
}

/** Codes of old cases may have left the catalogue; what is shown then is an error of the hall, not of the client. */
function itemOf(code: string, { catalogue }: RequestContext) {
  const item = catalogue.item(code);
  if (!item) throw new Error(`the item ${code} of a case is not in the catalogue any more`);
  return item;
}

export const caseQueries: Pick<QueryResolvers, 'case' | 'cases' | 'stuckItems' | 'tasks'> = {
  case: (_, { number }, context) => visible(number, context),
  async cases(_, { filter, first, after }, context) {
    const room = await roomFor(context, [...HALL, 'auditor', 'citizen']);
    const size = pageSize(first);
    const { uscc, idNumber } = filter ?? {};
    const views = await room.views.cases({
      status: given(filter?.status),
      updatedSince: given(filter?.updatedSince),
      theme: given(filter?.theme),
      commissioner: given(filter?.commissioner),
      overdue: given(filter?.overdue),
      subject: uscc || idNumber ? room.subjectOf({ uscc: given(uscc), idNumber: given(idNumber) }) : undefined,
      openedBy: context.caller.role === 'citizen' ? context.caller.actor : undefined,
      first: size + 1,
      after: after ? placeOf(after) : undefined,
    });
    const edges = views.slice(0, size).map((node) => ({ cursor: cursorOf(node), node }));
    return {
      edges,
      nodes: edges.map(({ node }) => node),
      pageInfo: { hasNextPage: views.length > size, endCursor: edges.at(-1)?.cursor ?? null },
    };
  },
  stuckItems: async (_, _args, context) => [...(await (await roomFor(context, HALL)).views.stuck())],
  async tasks(_, { filter }, context) {
    const { sector } = filter ?? {};
    const items = sector ? context.catalogue.items.filter((item) => item.sector === SECTORS[sector]).map(({ code }) => code) : undefined;
    const found = await (await roomFor(context, DECIDERS)).views.tasks({
      free: given(filter?.free),
      officer: given(filter?.officer),
      overdue: given(filter?.overdue),
      items,
    });
    return [...found];
  },
};

const SECTORS = {
  MARKET_ENTRY: 'market-entry',
  PROJECT_CONSTRUCTION: 'project-construction',
  SOCIAL_LIVELIHOOD: 'social-livelihood',
} as const;

const cursorOf = ({ row: { changedAt, id } }: CaseView): string => Buffer.from(`${changedAt.getTime()}.${id}`).toString('base64url');

function placeOf(cursor: string): { readonly changedAt: Date; readonly id: string } {
  const match = /^(\d{1,15})\.([0-9a-f-]{36})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (!match) throw badInput('after must be the endCursor of a page');
  return { changedAt: new Date(Number(match[1])), id: match[2] ?? '' };
}

const Case: CaseResolvers = {
  number: ({ row }) => row.number,
  status: ({ row }) => row.status,
  theme: ({ row }, _, { catalogue }) => (row.theme === null ? null : (catalogue.theme(row.theme) ?? null)),
  channel: ({ row }) => row.channel,
  window: ({ row }) => row.window,
  commissioner: ({ row }) => row.commissioner,
  openedAt: ({ row }) => row.openedAt,
  submittedAt: ({ row }) => row.submittedAt,
  changedAt: ({ row }) => row.changedAt,
  form: (view, _, context) => shownForm(view, context),
  materials: async ({ row }, _, { cases }) => [...(await (await cases.enter()).views.materials(row.id))],
  items: (view) => view.items.map((item) => ({ view, item })),
  messages: async ({ row }, _, { cases }) => (await (await cases.enter()).views.errands(row.id)).filter(({ kind }) => kind !== 'delivery'),
  delivery: async ({ row }, _, { cases }) =>
    (await (await cases.enter()).views.errands(row.id)).findLast(({ kind }) => kind === 'delivery') ?? null,
  events: async ({ row }, _, { cases }) => [...(await (await cases.enter()).views.history(row.id))],
};

const CaseItem: CaseItemResolvers = {
  id: ({ item }) => item.row.id,
  case: ({ view }) => view,
  item: ({ item }, _, context) => itemOf(item.row.item, context),
  phase: ({ item }) => item.row.phase,
  connector: ({ item }) => (item.row.desk === 'bureau' ? null : item.row.desk),
  agency: ({ item }, _, { catalogue }) => {
    const agency = catalogue.agency(item.row.agency);
    if (!agency) throw new Error(`the agency ${item.row.agency} of a case is not in the catalogue any more`);
    return agency;
  },
  reference: ({ item }) => item.row.reference,
  waitsFor: ({ item }, _, context) => item.row.waitsFor.map((code) => itemOf(code, context)),
  correction: ({ item }) => [...item.correction],
  receivedAt: ({ item }) => item.row.receivedAt,
  acceptedAt: ({ item }) => item.row.acceptedAt,
  decidedAt: ({ item }) => item.row.decidedAt,
  promisedDue: ({ item }) => item.row.promisedDue,
  statutoryDue: ({ item }) => item.row.statutoryDue,
  overdue: ({ item }) => item.overdue,
  officer: ({ item }) => item.row.officer,
  result: ({ item }) => item.result,
  reason: ({ item }) => item.standing.reason,
};

export const caseTypes: Pick<
  Resolvers,
  'Case' | 'CaseMessage' | 'CaseDelivery' | 'CaseItem' | 'CaseResult' | 'CorrectionPoint' | 'CaseMaterial' | 'CaseEvent' | 'Problem'
> = {
  Case,
  CaseItem,
  CaseResult: {
    document: ({ document }) => document ?? null,
    verification: ({ verification }) => verification ?? null,
  },
  CorrectionPoint: {
    material: ({ material }, _, { catalogue }) => (material === null ? null : (catalogue.material(material) ?? null)),
  },
  CaseMaterial: {
    material: ({ material }, _, { catalogue }) => {
      const found = catalogue.material(material);
      if (!found) throw new Error(`the material ${material} of a case is not in the catalogue any more`);
      return found;
    },
    file: async ({ file }, _, { cases }) => (file === null ? null : ((await (await cases.enter()).files.find(file)) ?? null)),
  },
  CaseEvent: {
    item: ({ row }, _, { catalogue }) => (row.item === null ? null : (catalogue.item(row.item) ?? null)),
    kind: ({ row }) => row.kind,
    phase: ({ row }) => row.phase,
    status: ({ row }) => row.status,
    at: ({ row }) => row.at,
    actor: ({ row }) => row.actor,
    window: ({ row }) => row.window,
    why: ({ row }) => row.why,
  },
  CaseMessage: { item: ({ item }, _, { catalogue }) => (item === null ? null : (catalogue.item(item) ?? null)) },
  CaseDelivery: {
    method: ({ carrier }) => (carrier === 'courier' ? 'COURIER' : 'PICKUP'),
    trackingNumber: ({ reference }) => reference,
    overdue: ({ overdueAt }) => overdueAt !== null,
  },
  Problem: { message: ({ zh, en }, _, { language }) => (language === 'zh' ? zh : en) },
};
