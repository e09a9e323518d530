import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type MovableClock, movableClock } from '../../clock/index.ts';
import { DatabaseHost } from '../exchange/database-host.ts';
import { FAULTS, NoSuchFault } from '../faults.ts';
import { HABITS } from '../office/habits.ts';
import { Gateway, HallDoor } from '../office/hall.ts';
import { type RunningSandbox, type SandboxSpec, startSandbox } from '../sandbox.ts';
import { loadSubjects } from '../subjects.ts';
import { openIssuer, SANDBOX_AUDIENCE, type SandboxIssuer, TokenRequest } from './issuer.ts';

const FaultRequest = z.strictObject({ fault: z.enum(FAULTS), agency: z.string().optional() });
const HabitRequest = z.strictObject({ habit: z.enum(HABITS), agency: z.string().optional() });
const Rate = z.number().min(0).max(1);
const FlakyRequest = z.strictObject({ reset: Rate, unavailable: Rate, lost: Rate });
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
  const hall = new HallDoor(resolve(options.data, 'hall.json'));
  const subjects = loadSubjects(options.subjects, Date.now());
  const world = { clock, subjects, databases: new DatabaseHost(), folder: options.data, hall };
  const { port = 0 } = options;
  const agencies = await Promise.all(options.specs.map((spec, i) => startSandbox(spec, world, port && port + 1 + i)));
  const control = controlServer(agencies, { clock, hall, issuer: await openIssuer(options.data, clock) });
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
  return error instanceof NoSuchFault || error instanceof NoSuchConnector ? error.message : 'bad request';
}

interface ControlTools {
  readonly clock: MovableClock;
  readonly hall: HallDoor;
  readonly issuer: SandboxIssuer;
}

function controlServer(agencies: readonly RunningSandbox[], { clock, hall, issuer }: ControlTools): FastifyInstance {
  const app = Fastify({ logger: false, forceCloseConnections: true });
  const self = () => `http://127.0.0.1:${(app.server.address() as { port: number }).port}`;

  // A page in a browser must not reach the switches or fetch a token.
  app.addHook('onRequest', async (request, reply) => {
    if (request.headers.origin) await reply.code(403).send({ error: 'not for browsers' });
  });
  app.setErrorHandler((error, _request, reply) => {
    return reply.code(error instanceof NoSuchConnector ? 404 : 400).send({ error: sentence(error) });
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
    dpop_signing_alg_values_supported: ['ES256', 'EdDSA'],
  }));
  app.get('/jwks.json', () => issuer.jwks);
  app.post('/token', async (request) => {
    const wanted = TokenRequest.parse(request.body);
    return { access_token: await issuer.token(wanted, self()), token_type: wanted.jkt ? 'DPoP' : 'Bearer' };
  });
  app.post('/clock', async (request) => {
    clock.set(ClockRequest.parse(request.body).offset);
    await hall.clockMoved(clock.offset);
    return { offset: clock.offset };
  });
  app.post('/hall', (request) => {
    hall.register(Gateway.parse(request.body));
    return {};
  });
  addSwitches(app, agencies);
  return app;
}

type OfOne = { readonly Params: { readonly id: string } };

/** What each agency can be told and asked. */
function addSwitches(app: FastifyInstance, agencies: readonly RunningSandbox[]): void {
  const byId = new Map(agencies.map((agency) => [agency.id, agency]));
  const named = ({ params }: { params: OfOne['Params'] }): RunningSandbox => {
    const found = byId.get(params.id);
    if (!found) throw new NoSuchConnector(`no such connector; there are ${[...byId.keys()].join(', ')}`);
    return found;
  };
  app.get<OfOne>('/connectors/:id/traffic', (request) => named(request).traffic());
  app.get<OfOne>('/connectors/:id/applications', (request) => named(request).offices.flatMap(({ files }) => files));
  app.post<OfOne>('/connectors/:id/fault', (request) => {
    const { fault, agency } = FaultRequest.parse(request.body);
    named(request).faults.set(fault, agency);
    return { fault };
  });
  app.post<OfOne>('/connectors/:id/habit', (request) => {
    const { habit, agency } = HabitRequest.parse(request.body);
    named(request).habits.set(habit, agency);
    return { habit };
  });
  app.post<OfOne>('/connectors/:id/flaky', (request) => {
    named(request).flaky.set(FlakyRequest.parse(request.body));
    return {};
  });
}

class NoSuchConnector extends Error {
  override readonly name = 'NoSuchConnector';
}
