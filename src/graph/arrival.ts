import { type GraphQLResolveInfo, isObjectType } from 'graphql';
import type { SectionArrivalResolvers, SubscriptionResolvers } from '../../schema/generated/types.ts';
import { type AgencyAnswer, AgencyError } from '../connect/index.ts';
import type { RequestContext } from './context.ts';
import { agencyFailure } from './errors.ts';
import { badInput } from './scalars.ts';

/** A section that was asked for with a ticket, and what came of it. */
export interface Arrival {
  readonly ticket: string;
  readonly section: string;
  /** Settled when the arrival is handed out. */
  readonly answer: Promise<AgencyAnswer | null>;
}

/** Pushes a section when it is there, and ends. */
export const sectionArrived: NonNullable<SubscriptionResolvers<RequestContext>['sectionArrived']> = {
  subscribe(_, { ticket }, { reader }) {
    const redeemed = reader.redeem(ticket);
    if (!redeemed) throw badInput('the ticket is not yours or has run out (a minute): ask the query again');
    return arriving(ticket, redeemed.section, redeemed.arrival());
  },
};

async function* arriving(ticket: string, section: string, answer: Promise<AgencyAnswer | null>) {
  await answer.catch(() => undefined);
  yield { sectionArrived: { ticket, section, answer } };
}

export const sectionArrival: SectionArrivalResolvers<RequestContext> = {
  async record({ section, answer }, _, context, info) {
    try {
      const record = await answer;
      return record && ({ ...record, __typename: recordType(section, info) } as never);
    } catch (error) {
      throw error instanceof AgencyError ? agencyFailure(error, context) : error;
    }
  },
};

/** The type of a section's record: what the schema says of its field. */
function recordType(section: string, { schema }: GraphQLResolveInfo): string {
  const [type = '', field = ''] = section.split('.');
  const subject = schema.getType(type);
  const record = isObjectType(subject) ? subject.getFields()[field]?.type : undefined;
  if (!isObjectType(record)) throw new Error(`${section} is not a section of the schema`);
  return record.name;
}
