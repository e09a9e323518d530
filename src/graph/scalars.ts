import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { GraphQLDate, GraphQLDateTime, GraphQLJSON, GraphQLJSONObject, GraphQLNonNegativeInt } from 'graphql-scalars';
import { citizenIdFault, usccFault } from '../codes/index.ts';

/** An error whose message is ours and quotes nothing. */
export const badInput = (message: string): GraphQLError => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });

/** A text scalar that is checked on the way in and passes unchanged on the way out. */
function checkedText(name: string, fault: (text: string) => string | undefined): GraphQLScalarType<string, string> {
  function check(value: unknown): string {
    if (typeof value !== 'string') throw badInput(`${name} is given as a string`);
    const what = fault(value);
    if (what) throw badInput(`${name} is not valid: wrong ${what}`);
    return value;
  }
  return new GraphQLScalarType<string, string>({
    name,
    serialize: String,
    parseValue: check,
    parseLiteral: (node: ValueNode) => check(node.kind === Kind.STRING ? node.value : undefined),
  });
}

/** Whether text is a day that exists, as YYYY-MM-DD. */
function isDay(text: string): boolean {
  try {
    return GraphQLDate.parseValue(text) instanceof Date;
  } catch {
    return false;
  }
}

/** The scalars of the unified schema. */
export const scalars = {
  UnifiedSocialCreditCode: checkedText('UnifiedSocialCreditCode', usccFault),
  CitizenIdNumber: checkedText('CitizenIdNumber', citizenIdFault),
  Yuan: checkedText('Yuan', (text) => (/^-?\d+(\.\d{1,2})?$/.test(text) ? undefined : 'shape')),
  // A day stays text: as a moment it would be another day in another zone.
  Date: checkedText('Date', (text) => (isDay(text) ? undefined : 'day')),
  DateTime: GraphQLDateTime,
  // Which codes there are is the catalogue's business; this only keeps nonsense out.
  ServiceItemCode: checkedText('ServiceItemCode', (text) => (/^[A-Za-z0-9-]{3,64}$/.test(text) ? undefined : 'shape')),
  CaseNumber: checkedText('CaseNumber', (text) => (/^[A-Za-z0-9-]{8,64}$/.test(text) ? undefined : 'shape')),
  WorkingDays: new GraphQLScalarType({ ...GraphQLNonNegativeInt.toConfig(), name: 'WorkingDays' }),
  JSON: GraphQLJSON,
  JSONObject: GraphQLJSONObject,
};
