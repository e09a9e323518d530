import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import secure from 'secure-json-parse';
import type { Calendar } from '../calendar/index.ts';
import type { CaseRoom } from '../cases/index.ts';
import type { Catalogue } from '../catalogue/index.ts';
import { type Clock, LightEnding, parseDuration } from '../clock/index.ts';
import type { Caller, Engine, Language } from '../connect/index.ts';
import {
  type AccessRoom,
  type Answering,
  type Documents,
  type ErrorCode,
  type Execution,
  eyesOf,
  type GlobalIds,
  looksOf,
  type NoticeDesk,
  needsOfPurpose,
  type RequestContext,
} from '../graph/index.ts';
import { isUnavailable } from '../store/index.ts';
import { Forbidden, purposeText, type ServiceSession, Unauthenticated } from '../trust/index.ts';
import { RequestProblem, readBody } from './body.ts';
import { corsHeaders } from './cors.ts';
import { type Left, type Load, Overloaded, type PersonBudget, TooOften } from './limits/index.ts';
import { type Gatekeeping, signedIn } from './signed-in.ts';

const DEADLINE_MS = 8_000;
const MOST_TICKETS = 50;

export interface DoorOptions extends Gatekeeping {
  readonly schema: GraphQLSchema;
  readonly documents: Documents;
  readonly answering: Answering;
  readonly execution: Execution;
  readonly engine: Engine;
  readonly catalogue: Catalogue;
  readonly calendar: Calendar;
  readonly clock: Clock;
  readonly ids: GlobalIds;
  readonly cases: CaseRoom;
  /** What is wrong with the filled form of a case. */
  readonly checkForm: RequestContext['checkForm'];
  readonly notices: NoticeDesk;
  readonly connectorsOf: (agency: string) => readonly string[];
  readonly access: AccessRoom;
  /** Counts sections of persons that are read. */
  readonly persons: PersonBudget;
  readonly ruleOf: RequestContext['ruleOf'];
  /** Sections that a machine has read on a day. */
  readonly bulkUsed: (actor: string, day: string) => number;
  readonly load: Load;
  /** Aborts when the gateway is told to stop: what is asked by then is still answered, streams end. */
  readonly stopping: AbortSignal;
  /** Origins whose pages may call the endpoint. */
  readonly origins: readonly string[];
  readonly onInternal: (error: unknown, traceId: string) => void;
}

/** A request whose caller is known. */
export interface Asked {
  /** With session and purpose, where the request names one. */
  readonly caller: Caller;
  readonly session: ServiceSession | undefined;
  readonly traceId: string;
  /** Sent with every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** What is left of the caller's requests. */
  readonly left: Left;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** What both doors begin with: who asks, by which method; and what a refusal looks like. */
export function door(
  options: DoorOptions,
  answer: (request: IncomingMessage, response: ServerResponse, asked: Asked) => Promise<void>,
): Handler {
  return async (request, response) => {
    const traceId = randomUUID().replaceAll('-', '');
    const headers = { 'x-trace-id': traceId, 'cache-control': 'no-store', ...corsHeaders(request, options.origins) };
    if (request.method === 'OPTIONS') return void response.writeHead(204, headers).end();
    try {
      if (request.method !== 'GET' && request.method !== 'POST') throw new RequestProblem(405, 'send queries by POST, or by GET');
      options.load.admit();
      const known = await signedIn(request, options);
      const left = options.rates.take('perActor', known.actor);
      if (known.window !== undefined) options.rates.take('perWindow', known.window);
      const named = request.headers['x-yimen-session'];
      const { caller, session } = named === undefined ? { caller: known } : await inSession(String(named), known, options);
      await answer(request, response, { caller, session, traceId, headers, left });
    } catch (error) {
      refuse(response, error, headers, traceId);
    }
  };
}

/** The session that `x-yimen-session` names: without the header a caller sees what is public. */
async function inSession(named: string, caller: Caller, { cases }: DoorOptions): Promise<Pick<Asked, 'caller' | 'session'>> {
  const session = await (await cases.access()).sessions.find(named, caller);
  if (!session) throw new SessionOver();
  return { caller: { ...caller, session: session.id, purpose: purposeText(session.purpose) }, session };
}

/** The request names a session that is none of the caller's any more. */
class SessionOver extends Error {
  override readonly name = 'SessionOver';

