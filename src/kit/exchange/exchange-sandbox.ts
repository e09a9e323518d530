import { randomBytes } from 'node:crypto';
import { proposedTables } from '../../connect/index.ts';
import type { AgencyTools, SandboxTools } from '../agency-tools.ts';
import { FaultSwitch } from '../faults.ts';
import { FlakySwitch } from '../flaky.ts';
import { skewed } from '../misbehaviour.ts';
import type { HabitSwitch } from '../office/habits.ts';
import type { Office } from '../office/office.ts';
import type { RunningSandbox, Traffic } from '../sandbox.ts';
import { BatchJob, SEEN } from './batch-job.ts';
import { DatabaseHost, type Lease } from './database-host.ts';
import { openPostgresDoor, type PostgresDoor } from './postgres-door.ts';
import type { ExchangeSandboxSpec } from './spec.ts';

const USER = 'hall';
const DATABASE = 'qzk';

/** Starts a sandbox agency behind an exchange database. The database itself starts when somebody comes to its door. */
export async function startExchangeSandbox(spec: ExchangeSandboxSpec, agency: AgencyTools): Promise<RunningSandbox> {
  const office = new BackOffice(spec, agency.tools);
  const password = randomBytes(12).toString('base64url');
  const door = await openPostgresDoor({
    upstream: () => office.port(),
    user: USER,
    password,
    fault: () => office.faults.of(spec.id),
    onActivity: () => office.wake(),
  });
  const url = `postgres://127.0.0.1:${door.port}/${DATABASE}`;
  const settings = spec.settings({ url, user: USER, password, schema: office.schema });
  return new RunningExchange({ id: spec.id, url, settings, office, door, agency });
}

interface Parts {
  readonly id: string;
  readonly url: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly office: BackOffice;
  readonly door: PostgresDoor;
  readonly agency: AgencyTools;
}

class RunningExchange implements RunningSandbox {
  readonly id: string;
  readonly url: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly faults: FaultSwitch;
  /** Its database fails as a whole or not at all: see its faults. */
  readonly flaky = new FlakySwitch();
  readonly habits: HabitSwitch;
  readonly offices: readonly Office[];
  readonly #office: BackOffice;
  readonly #agency: AgencyTools;
  readonly #door: PostgresDoor;

  constructor({ id, url, settings, office, door, agency }: Parts) {
    this.id = id;
    this.url = url;
    this.settings = settings;
    this.faults = office.faults;
    this.habits = agency.habits;
    this.offices = agency.offices;
    this.#agency = agency;
    this.#office = office;
    this.#door = door;
  }

  traffic(): Traffic {
    return { calls: this.#office.seen.calls, peak: this.#office.seen.peak };
  }

  resetTraffic(): void {
    Object.assign(this.#office.seen, { calls: 0, peak: 0 });
  }

  setLatency(ms: number): void {
    this.#office.seen.latencyMs = ms;
  }

  async prepared(): Promise<void> {
    await this.#office.port();
  }

  async close(): Promise<void> {
    this.#agency.close();
    await this.#door.close();
    await this.#office.close();
  }
}

/** The agency's side: its tables in a schema of their own, and its batch job. */
class BackOffice {
  readonly faults = new FaultSwitch('exchange');
  readonly schema = `s_${randomBytes(6).toString('hex')}`;
  /** Requests its job picked up, and what every reply takes. */
  readonly seen = { calls: 0, running: 0, peak: 0, latencyMs: 0 };
  readonly #spec: ExchangeSandboxSpec;
  readonly #tools: SandboxTools;
  readonly #host: DatabaseHost;
  #lease: Promise<Lease> | undefined;
  #job: BatchJob | undefined;

  constructor(spec: ExchangeSandboxSpec, tools: SandboxTools) {
    this.#spec = spec;
    this.#tools = tools;
    this.#host = tools.databases ?? new DatabaseHost();
  }

  /** Where the database listens, with the tables in it. */
  async port(): Promise<number> {
    this.#lease ??= this.#enter();
    try {
      return (await this.#lease).port;
    } catch (cause) {
      this.#lease = undefined;
      throw cause;
    }
  }

  wake(): void {
    this.#job?.wake();
  }

  async close(): Promise<void> {
    const lease = await this.#lease?.catch(() => undefined);
    await this.#job?.close();
    await lease?.db.exec(`DROP SCHEMA "${this.schema}" CASCADE`);
    await lease?.giveBack();
  }

  async #enter(): Promise<Lease> {
    const lease = await this.#host.borrow();
    await createTables(lease, this.#spec, this.schema);
    this.#job = new BatchJob({
      db: lease.db,
      schema: this.schema,
      spec: this.#spec,
      agency: this.#spec.open({ ...this.#tools, clock: skewed(this.#tools.clock, this.faults, this.#spec.id) }),
      fault: () => this.faults.of(this.#spec.id),
      latencyMs: () => this.seen.latencyMs,
      onRequest: () => {
        this.seen.calls++;
        this.seen.peak = Math.max(this.seen.peak, ++this.seen.running);
      },
      onReply: () => void this.seen.running--,
    });
    return lease;
  }
}

/** The agency's own tables, with the column in which its job notes what it has seen. */
async function createTables({ db }: Lease, { request, reply }: ExchangeSandboxSpec, schema: string): Promise<void> {
  const inSchema = <T extends { readonly table: string }>(table: T): T => ({ ...table, table: `${schema}.${table.table}` });
  const tables = proposedTables({ request: inSchema(request), reply: inSchema(reply) }, 'postgres');
  const seen = `ALTER TABLE "${schema}"."${request.table}" ADD COLUMN "${SEEN}" char(1) NOT NULL DEFAULT '0'`;
  await db.exec([`CREATE SCHEMA "${schema}"`, ...tables, seen].join(';\n'));
}
