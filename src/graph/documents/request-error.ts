import { GraphQLError } from 'graphql';

/** An error of a document with the code of its stage, as Apollo would call it: both doors show it alike. */
export function requestError(error: GraphQLError): GraphQLError {
  if (error.extensions['code']) return error;
  const code = /^Syntax Error/.test(error.message) ? 'GRAPHQL_PARSE_FAILED' : 'GRAPHQL_VALIDATION_FAILED';
  return new GraphQLError(error.message, { ...error, nodes: error.nodes ?? null, extensions: { code } });
}
