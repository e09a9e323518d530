/**
 * Mercurius with graphql-jit and, by hand, what a hall must not be without: tokens, a bulk grant, rates, limits of depth and
 * cost, masking, a line of log for each request, and an audit row that is committed before the answer leaves.
 */
import { randomBytes } from 'node:crypto';
import Fastify, { type FastifyRequest } from 'fastify';
import mercurius, { type IResolvers } from 'mercurius';
import { pino } from 'pino';
import { SDL, SECTIONS, type Section } from '../world.ts';
import { isList, port } from './given.ts';
import { type Caller, costLimit, type Looks, mask, openAudit, rates, tokenCheck } from './guards.ts';
import { perSection, Query as plainQuery } from './resolvers.ts';
import { ask, askMany, type Row } from './upstream.ts';

interface Asking {
  readonly caller: Caller;
  readonly trace: string;
  readonly looks: Looks;
}

const env = (name: string): string => process.env[name] ?? '';
// No limit may end a run; each is counted all the same, as in the product under load.
const UNREACHED = 1_000_000_000;
// A search is a look too, at nobody in particular.
const SEARCH = '';
const DEPTH = 15;

const verify = tokenCheck(env('BENCH_ISSUER'), env('BENCH_AUDIENCE'), env('BENCH_JWKS'));
const audit = await openAudit(env('DATABASE_URL'));
const [perActor, perAddress] = [rates(UNREACHED), rates(UNREACHED)];
// Lines are collected and written by the page, without holding up who waits for an answer.
const log = pino({ level: 'info' }, pino.destination({ dest: env('BENCH_LOG'), sync: false, minLength: 4_096 }));
const askings = new WeakMap<FastifyRequest, Asking>();

/** Lets a machine with a grant look, and notes that it did. */
function look({ caller, looks }: Asking, subject: string, field: string): void {
  if (caller.role !== 'integrator') throw new Error('FORBIDDEN');
  const seen = looks.get(subject);
  if (seen) seen.push(field);
  else looks.set(subject, [field]);
}

const Query = {
  ...plainQuery,
  enterprises(root: unknown, args: { uscc: string; name: string }, asking: Asking) {
    look(asking, SEARCH, 'Query.enterprises');
    return plainQuery.enterprises(root, args);
  },
};

const FIELDS = Object.fromEntries(SECTIONS.map((section) => [section, `Enterprise.${section}`])) as Record<Section, string>;

const Enterprise = perSection((section) => ({ uscc }: Row, _args: unknown, asking: Asking) => {
  look(asking, uscc, FIELDS[section]);
  return ask(section, uscc);
});

const Person = { idNumber: ({ idNumber }: { idNumber: string }, _args: unknown, { caller }: Asking) => mask(idNumber, caller.role) };

const loaders = {
  Enterprise: perSection((section) => ({
    loader(queries: readonly { obj: Row }[], asking: object) {
      for (const { obj } of queries) look(asking as Asking, obj.uscc, FIELDS[section]);
      return askMany(
        section,
        queries.map(({ obj }) => obj.uscc),
      );
    },
    opts: { cache: false },
  })),
};

// The line of log is one of pino's, written by hand below: Fastify's own would be two for each request.
const app = Fastify({ logger: false });
app.register(mercurius, {
  schema: SDL,
  // Mercurius's types know its own context only.
  resolvers: (isList ? { Query, Person } : { Query, Person, Enterprise }) as unknown as IResolvers,
  ...(isList && { loaders }),
  context: (request) => askings.get(request) ?? {},
  jit: 1,
  queryDepth: DEPTH,
  validationRules: [costLimit],
});

app.addHook('preHandler', async (request, reply) => {
  if (!perAddress(request.ip)) return reply.code(429).send({ errors: [{ message: 'too many requests' }] });
  try {
    const caller = await verify(request.headers.authorization);
    if (!perActor(caller.actor)) return reply.code(429).send({ errors: [{ message: 'too many requests' }] });
    askings.set(request, { caller, trace: randomBytes(16).toString('hex'), looks: new Map() });
  } catch {
    return reply
      .code(401)
      .header('www-authenticate', 'Bearer')
      .send({ errors: [{ message: 'sign in' }] });
  }
});

app.addHook('onSend', async (request, reply) => {
  const asking = askings.get(request);
  if (!asking) return;
  if (asking.looks.size > 0) await audit.write(asking.caller, asking.trace, asking.looks);
  reply.header('x-trace-id', asking.trace).header('cache-control', 'no-store');
});

app.addHook('onResponse', async (request, { statusCode, elapsedTime }) => {
  const asking = askings.get(request);
  log.info({ actor: asking?.caller.actor, trace: asking?.trace, statusCode, ms: elapsedTime }, 'answered');
});

await app.listen({ port, host: '127.0.0.1', backlog: 4_096 });