  constructor() {
    super('x-yimen-session: the session has ended, or is of another clerk or window; open a new one with openSession');
  }
}

/** What resolvers get. `end`: when the request ends. */
export async function requestContext(
  request: IncomingMessage,
  { caller, session, traceId }: Asked,
  end: LightEnding | AbortSignal,
  options: DoorOptions,
): Promise<RequestContext> {
  const { catalogue, calendar, clock, ids, notices, connectorsOf, engine } = options;
  const needs = session && (await needsOfPurpose(session.purpose, options));
  const eyes = eyesOf(caller, session, needs, options.access);
  // Whoever may read of persons has perhaps done so at another replica.
  const learning = session || eyes.bulk ? options.persons.learn(caller.actor) : undefined;
  if (learning) await learning;
  const language = languageOf(request);
  return {
    caller,
    session,
    access: options.access,
    ruleOf: options.ruleOf,
    looks: looksOf({
      eyes,
      language,
      clock,
      vault: options.access.vault,
      book: () => options.cases.opened?.access.book ?? options.cases.access().then(({ book }) => book),
      bulkUsed: options.bulkUsed,
      perAgency: options.documents.perAgency,
      spend: (person) => options.persons.spend(caller.actor, person),
    }),
    traceId,
    language,
    reader: engine.reader({ caller, traceId, signal: end, within: within(request), tickets: ticketsOf(request) }),
    catalogue,
    calendar,
    clock,
    timeMs: deadline(request),
    ids,
    notices,
    connectorsOf,
    servedBy: (section) => engine.served.get(section),
    healthOf: engine.health,
    cases: options.cases,
    checkForm: options.checkForm,
    get signal() {
      return end instanceof LightEnding ? end.signal : end;
    },
  };
}

/** The request's total time: 8 s, or less where `x-yimen-deadline` says so (like `800ms` or `3s`). */
export const deadline = (request: IncomingMessage): number => Math.min(durationIn(request, 'x-yimen-deadline') ?? DEADLINE_MS, DEADLINE_MS);

/** `x-yimen-within`: what is not there by then comes back as `AGENCY_PENDING` with a ticket, and the calls go on. */
function within(request: IncomingMessage): AbortSignal | undefined {
  const asked = durationIn(request, 'x-yimen-within');
  return asked === undefined ? undefined : AbortSignal.timeout(Math.ceil(Math.min(asked, DEADLINE_MS)));
}

function durationIn(request: IncomingMessage, name: string): number | undefined {
  const header = request.headers[name];
  if (header === undefined) return undefined;
  const asked = parseDuration(String(header));
  if (!asked) throw new RequestProblem(400, `${name} is a duration above 0, like "800ms" or "3s"`);
  return asked;
}

/** `x-yimen-ticket`: tickets of an earlier request, with commas between them. */
function ticketsOf(request: IncomingMessage): readonly string[] {
  const header = request.headers['x-yimen-ticket'];
  const tickets = header === undefined ? [] : String(header).split(',');
  if (tickets.length > MOST_TICKETS) throw new RequestProblem(400, `x-yimen-ticket takes at most ${MOST_TICKETS} tickets`);
  return tickets.map((ticket) => ticket.trim());
}

/** The language of sentences for people: English where it is asked for before Chinese, else Chinese. */
export function languageOf({ headers: { 'accept-language': header } }: IncomingMessage): Language {
  if (header === undefined) return 'zh';
  const wanted = header
    .toLowerCase()
    .split(',')
    .map((part) => part.trim().slice(0, 2));
  return wanted.find((tag) => tag === 'en' || tag === 'zh') === 'en' ? 'en' : 'zh';
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The body of a POST as JSON. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const body = await readBody(request);
  const type = request.headers['content-type'] ?? '';
  if (type !== 'application/json') checkType(type);
  try {
    return secure.parse(UTF8.decode(body), undefined, { protoAction: 'error', constructorAction: 'error' });
  } catch {
    throw new RequestProblem(400, 'the body is not valid JSON');
  }
}

/** JSON in UTF-8 may be said in more than one way. */
function checkType(type: string): void {
  const [media = '', ...parameters] = type.split(';').map((part) => part.trim().toLowerCase());
  if (media !== 'application/json') throw new RequestProblem(415, 'send the request as application/json');
  const charset = parameters
    .find((part) => part.startsWith('charset='))
    ?.slice(8)
    .replaceAll('"', '');
  if (charset && charset !== 'utf-8' && charset !== 'utf8') throw new RequestProblem(415, 'send the request in UTF-8');
}

function refuse(response: ServerResponse, error: unknown, headers: Record<string, string>, traceId: string): void {
  const [status, code, message] = refusal(error);
  if (response.headersSent) return void response.destroy();
  const body = JSON.stringify({ errors: [{ message, extensions: { code, traceId } }] });
  response.writeHead(status, {
    ...headers,
    ...(error instanceof Unauthenticated && { 'www-authenticate': error.challenge }),
    ...(status === 405 && { allow: 'GET, POST' }),
    ...(status === 503 && { 'retry-after': '1' }),
    ...(error instanceof TooOften && { 'retry-after': String(error.retryAfterS) }),
    'content-type': 'application/json; charset=utf-8',
  });
  response.end(body);
}

export const AWAY = 'the database cannot be reached at present; send the same again shortly';

function refusal(error: unknown): [number, ErrorCode, string] {
  if (error instanceof Unauthenticated) return [401, 'UNAUTHENTICATED', error.message];
  if (error instanceof Forbidden) return [403, 'FORBIDDEN', error.message];
  if (error instanceof TooOften) return [429, 'LIMIT_EXCEEDED', error.message];
  if (error instanceof SessionOver) return [403, 'PURPOSE_REQUIRED', error.message];
  if (error instanceof RequestProblem) return [error.status, 'BAD_USER_INPUT', error.message];
  if (error instanceof Overloaded) return [503, 'INTERNAL', error.message];
  if (isUnavailable(error)) return [503, 'INTERNAL', AWAY];
  return [500, 'INTERNAL', 'Internal error; give the traceId to the administrator.'];
}
