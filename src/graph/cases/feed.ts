import type { SubscriptionResolvers } from '../../../schema/generated/types.ts';
import { type CaseEventView, placeOf } from '../../cases/index.ts';
import type { RequestContext } from '../context.ts';
import { badInput } from '../scalars.ts';
import { given, HALL, roomFor, visible } from './access.ts';

/** Events of cases, resumed with `after`. */
export const caseUpdated: NonNullable<SubscriptionResolvers['caseUpdated']> = {
  async subscribe(_, { number, after }, context) {
    if (after) checkPlace(after);
    if (number) {
      if (!(await visible(number, context))) throw badInput('there is no such case, or it is not yours');
      return events(context, number, after);
    }
    await roomFor(context, [...HALL, 'auditor']);
    return events(context, undefined, after);
  },
  resolve: (event: CaseEventView) => event,
};

/** A stream that the client leaves must not wait for the next event to notice. */
async function events({ cases, signal }: RequestContext, number: string | undefined, after: string | null | undefined) {
  const { feed: all } = await cases.enter();
  // Going on from a place that this database never gave would miss events without saying so.
  if (after && !(await all.knows(after)))
    throw badInput('after names no event that is here: a backup was restored since; follow without it, and read the cases anew');
  const gone = new AbortController();
  const feed = all.follow({ number, after: given(after), signal: AbortSignal.any([gone.signal, signal]) });
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => feed.next(),
      return: async () => {
        gone.abort();
        return feed.return(undefined);
      },
    }),
  };
}

function checkPlace(after: string): void {
  try {
    placeOf(after);
  } catch {
    throw badInput('after must be the eventId of an event');
  }
}
