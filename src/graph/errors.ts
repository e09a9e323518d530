import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { AgencyError, Language } from '../connect/index.ts';
import { isUnavailable, STORE_AGAIN_MS } from '../store/index.ts';
import type { RequestContext } from './context.ts';

/** Codes of errors that are not an agency's. */
export type ErrorCode =
  | 'BAD_USER_INPUT'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'PURPOSE_REQUIRED'
  | 'LIMIT_EXCEEDED'
  | 'DOCUMENT_NOT_TRUSTED'
  | 'CONFLICT'
  | 'INTERNAL';

/** An agency's failure as its section shows it. */
export function agencyFailure(error: AgencyError, context: RequestContext): GraphQLError {
  const { agency, connector, code, retryable, retryAfterMs, until, ticket } = error;
  const known = {
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(until && { until: until.toISOString() }),
    ...(ticket && { ticket }),
  };
  const extensions = { code, agency, connector, retryable, ...known };
  return new GraphQLError(error.sentence(context.language, agencyName(agency, context)), { extensions });
}

function agencyName(id: string, { catalogue, language }: RequestContext): string {
  const agency = catalogue.agency(id);
  if (!agency) return id;
  return language === 'zh' ? agency.nameZh : agency.nameEn;
}

const NOT_CONNECTED: Readonly<Record<Language, string>> = {
  zh: '该信息段尚未接入本大厅，请按线下方式办理。',
  en: 'No connector of this hall serves this section yet; ask in the usual way.',
};

/** The failure of a section that no connector serves. */
export function notConnected(language: Language): GraphQLError {
  const extensions = { code: 'AGENCY_NOT_CONNECTED', agency: null, connector: null, retryable: false };
  return new GraphQLError(NOT_CONNECTED[language], { extensions });
}

/** Apollo's own codes for requests that are wrong, all one to a client: mend the request. */
const REQUEST_CODES = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
]);
const PERSISTED_QUERY = /^PERSISTED_QUERY/;
const PASSED_CODES = /^(AGENCY_\w+|UNAUTHENTICATED|FORBIDDEN|PURPOSE_REQUIRED|LIMIT_EXCEEDED|DOCUMENT_NOT_TRUSTED|CONFLICT)$/;

/** The error a client gets: its code from the closed table, its text without anything the request or an agency said. */
export function publicError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const code = String(formatted.extensions?.['code'] ?? '');
  const place = { ...(formatted.locations && { locations: formatted.locations }), ...(formatted.path && { path: formatted.path }) };
  if (PASSED_CODES.test(code)) {
    const { stacktrace: _stacktrace, ...extensions } = formatted.extensions ?? {};
    return { message: formatted.message, ...place, extensions };
  }
  if (REQUEST_CODES.has(code) || PERSISTED_QUERY.test(code))
    return { message: safeMessage(formatted.message, code, error), ...place, extensions: { code: 'BAD_USER_INPUT' } };
  if (isUnavailable(originalOf(error))) return { message: AWAY, ...place, extensions: { code: 'INTERNAL', ...AGAIN } };
  return {
    message: '网关内部错误，请凭 traceId 联系管理员。 Internal error; give the traceId to the administrator.',
    ...place,
    extensions: { code: 'INTERNAL' },
  };
}

const AWAY =
  '业务库暂时无法访问，请稍后重试（提交请用同一幂等键）。 The database cannot be reached at present; ask again shortly, submissions with the same key.';
const AGAIN = { retryable: true, retryAfterMs: STORE_AGAIN_MS };

const originalOf = (error: unknown): unknown => (error instanceof GraphQLError ? (error.originalError ?? error.cause) : error);

/** Words of a request error that may be shown. graphql-js quotes values and source text in its own. */
function safeMessage(message: string, code: string, error: unknown): string {
  if (code === 'GRAPHQL_PARSE_FAILED') return 'The document is not valid GraphQL at the place given.';
  const own = ownMessage(error);
  const variable = /^Variable "\$(\w+)"/.exec(message)?.[1];
  if (variable) return `Variable "$${variable}": ${own ?? 'the value does not fit its type or is missing.'}`;
  return own ?? withoutValues(message);
}

/** The message of the error of ours that graphql-js wrapped, if there is one. */
function ownMessage(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = (at as GraphQLError).originalError)
    if (at instanceof GraphQLError && at.extensions['code'] === 'BAD_USER_INPUT' && !at.originalError && !/^Variable "\$/.test(at.message))
      return at.message;
  return undefined;
}

/** Keeps names of fields and types, drops suggestions and literal values. */
function withoutValues(message: string): string {
  return message
    .replace(/ Did you mean .*$/s, '')
    .replace(/(cannot represent[^:]*|found|invalid value|must be[^:]*|value provided):? .*$/s, '$1 the value given.')
    .replace(/[0-9A-Z]{15,}/gi, '…');
}
