import { z } from 'zod';
import { type MovableClock, movableClock } from '../clock/index.ts';
import {
  type AgencyAnswer,
  type CallReport,
  type Connector,
  createEngine,
  type OpenRequests,
  type Policy,
  resolveSecrets,
} from '../connect/index.ts';
import { DatabaseHost } from './exchange/database-host.ts';
import { describeFault, type Fault, type Transport } from './faults.ts';
import { type RunningSandbox, type SandboxSpec, startSandbox } from './sandbox.ts';
import { loadSubjects, SHIPPED_SUBJECTS, type Subjects } from './subjects.ts';

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
  const agency = await startSandbox(spec, { subjects, clock, databases });
  try {
    await agency.prepared();
    return lineTo(agency, connector, { clock, subjects, policy, transport: spec.transport ?? 'http' });
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
}

function lineTo(agency: RunningSandbox, connector: Connector, { clock, subjects, policy, transport }: LineTools): TestLine {
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
  return {
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
