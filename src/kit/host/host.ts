import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type MovableClock, movableClock } from '../../clock/index.ts';
import { DatabaseHost } from '../exchange/database-host.ts';
import { FAULTS, NoSuchFault } from '../faults.ts';
import { type RunningSandbox, type SandboxSpec, startSandbox } from '../sandbox.ts';
import { loadSubjects } from '../subjects.ts';
import { openIssuer, SANDBOX_AUDIENCE, type SandboxIssuer, TokenRequest } from './issuer.ts';

const FaultRequest = z.strictObject({ fault: z.enum(FAULTS), agency: z.string().optional() });
const ClockRequest = z.strictObject({ offset: z.number().nonnegative() });

export interface HostOptions {
  readonly specs: readonly SandboxSpec[];
  /** Folder of `subjects.json` and `credit.json`. */
  readonly subjects: string;
  /** Folder of the agencies' own state. */
  readonly data: string;
  /** Port of the control address; the agencies take those after it, in their order. 0 takes free ones. */
  readonly port?: number;
}

/** All sandbox agencies, running in this process. */
export interface SandboxHost {
  /** Control address: what gateways and the CLI are given. */
  readonly url: string;
  readonly agencies: readonly RunningSandbox[];
  close(): Promise<void>;
}

/** Starts every sandbox agency, the issuer and the control address, all on loopback. */
export async function startSandboxHost(options: HostOptions): Promise<SandboxHost> {
  mkdirSync(options.data, { recursive: true });
  const clock = keptClock(resolve(options.data, 'clock.json'));
  const tools = { clock, subjects: loadSubjects(options.subjects, Date.now()), databases: new DatabaseHost() };
  const { port = 0 } = options;
  const agencies = await Promise.all(options.specs.map((spec, i) => startSandbox(spec, tools, port && port + 1 + i)));
  const control = controlServer(agencies, clock, await openIssuer(options.data, clock));
  const url = await control.listen({ host: '127.0.0.1', port });
  return {
    url,
    agencies,
    async close() {
      await control.close();
      await Promise.all(agencies.map((agency) => agency.close()));
    },
  };
}

/** A clock whose lead survives a restart, so that what agencies promised stays in the future or the past it was in. */
function keptClock(file: string): MovableClock {
  const kept = existsSync(file) ? ClockRequest.parse(JSON.parse(readFileSync(file, 'utf8'))).offset : 0;
  const clock = movableClock(kept);
  return {
    now: clock.now,
    get offset() {
      return clock.offset;
    },
    set(offset) {
      clock.set(offset);
      writeFileSync(file, JSON.stringify({ offset }));
    },
  };
}

function sentence(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error);
  return error instanceof NoSuchFault ? error.message : 'bad request';
}

function controlServer(agencies: readonly RunningSandbox[], clock: MovableClock, issuer: SandboxIssuer): FastifyInstance {
  const app = Fastify({ logger: false, forceCloseConnections: true });
  const byId = new Map(agencies.map((agency) => [agency.id, agency]));
  const self = () => `http://127.0.0.1:${(app.server.address() as { port: number }).port}`;

  // A page in a browser must not reach the switches or fetch a token.
  app.addHook('onRequest', async (request, reply) => {
    if (request.headers.origin) await reply.code(403).send({ error: 'not for browsers' });
  });
  app.setErrorHandler((error, _request, reply) => {
    return reply.code(400).send({ error: sentence(error) });
  });
  app.get('/', () => ({
    connectors: agencies.map(({ id, settings, url }) => ({ id, settings, url })),
    issuer: { issuer: self(), audience: SANDBOX_AUDIENCE, jwks: `${self()}/jwks.json` },
    clock: { offset: clock.offset },
  }));
  app.get('/.well-known/openid-configuration', () => ({
    issuer: self(),
    jwks_uri: `${self()}/jwks.json`,
    token_endpoint: `${self()}/token`,
    id_token_signing_alg_values_supported: ['ES256'],
  }));
  app.get('/jwks.json', () => issuer.jwks);
  app.post('/token', async (request) => ({
    access_token: await issuer.token(TokenRequest.parse(request.body), self()),
    token_type: 'Bearer',
  }));
  app.post('/clock', (request) => {
    clock.set(ClockRequest.parse(request.body).offset);
    return { offset: clock.offset };
  });
  app.get<{ Params: { id: string } }>(
    '/connectors/:id/traffic',
    (request, reply) => byId.get(request.params.id)?.traffic() ?? reply.code(404).send({ error: 'no such connector' }),
  );
  app.post<{ Params: { id: string } }>('/connectors/:id/fault', (request, reply) => {
    const { fault, agency } = FaultRequest.parse(request.body);
    const target = byId.get(request.params.id);
    if (!target) return reply.code(404).send({ error: `no such connector; there are ${[...byId.keys()].join(', ')}` });
    target.faults.set(fault, agency);
    return { connector: target.id, fault, ...(agency && { agency }) };
  });
  return app;
}
