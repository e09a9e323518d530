import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { startYimen, type Yimen } from '../src/app.ts';
import type { Role } from '../src/connect/index.ts';
import { type Fault, type SandboxClient, type SandboxHost, sandboxClient } from '../src/kit/index.ts';
import { startShippedSandbox } from '../src/run.ts';
import { readSettings } from '../src/settings/index.ts';
import { newKiosk } from './kiosk.ts';

export interface GraphqlError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: Readonly<Record<string, unknown>>;
}

// biome-ignore lint/suspicious/noExplicitAny: an answer has whatever shape its query gave it
type Data = any;

export interface Answer {
  readonly status: number;
  readonly data?: Data;
  readonly errors?: readonly GraphqlError[];
  /** The body as it came, for looking what it must not hold. */
  readonly text: string;
  readonly tookMs: number;
}

export interface AskOptions {
  readonly role?: Role;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Asks within a session of this subject, for advice. */
  readonly serving?: ServeInput['subject'];
}

/** A session to open, in the schema's words. */
export interface ServeInput {
  readonly subject: { readonly uscc: string } | { readonly idNumber: string };
  readonly others?: readonly object[];
  readonly purpose: { readonly kind: string; readonly code?: string };
  readonly evidence?: string;
  readonly reference?: string;
}

/** One more gateway of a hall. */
export interface Replica extends AsyncDisposable {
  readonly url: string;
  readonly yimen: Yimen;
  ask: Hall['ask'];
}

/** A whole hall in this process: sandbox agencies and a gateway, over real sockets. */
export interface Hall extends AsyncDisposable {
  readonly url: string;
  readonly yimen: Yimen;
  readonly sandbox: SandboxClient;
  readonly agencies: SandboxHost['agencies'];
  token(role: Role): Promise<string>;
  /** The headers with which a role signs one request; a kiosk proves that it holds its key. */
  signed(role: Role, method: string, path: string, url?: string): Promise<Readonly<Record<string, string>>>;
  ask(query: string, variables?: object, options?: AskOptions): Promise<Answer>;
  fault(connector: string, fault: Fault, agency?: string): Promise<void>;
  /** Opens a service session as a role, and gives the header that names it. */
  serve(input: ServeInput, role?: Role): Promise<{ readonly 'x-yimen-session': string }>;
  /** Another gateway in front of the same agencies, with the same keys and settings. */
  replica(): Promise<Replica>;
  /** Gateways that were started at the same moment as this one. */
  readonly others: readonly Replica[];
  /** Moves gateways and agencies ahead. */
  advance(ms: number): Promise<void>;
}

/** Tests of reading ask as a machine that may read everything: what clerks may see, and why, has tests of its own. */
const IN_CLEAR = [
  'Person.identity.nameZh',
  'Person.identity.nameEn',
  'Person.household.householdId',
  'Person.household.address',
  'Person.household.members.nameZh',
  'Person.socialInsurance.socialSecurityNumber',
];
const GRANTS = { CONSULTATION: ['Enterprise', 'Person', ...IN_CLEAR] };
const EVERYTHING = { actor: 'sandbox-integrator', fields: ['Enterprise', 'Person', 'Query', ...IN_CLEAR], perDay: 1_000_000 };

/** Of persons, too. */
export const UNBOUNDED = { personsPerMinute: 100_000, differentPersonsPerMinute: 100_000, looksAtOnePerMinute: 100_000 };

/** A test asks faster than a counter. */
const UNCOUNTED = { perActor: 1_000_000, perWindow: 1_000_000, perAddress: 1_000_000, refusedPerAddress: 1_000_000 };

