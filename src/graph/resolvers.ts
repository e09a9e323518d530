import type { GraphQLFieldResolver } from 'graphql';
import type { EnterpriseShape, PersonShape } from '../../schema/generated/connector-fields.ts';
import type { Resolvers } from '../../schema/generated/types.ts';
import type { Agency, Item, Theme } from '../catalogue/index.ts';
import { accessResolvers } from './access/index.ts';
import { sectionArrival, sectionArrived } from './arrival.ts';
import { caseResolvers } from './cases/index.ts';
import { agencyDoors, catalogueQueries, catalogueTypes } from './catalogue.ts';
import type { RequestContext } from './context.ts';
import { formResolvers, itemFormSchema } from './forms.ts';
import type { NodeType } from './global-id.ts';
import { guideResolvers } from './guide.ts';
import { noticeResolvers } from './notice.ts';
import { scalars } from './scalars.ts';

const upper = <T extends string>(text: T): Uppercase<T> => text.toUpperCase() as Uppercase<T>;

const BREAKER = { closed: 'CLOSED', open: 'OPEN', 'half-open': 'HALF_OPEN' } as const;

/** Resolvers of everything that no agency answers. Sections get theirs from the connectors (see sections.ts). */
export const resolvers: Resolvers = {
  ...scalars,
  ...caseResolvers,
  ...formResolvers,
  ...catalogueTypes,
  ServiceItem: { ...catalogueTypes.ServiceItem, formSchema: itemFormSchema },
  ...guideResolvers,
  ...noticeResolvers,
  Guide: { ...guideResolvers.Guide, ...noticeResolvers.Guide },
  ServiceSession: accessResolvers.ServiceSession,
  Mutation: { ...caseResolvers.Mutation, ...accessResolvers.Mutation },
  Query: {
    ...accessResolvers.Query,
    ...catalogueQueries,
    ...guideResolvers.Query,
    ...caseResolvers.Query,
    ...noticeResolvers.Query,
    enterprise: (_, { uscc }) => ({ uscc }),
    person: (_, { idNumber }) => ({ idNumber }),
    agencies: (_, _args, { catalogue }) => [...catalogue.agencies],
    agency: (_, { id }, { catalogue }) => catalogue.agency(id) ?? null,
    node: (_, { id }, context) => nodeOf(id, context),
  },
  Subscription: { ...caseResolvers.Subscription, sectionArrived },
  SectionArrival: sectionArrival,
  AgencyRecord: { __resolveType: (record) => (record as unknown as { __typename: 'TaxRecord' }).__typename },
  Node: { __resolveType: (node) => typeOf(node as object) },
  Enterprise: { id: ({ uscc }, _, { ids }) => ids.seal('Enterprise', uscc) },
  Person: { id: ({ idNumber }, _, { ids }) => ids.seal('Person', idNumber) },
  Agency: {
    ...agencyDoors,
    id: ({ id }, _, { ids }) => ids.seal('Agency', id),
    code: ({ id }) => id,
    level: ({ level }) => upper(level),
    kind: ({ kind }) => upper(kind),
    parent: ({ parent }, _, { catalogue }) => (parent ? (catalogue.agency(parent) ?? null) : null),
    health: ({ id }, _, { healthOf }) => healthOf(id) ?? null,
    connectors: ({ id }, _, { connectorsOf }) => [...connectorsOf(id)],
  },
  AgencyHealth: { p50: ({ p50Ms }) => p50Ms, p99: ({ p99Ms }) => p99Ms, breaker: ({ breaker }) => BREAKER[breaker] },
  Provenance: {
    agency: ({ agency }, _, { catalogue }) => {
      const found = catalogue.agency(agency);
      if (!found) throw new Error(`the agency ${agency} is not in the catalogue`);
      return found;
    },
  },
};

type NodeParent = EnterpriseShape | PersonShape | Agency | Item | Theme;

/** How a global id's key leads to its object. Subjects are there for every valid key; who knows them is for sections to say. */
const NODES: { readonly [T in NodeType]: (key: string, catalogue: RequestContext['catalogue']) => NodeParent | undefined } = {
  Enterprise: (uscc) => ({ uscc }),
  Person: (idNumber) => ({ idNumber }),
  Agency: (id, catalogue) => catalogue.agency(id),
  ServiceItem: (code, catalogue) => catalogue.item(code),
  Theme: (id, catalogue) => catalogue.theme(id),
};

function nodeOf(id: string, { ids, catalogue }: RequestContext): NodeParent | null {
  const named = ids.open(id);
  return (named && NODES[named.type](named.key, catalogue)) ?? null;
}

/** A key that only objects of the type have. */
const MARKS = { Enterprise: 'uscc', Person: 'idNumber', ServiceItem: 'baseCode', Theme: 'steps', Agency: 'level' } as const;

function typeOf(node: object): NodeType {
  const type = (Object.keys(MARKS) as NodeType[]).find((it) => MARKS[it] in node);
  if (!type) throw new Error('a node of a type without a mark');
  return type;
}

/** A connection's `nodes` are its edges' nodes; connectors give only edges. */
export const nodesOfEdges: GraphQLFieldResolver<{ edges: readonly { node: unknown }[] }, RequestContext> = ({ edges }) =>
  edges.map(({ node }) => node);
