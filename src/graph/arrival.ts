import { type GraphQLObjectType, type GraphQLResolveInfo, isObjectType } from 'graphql';
import type { SectionArrivalResolvers, SubscriptionResolvers } from '../../schema/generated/types.ts';
import { type AgencyAnswer, AgencyError, type Reader } from '../connect/index.ts';
import { type Look, pathsSeen, subjectIn } from './access/index.ts';
import type { RequestContext } from './context.ts';
import { agencyFailure } from './errors.ts';
import { badInput } from './scalars.ts';

/** A section that was asked for with a ticket, and what came of it. */
export interface Arrival {
  readonly ticket: string;
  readonly section: string;
  /** Of the subject that was asked about. */
  readonly key: unknown;
  /** Settled when the arrival is handed out. */
  readonly answer: Promise<AgencyAnswer | null>;
}

/** Pushes a section when it is there, and ends. */
export const sectionArrived: NonNullable<SubscriptionResolvers<RequestContext>['sectionArrived']> = {
  subscribe(_, { ticket }, { reader }) {
    const redeemed = reader.redeem(ticket);
    if (!redeemed) throw badInput('the ticket is not yours or has run out (a minute): ask the query again');
    return arriving(ticket, redeemed);
  },
};

async function* arriving(ticket: string, { section, key, arrival }: NonNullable<ReturnType<Reader['redeem']>>) {
  const answer = arrival();
  await answer.catch(() => undefined);
  yield { sectionArrived: { ticket, section, key, answer } };
}

export const sectionArrival: SectionArrivalResolvers<RequestContext> = {
  async record({ section, key, answer }, _, context, info) {
    const type = recordType(section, info);
    const look = lookAt(section, key, type, context, info);
    context.looks.admit(look);
    try {
      const record = await answer;
      return record && ({ ...record, __typename: type.name } as never);
    } catch (error) {
      context.looks.missed(look);
      throw error instanceof AgencyError ? agencyFailure(error, context) : error;
    }
  },
};

/** The type of a section's record: what the schema says of its field. */
function recordType(section: string, { schema }: GraphQLResolveInfo): GraphQLObjectType {
  const [type = '', field = ''] = section.split('.');
  const subject = schema.getType(type);
  const record = isObjectType(subject) ? subject.getFields()[field]?.type : undefined;
  if (!isObjectType(record)) throw new Error(`${section} is not a section of the schema`);
  return record;
}

/** What has arrived is looked at now, by the rules of now. */
function lookAt(section: string, key: unknown, type: GraphQLObjectType, context: RequestContext, info: GraphQLResolveInfo): Look {
  return {
    section,
    rule: context.ruleOf(section) === 'OPEN' ? 'OPEN' : 'SESSION',
    subject: subjectIn(section, key),
    paths: pathsSeen(section, type, info),
    agency: context.servedBy(section)?.agency,
  };
}
