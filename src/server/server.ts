import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { TLSSocket, TlsOptions } from 'node:tls';
import helmet from '@fastify/helmet';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Metrics, Role } from '../connect/index.ts';
import { printSchemaText } from '../graph/index.ts';
import { isUnavailable } from '../store/index.ts';
import { Forbidden, type Subject, Unauthenticated } from '../trust/index.ts';
import { AWAY, type DoorOptions, type Handler } from './asking.ts';
import { RequestProblem } from './body.ts';
import { addCallbacks } from './callbacks.ts';
import { exampleSubjects } from './examples.ts';
import { addFiles } from './files-door.ts';
import { graphqlDoor } from './graphql-door.ts';
import { TooOften } from './limits/index.ts';
import { addNotices } from './notices-door.ts';
import { explorerPage, plainPage } from './page.ts';
import { addRunDoors } from './run-doors.ts';
import { signedIn } from './signed-in.ts';
import { streamDoor } from './stream-door.ts';

/** Things only the sandbox profile has. */
export interface SandboxDoor {
  /** A clerk's token for the page at `/`, and a session in which the page's subjects are served. */
  clerk(subjects: readonly [Subject, ...Subject[]]): Promise<{ readonly token: string; readonly session: string }>;
  setFault(connector: string, fault: string, agency?: string): Promise<void>;
  /** Moves gateway and agencies ahead by so many milliseconds; gives back how far they are ahead now. */
  advance(ms: number): Promise<number>;
  /** The agencies' clock was moved, by whoever: so far is it ahead now. */
  follow(aheadMs: number): Promise<void>;
}

export interface ServerOptions extends DoorOptions {
  readonly sandbox?: SandboxDoor | undefined;
  /** The one-time secret of this run, with which the CLI speaks to it. */
  readonly runSecret: string;
  /** Saves the hall to a folder of this machine; gives back what was saved. */
  readonly backup: (folder: string) => Promise<object>;
  readonly metrics: Metrics;
  /** The door's lock; without it plain HTTP is spoken. */
  readonly tls?: TlsOptions | undefined;
  /** Whether clients come over TLS, to here or to a proxy. */
  readonly isSecure: boolean;
  /** Whether everything the gateway needs to answer is there. */
  readonly isReady: () => boolean;
}

/** Codes of printed notices are up to a few hundred characters long. */
const LONGEST_PARAMETER = 1_000;

/** Everything that speaks HTTP: `/graphql` by a bare handler, all else by Fastify. */
export function createHttpServer(options: ServerOptions): FastifyInstance {
  const doors = { '/graphql': graphqlDoor(options), '/graphql/stream': streamDoor(options) };
  const app = Fastify({
    logger: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    serverFactory: (handler) => withDoors(doors, handler, options),
  });
  void app.register(helmet, {
    strictTransportSecurity: false,
    contentSecurityPolicy: { directives: { 'upgrade-insecure-requests': null } },
  });
  app.setErrorHandler((error, request, reply) => refuse(error, request, reply, options));
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(problem('BAD_USER_INPUT', 'there is nothing at this address')));
  app.get('/health/live', () => ({ status: 'live' }));
  app.get('/health/ready', (_request, reply) =>
    reply.code(options.isReady() ? 200 : 503).send({ status: options.isReady() ? 'ready' : 'starting' }),
  );
  app.get('/schema.graphql', async (request, reply) => {
    await signedIn(request.raw, options);
    return reply.type('text/plain; charset=utf-8').send(printSchemaText(options.schema));
  });
  app.get('/metrics', async (request, reply) => {
    await signedInAs(['auditor', 'integrator', 'supervisor'], request, options);
    return reply.type(options.metrics.contentType).send(await options.metrics.text());
  });
  addCallbacks(app, options.cases);
  addRunDoors(app, options);
  addFiles(app, options);
  app.get('/', (request, reply) => page(request, reply, options));
  addNotices(app, options);
  if (options.sandbox) addSandbox(app, options.sandbox, options);
  return app;
}

/** For a year, this host and none below it: the hall's neighbours have doors of their own. */
const HSTS = 'max-age=31536000';

/** Node drops what is beyond its own limit without a word; nobody honest comes near this one. */
const MOST_HEADERS = 100;

