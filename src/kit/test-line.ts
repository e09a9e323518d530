import { z } from 'zod';
import { type MovableClock, movableClock } from '../clock/index.ts';
import {
  type AgencyAnswer,
  CallbackRefused,
  type CallbackRequest,
  type CallReport,
  type Connector,
  type Counter,
  createEngine,
  type OpenRequests,
  type Policy,
  resolveSecrets,
  type Tidings,
} from '../connect/index.ts';
import { DatabaseHost } from './exchange/database-host.ts';
import { describeFault, type Fault, type Transport } from './faults.ts';
import type { CallbackMessage } from './office/hall.ts';
import type { OfficeEvent, OfficeFile } from './office/office.ts';
import { type RunningSandbox, type SandboxSpec, startSandbox } from './sandbox.ts';
import { loadSubjects, SHIPPED_SUBJECTS, type Subjects } from './subjects.ts';

/** An application in the agency's own book, with everything that has happened to it. */
export interface FiledApplication extends OfficeFile {
  readonly events: readonly OfficeEvent[];
}

/** One desk of a connector wired to its sandbox. */
export interface DeskLine extends Pick<TestLine, 'agency' | 'clock' | 'callbacks' | 'isHeard'> {
  readonly counter: Counter;
  /** Slug of an item that the desk takes. */
  readonly item: string;
  /** What the agency has in its book. */
  files(): readonly FiledApplication[];
  /** Waits until the agency has told so many different things, and gives all it told. */
  told(count: number): Promise<readonly Tidings[]>;
}

/** One connector wired to its own sandbox, without a gateway and without a memory: for a connector's tests. */
export interface TestLine extends AsyncDisposable {
  readonly agency: RunningSandbox;
  readonly subjects: Subjects;
  readonly clock: MovableClock;
  readonly calls: CallReport[];
  /** The sections the connector serves. */
  readonly sections: readonly string[];
  /** Everything the connector logged, one JSON line each. */
  readonly logLines: string[];
  /** Asks for one section as a clerk would; a new request each time. `within` in milliseconds, 2,000 unless told. */
  read(section: string, key: unknown, within?: number): Promise<AgencyAnswer | null>;
  /** Call-backs of the agency, as they arrived. */
  readonly callbacks: readonly CallbackRequest[];
  /** The desk that takes an item; throws when none does. */
  desk(item: string): DeskLine;
  /** Whether a desk takes a call-back for its agency's. */
  isHeard(request: CallbackRequest): Promise<boolean>;
  /** What the agency does under a fault. */
  describe(fault: Fault): string;
  /** What is open at the connector's exchange databases. */
  open(): Promise<readonly OpenRequests[]>;
  /** Asks for many keys of one section in one request. */
  readAll(section: string, keys: readonly unknown[], within?: number): Promise<PromiseSettledResult<AgencyAnswer | null>[]>;
}

/**
 * Starts a connector's sandbox and connects the connector to it. `folder` holds `subjects.json` and `credit.json`; the
 * shipped ones unless told. `databases`: where lines of one suite share a database that is slow to start.
 */
export async function testLine(
  connector: Connector,
  spec: SandboxSpec,
  folder = SHIPPED_SUBJECTS,
  policy?: Policy,
  databases = new DatabaseHost(),
): Promise<TestLine> {
  const clock = movableClock();
  const subjects = loadSubjects(folder, clock.now());
  const hall = new ListeningHall();
  const agency = await startSandbox(spec, { subjects, clock, databases, hall });
  try {
    await agency.prepared();
    return lineTo(agency, connector, { clock, subjects, policy, hall, transport: spec.transport ?? 'http' });
  } catch (cause) {
    // Its socket would keep the process alive.
    await agency.close();
    throw cause;
  }
}

interface LineTools {
  readonly clock: MovableClock;
  readonly subjects: Subjects;
  readonly policy: Policy | undefined;
  readonly transport: Transport;
  readonly hall: ListeningHall;
}

/** Takes every call-back, keeps it, and has it read as it arrives: later its time is over. */
class ListeningHall {
  readonly callbacks: CallbackRequest[] = [];
  readonly told: Tidings[] = [];
  read: (request: CallbackRequest) => Promise<readonly Tidings[]> = async () => [];
  failure: unknown;

  async callBack(connector: string, { headers, body }: CallbackMessage): Promise<boolean> {
    const request = { method: 'POST', path: `/callbacks/${connector}`, headers, body: Buffer.from(body) };
    this.callbacks.push(request);
    await this.read(request).then(
      (tidings) => this.told.push(...tidings),
      (cause: unknown) => {
        this.failure = cause;
      },
    );
    return true;
  }

  /** Waits until so many different things were told. */
  async heard(count: number): Promise<readonly Tidings[]> {
    const until = Date.now() + TELL_MS;
    while (new Set(this.told.map(({ id }) => id)).size < count && Date.now() < until && this.failure === undefined)
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    if (this.failure) throw this.failure;
    return this.told;
  }
}

function lineTo(agency: RunningSandbox, connector: Connector, { clock, subjects, policy, transport, hall }: LineTools): TestLine {
  const calls: CallReport[] = [];
  const logLines: string[] = [];
  const write = (fields: object, message: string) => void logLines.push(JSON.stringify({ ...fields, message }));
  const log = { debug: write, info: write, warn: write, error: write };
  const engine = createEngine({
    connectors: [{ connector, settings: settingsFor(connector, agency), policy }],
    clock,
    log,
    remember: false,
    outbound: { loopback: true },
    onCall: (report) => calls.push(report),
  });
  const reader = (within: number) =>
    engine.reader({ caller: { role: 'clerk', actor: 'test' }, traceId: 'test', signal: AbortSignal.timeout(within) });
  const heard = async (request: CallbackRequest) => (await engine.desks.callback(connector.id, request))?.tidings ?? [];
  hall.read = heard;
  const { callbacks } = hall;
  const isHeard = (request: CallbackRequest) =>
    heard(request).then(
      () => true,
      (cause: unknown) => {
        if (cause instanceof CallbackRefused) return false;
        throw cause;
      },
    );
  return {
    callbacks,
    isHeard,
    desk(item) {
      const counter = engine.desks.of({ slug: item, code: item });
      if (!counter) throw new Error(`the connector should have a desk that takes ${item}: its sandbox names it in applications`);
      const files = () => agency.offices.flatMap((office) => office.files.map((file) => ({ ...file, events: office.eventsOf(file) })));
      return { agency, clock, callbacks, isHeard, counter, item, files, told: (count) => hall.heard(count) };
    },
    agency,
    subjects,
    clock,
    calls,
    sections: [...engine.served.keys()],
    logLines,
    read: (section, key, within = 2_000) => reader(within).read(section, key),
    describe: (fault) => describeFault(fault, transport),
    open: () => engine.open(connector.id),
    readAll(section, keys, within = 2_000) {
      const one = reader(within);
      return Promise.allSettled(keys.map((key) => one.read(section, key)));
    },
    async [Symbol.asyncDispose]() {
      await engine.close();
      await agency.close();
    },
  };
}

function settingsFor(connector: Connector, agency: RunningSandbox): unknown {
  const raw = resolveSecrets(agency.settings, { env: {}, folder: '.', sandbox: true });
  const parsed = connector.settings.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new Error(`the sandbox's settings should be what connector.ts asks for:\n${z.prettifyError(parsed.error)}`);
}

const TELL_MS = 5_000;
const LOOK_MS = 20;
