/**
 * The product with its protections off, to see what they cost: its own rooms put together anew, with a gatekeeper that lets
 * everybody in, every section open, numbers unmasked, no row of who looked, no limits, no metrics and no log. There is no such switch in the product.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type * as CalendarRoom from '../../../src/calendar/index.ts';
import type * as CatalogueRoom from '../../../src/catalogue/index.ts';
import type * as ClockRoom from '../../../src/clock/index.ts';
import type * as ConnectRoom from '../../../src/connect/index.ts';
import type * as ConnectorsPart from '../../../src/connectors.ts';
import type * as GraphRoom from '../../../src/graph/index.ts';
import type * as ServerRoom from '../../../src/server/index.ts';
import type * as SettingsRoom from '../../../src/settings/index.ts';
import type * as StoreRoom from '../../../src/store/index.ts';

// What was built is measured, as in the product itself, and from the same files.
const SOURCE = resolve(process.env['BENCH_ROOT'] ?? '', 'dist/src');
const room = async <T>(path: string): Promise<T> => (await import(`${SOURCE}/${path}.js`)) as T;

const { createCalendar } = await room<typeof CalendarRoom>('calendar/index');
const { loadCatalogue } = await room<typeof CatalogueRoom>('catalogue/index');
const { movableClock } = await room<typeof ClockRoom>('clock/index');
const { createEngine, createMetrics } = await room<typeof ConnectRoom>('connect/index');
const { configuredConnectors, connectorsByAgency, schemaFolders } = await room<typeof ConnectorsPart>('connectors');
const graphs = await room<typeof GraphRoom>('graph/index');
const { createHttpServer } = await room<typeof ServerRoom>('server/index');
const { packageFolder, readSettings } = await room<typeof SettingsRoom>('settings/index');
const { Vault } = await room<typeof StoreRoom>('store/index');

const settings = readSettings(process.env, process.cwd());
const clock = movableClock(0);
const silent = { info() {}, warn() {}, error() {}, debug() {} };
const engine = createEngine({
  connectors: await configuredConnectors(settings, undefined),
  outbound: { allow: settings.config.outbound?.allow ?? [] },
  remember: settings.config.memory?.enabled ?? true,
  clock,
  log: silent,
});

/** A copy of the schema in which every section is open, and no number is masked. */
function openSchema(): string {
  const folder = resolve(settings.data, 'schema');
  mkdirSync(folder, { recursive: true });
  const files = schemaFolders(settings).flatMap((from) => readdirSync(from).map((name) => resolve(from, name)));
  for (const [i, file] of files.filter((name) => name.endsWith('.graphql')).entries()) {
    const opened = readFileSync(file, 'utf8')
      .replaceAll('rule: SESSION', 'rule: OPEN')
      .replaceAll(/ @mask\(kind: [A-Z_]+\)/g, '');
    writeFileSync(resolve(folder, `${i}.graphql`), opened);
  }
  return folder;
}

const graph = graphs.createGraph({ folders: [openSchema()], served: engine.served });
// Documents are prepared as ever: what is off is that one could be too large.
const ENDLESS = 1_000_000_000;
const MOST_TOKENS = 10_000;
const limits = { tokens: MOST_TOKENS, depth: ENDLESS, aliases: ENDLESS, rootFields: ENDLESS, fields: MOST_TOKENS, directives: ENDLESS };
const documents = graphs.createDocuments({
  schema: graph.schema,
  served: engine.served,
  limits: { ...limits, perAgency: ENDLESS },
  sandbox: false,
});
const onInternal = (error: unknown) => console.error(error);
const execution = graphs.createExecution({ schema: graph.schema });
const answering = await graphs.openAnswering({ schema: graph.schema, documents, execution, onInternal });
const catalogue = loadCatalogue(resolve(packageFolder(), 'catalogue'));
const key = randomBytes(32);

const everybody: ConnectRoom.Caller = { actor: 'anybody', role: 'integrator' };
const left = { limit: 'actor', most: ENDLESS, left: ENDLESS, resetS: 60 };
const nothing = (): never => {
  throw new Error('there are no cases and notices here');
};

type Options = ServerRoom.ServerOptions;
/** A room of cases without cases or database; the book takes every row and keeps none. */
const cases = {
  opened: undefined,
  enter: nothing,
  evidence: nothing,
  access: async () => ({ sessions: { find: async () => undefined }, book: { write: async () => {}, used: () => 0 } }),
  close: async () => {},
} as unknown as Options['cases'];

const server = createHttpServer({
  isSecure: false,
  load: { isOver: () => false, admit() {}, close() {} },
  schema: graph.schema,
  documents,
  execution,
  answering,
  authenticator: { authenticate: async () => everybody },
  engine,
  catalogue,
  calendar: createCalendar(),
  clock,
  cases,
  checkForm: () => [],
  ids: graphs.globalIds(key),
  notices: { shows: nothing } as unknown as Options['notices'],
  connectorsOf: connectorsByAgency(engine),
  access: { vault: new Vault(key), advice: graph.advice, masks: graph.masks, grants: new Map(), bulk: new Map() },
  persons: { spend: () => undefined, learn: async () => {}, left: () => [] },
  ruleOf: () => 'OPEN',
  bulkUsed: () => 0,
  origins: [],
  runSecret: '',
  backup: nothing,
  metrics: createMetrics(),
  rates: { take: () => left, check() {} },
  addressOf: () => '127.0.0.1',
  stopping: new AbortController().signal,
  isReady: () => true,
  onInternal,
});
await server.listen({ host: settings.host, port: settings.port, backlog: 4_096 });
process.once('SIGTERM', () => process.exit(0));