function withDoors(
  doors: Readonly<Record<string, Handler>>,
  handler: (request: IncomingMessage, response: ServerResponse) => void,
  { tls, isSecure }: ServerOptions,
): Server {
  const limits = { headersTimeout: 5_000, requestTimeout: 8_000, connectionsCheckingInterval: 1_000, maxHeaderSize: 16_384 };
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    if (isSecure) response.setHeader('strict-transport-security', HSTS);
    if (request.rawHeaders.length > 2 * MOST_HEADERS) return void response.writeHead(431, { connection: 'close' }).end();
    const door = doors[pathOf(request.url ?? '')];
    if (door) void door(request, response);
    else handler(request, response);
  };
  if (!tls) return createServer(limits, listener);
  return createSecureServer({ ...limits, ...tls }, listener).on('secureConnection', (socket) => turnAway(socket, tls));
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

/** Whoever need not show a certificate, and shows one that is not good, is somebody to be wary of. */
function turnAway(socket: TLSSocket, { requestCert }: TlsOptions): void {
  const isShown = Object.keys(socket.getPeerCertificate()).length > 0;
  if (requestCert && isShown && !socket.authorized) socket.destroy();
}

async function page(request: FastifyRequest, reply: FastifyReply, { sandbox, addressOf }: ServerOptions): Promise<FastifyReply> {
  reply.type('text/html; charset=utf-8');
  // The page holds a clerk's token, so only the machine itself gets it.
  if (!sandbox || !isLoopback(addressOf(request.raw))) return reply.send(plainPage);
  const inline =
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; worker-src blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:";
  return reply
    .header('content-security-policy', inline)
    .header('cache-control', 'no-store')
    .send(explorerPage(await sandbox.clerk(exampleSubjects)));
}

const isLoopback = (ip: string): boolean => ip === '127.0.0.1' || ip === '::1';

async function signedInAs(roles: readonly Role[], request: FastifyRequest, options: ServerOptions): Promise<void> {
  const { role } = await signedIn(request.raw, options);
  if (!roles.includes(role)) throw new Forbidden(`this needs one of the roles ${roles.join(', ')}`);
}

function addSandbox(app: FastifyInstance, sandbox: SandboxDoor, options: ServerOptions): void {
  const allowed = async (request: FastifyRequest) => {
    if (request.headers['x-yimen-run'] !== options.runSecret) await signedIn(request.raw, options);
  };
  app.post<{ Params: { id: string }; Body: { fault?: string; agency?: string } }>('/sandbox/connectors/:id/fault', async (request) => {
    await allowed(request);
    const { fault = '', agency } = request.body ?? {};
    await sandbox
      .setFault(request.params.id, fault, agency)
      .catch((error: Error) => Promise.reject(new RequestProblem(400, error.message)));
    return { connector: request.params.id, fault, ...(agency && { agency }) };
  });
  app.post<{ Body: { advanceMs?: number; aheadMs?: number } }>('/sandbox/clock', async (request) => {
    await allowed(request);
    const { advanceMs, aheadMs } = request.body ?? {};
    if (typeof aheadMs === 'number' && aheadMs >= 0) {
      await sandbox.follow(aheadMs);
      return { aheadMs };
    }
    if (typeof advanceMs !== 'number' || !(advanceMs >= 0))
      throw new RequestProblem(400, 'advanceMs must be a number of milliseconds, 0 or more');
    return { aheadMs: await sandbox.advance(advanceMs) };
  });
}

function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply, options: ServerOptions): FastifyReply {
  if (error instanceof Unauthenticated)
    return reply.code(401).header('www-authenticate', error.challenge).send(problem('UNAUTHENTICATED', error.message));
  if (error instanceof TooOften)
    return reply.code(429).header('retry-after', error.retryAfterS).send(problem('LIMIT_EXCEEDED', error.message));
  if (error instanceof Forbidden) return reply.code(403).send(problem('FORBIDDEN', error.message));
  if (error instanceof RequestProblem) return reply.code(error.status).send(problem('BAD_USER_INPUT', error.message));
  if (isUnavailable(error))
    return reply
      .code(503)
      .header('retry-after', '1')
      .send(problem('INTERNAL', AWAY, request.id));
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  if (status < 500) return reply.code(status).send(problem('BAD_USER_INPUT', 'the request is not valid'));
  options.onInternal(error, request.id);
  return reply.code(500).send(problem('INTERNAL', 'Internal error; give the traceId to the administrator.', request.id));
}

const problem = (code: string, message: string, traceId?: string) => ({
  errors: [{ message, extensions: { code, ...(traceId && { traceId }) } }],
});