/** Starts a hall on free ports in a folder of its own. `config` becomes its `yimen.config.json`, `env` its environment; `as` is who asks unless a question says otherwise. */
export async function startHall(
  config: object = {},
  env: Readonly<Record<string, string>> = {},
  { together = 1, as = 'integrator', sheds = false }: { readonly together?: number; readonly as?: Role; readonly sheds?: boolean } = {},
): Promise<Hall> {
  const folder = mkdtempSync(join(tmpdir(), 'yimen-'));
  writeFileSync(
    join(folder, 'yimen.config.json'),
    JSON.stringify({ access: { bulk: [EVERYTHING], grants: GRANTS, ...UNBOUNDED }, requests: UNCOUNTED, ...config }),
  );
  const settings = readSettings({ YIMEN_DATA: join(folder, 'data'), PORT: '0', ...env }, folder);
  const host = await startShippedSandbox(settings);
  const start = () => startYimen({ ...settings, sandbox: host.url }, { sheds });
  const gateways = await Promise.all(Array.from({ length: together }, start)).catch(async (error: unknown) => {
    await host.close();
    throw error;
  });
  const yimen = gateways[0] as Yimen;
  const sandbox = sandboxClient(host.url);
  const tokens = new Map<Role, Promise<string>>();
  const kiosk = await newKiosk(async () => Date.now() + (await sandbox.describe()).clock.offset);
  const token = (role: Role) => {
    const known = tokens.get(role) ?? sandbox.token({ role, window: 'W01', ...(role === 'kiosk' && { jkt: kiosk.jkt }) });
    tokens.set(role, known);
    return known;
  };
  const signing =
    (url: string): Hall['signed'] =>
    async (role, method, path, at = url) => {
      const mine = await token(role);
      if (role !== 'kiosk') return { authorization: `Bearer ${mine}` };
      return { authorization: `DPoP ${mine}`, dpop: await kiosk.proof(mine, method, `${at}${path}`) };
    };
  const asking =
    (url: string): Hall['ask'] =>
    async (query, variables, options = {}) => {
      const role = options.role ?? as;
      const session = options.serving ? await serving(options.serving, role) : {};
      const signed = options.token ? { authorization: `Bearer ${options.token}` } : await signing(url)(role, 'POST', '/graphql');
      return ask(url, query, variables, { ...signed, ...session, ...options.headers });
    };
  const sessions = new Map<string, ReturnType<Hall['serve']>>();
  const serving = (subject: ServeInput['subject'], role: Role) => {
    const name = `${role} ${JSON.stringify(subject)}`;
    const known = sessions.get(name) ?? serve({ subject, purpose: { kind: 'CONSULTATION' } }, role);
    sessions.set(name, known);
    return known;
  };
  const serve: Hall['serve'] = async (input, role = 'clerk') => {
    const query = 'mutation ($input: OpenSessionInput!) { openSession(input: $input) { session { id } problems { code path } } }';
    const { data, errors } = await asking(yimen.url)(query, { input: { evidence: 'IDENTITY_CARD', ...input } }, { role });
    const id = data?.openSession.session?.id;
    if (!id) throw new Error(`no session: ${JSON.stringify(errors ?? data.openSession.problems)}`);
    return { 'x-yimen-session': id };
  };
  const replicas: Yimen[] = [...gateways];
  const replicaOf = (other: Yimen): Replica => ({
    url: other.url,
    yimen: other,
    ask: asking(other.url),
    async [Symbol.asyncDispose]() {
      replicas.splice(replicas.indexOf(other), 1);
      await other.close();
    },
  });
  return {
    url: yimen.url,
    yimen,
    others: gateways.slice(1).map(replicaOf),
    sandbox,
    agencies: host.agencies,
    token,
    signed: signing(yimen.url),
    ask: asking(yimen.url),
    async replica() {
      const other = await startYimen(
        {
          ...settings,
          sandbox: host.url,
          data: env['DATABASE_URL'] ? settings.data : besideOf(settings.data),
        },
        { sheds },
      );
      replicas.push(other);
      return replicaOf(other);
    },
    async advance(ms) {
      // Tokens and sessions of before have run out by then.
      tokens.clear();
      sessions.clear();
      const headers = { 'x-yimen-run': yimen.runSecret, 'content-type': 'application/json' };
      await request(`${yimen.url}/sandbox/clock`, { method: 'POST', headers, body: JSON.stringify({ advanceMs: ms }) });
    },
    serve,
    fault: (connector, fault, agency) => sandbox.setFault(connector, fault, agency),
    async [Symbol.asyncDispose]() {
      for (const each of replicas) await each.close();
      await host.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** An embedded database is one process's: a replica without PostgreSQL has its own, and the same keys. */
function besideOf(data: string): string {
  const own = mkdtempSync(`${data}-`);
  cpSync(join(data, 'keys'), join(own, 'keys'), { recursive: true });
  return own;
}

async function ask(url: string, query: string, variables: object | undefined, headers: object): Promise<Answer> {
  const started = performance.now();
  const reply = await request(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const text = await reply.body.text();
  return { status: reply.statusCode, ...(JSON.parse(text) as object), text, tookMs: performance.now() - started };
}
