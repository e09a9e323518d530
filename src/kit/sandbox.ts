import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Charset, encodeText, importModule } from '../connect/index.ts';
import { type AgencyTools, agencyTools, type SandboxTools, type SandboxWorld } from './agency-tools.ts';
import { startExchangeSandbox } from './exchange/exchange-sandbox.ts';
import type { ExchangeSandboxSpec } from './exchange/spec.ts';
import { type Fault, FaultSwitch } from './faults.ts';
import { FlakySwitch } from './flaky.ts';
import { disturbed, EARLY, REDIRECTED, redirect, send, skewed } from './misbehaviour.ts';
import type { HabitSwitch } from './office/habits.ts';
import type { Office } from './office/office.ts';

/** How long a reply takes under the fault `slow`: within a clerk's patience, outside a fast path's. */
const SLOW_MS = 1_200;

/** A request as a sandbox agency sees it. */
export interface SandboxRequest {
  readonly method: string;
  /** Path without query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The fault switched on for the agency this request is for, `none` in peace. */
  readonly fault: Fault;
  /**
   * The rows of a batch reply as they go out: under the faults `reordered`, `missing` and `doubled` not as they should. Use
   * it for every list of rows that belong to the keys of one question.
   */
  rows<T>(rows: readonly T[]): readonly T[];
  /** Text to bytes in the agency's charset; under the fault `charset` in a wrong one. Use it for all text that goes out. */
  encode(text: string): Buffer;
}

/** A request before its fault is known. */
export type PlainRequest = Omit<SandboxRequest, 'fault' | 'encode' | 'rows'>;

/** What a sandbox agency answers. */
export interface SandboxReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

export interface OpenSandbox {
  /** Answers a request, signature check included. Under the fault `expired` it must refuse the credentials in the agency's own way. */
  handle(request: SandboxRequest): SandboxReply | Promise<SandboxReply>;
}

/** A mock agency: speaks the real protocol over a real socket. */
export type SandboxSpec = HttpSandboxSpec | ExchangeSandboxSpec;

/** A mock agency over HTTP. */
export interface HttpSandboxSpec {
  readonly transport?: 'http';
  /** The connector's id. */
  readonly id: string;
  /** Charset of its texts. Default utf-8. */
  readonly charset?: Charset;
  /** Settings a connector needs to reach it, test secrets as `{"sandbox": "…"}`; `url` is its base address. */
  settings(url: string): Readonly<Record<string, unknown>>;
  /** The agency a request is for, where one sandbox stands for many. */
  agencyOf?(request: PlainRequest): string;
  /**
   * For every section the connector serves keys that the sandbox knows: two where the connector asks for many at once.
   * The conformance kit asks with them.
   */
  readonly samples: Readonly<Record<string, readonly unknown[]>>;
  /** For every desk of the connector the slug of an item it takes: the kit hands in with them. */
  readonly applications?: readonly string[];
  open(tools: SandboxTools): OpenSandbox;
}

/** Declares a sandbox agency: the one default export of `sandbox.ts`. */
export const sandbox = <Spec extends SandboxSpec>(spec: Spec): Spec => spec;

/** Loads a sandbox agency from a module's file. */
export async function loadSandbox(module: string): Promise<SandboxSpec> {
  const { default: plain } = (await importModule(module)) as { default?: SandboxSpec & { default?: SandboxSpec } };
  // A module compiled to CommonJS arrives with its default export one level down.
  const spec = plain?.default ?? plain;
  if (typeof spec?.open !== 'function')
    throw new Error(`${module}: the default export must come from sandbox({ id, settings, samples, open })`);
  return spec;
}

/** What a running sandbox agency saw, for tests: calls so far and the most at the same time. */
export interface Traffic {
  readonly calls: number;
  readonly peak: number;
}

/** A sandbox agency that listens. */
export interface RunningSandbox {
  readonly id: string;
  readonly url: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly faults: FaultSwitch;
  /** How often it fails by chance. */
  readonly flaky: FlakySwitch;
  /** How it deals with applications. */
  readonly habits: HabitSwitch;
  /** Its offices, where it decides applications. */
  readonly offices: readonly Office[];
  /** What it saw since the last reset. Token requests of OAuth count too. */
  traffic(): Traffic;
  resetTraffic(): void;
  /** Makes every reply take this long, in milliseconds; an agency's ordinary slowness. */
  setLatency(ms: number): void;
  /** Resolves when it can answer at once: what is slow to start begins with the first question, or here. */
  prepared(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a sandbox agency on loopback. Port 0 takes a free one. */
export function startSandbox(spec: SandboxSpec, world: SandboxWorld, port = 0): Promise<RunningSandbox> {
  const tools = agencyTools(spec.id, world);
  return spec.transport === 'exchange' ? startExchangeSandbox(spec, tools) : startHttpSandbox(spec, tools, port);
}

async function startHttpSandbox(
  spec: HttpSandboxSpec,
  { tools, habits, offices, close }: AgencyTools,
  port: number,
): Promise<RunningSandbox> {
  const faults = new FaultSwitch();
  const flaky = new FlakySwitch();
  const agency = spec.open({ ...tools, clock: skewed(tools.clock, faults, spec.id) });
  const seen = { calls: 0, running: 0, peak: 0 };
  let latencyMs = 0;
  const server = createServer(async (incoming, outgoing) => {
    seen.calls++;
    seen.peak = Math.max(seen.peak, ++seen.running);
    outgoing.once('close', () => seen.running--);
    try {
      if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs));
      await serve(spec, agency, { faults, flaky }, incoming, outgoing);
    } catch (error) {
      console.error(`sandbox ${spec.id}:`, error);
      if (!outgoing.headersSent) outgoing.writeHead(500).end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    id: spec.id,
    url,
    settings: spec.settings(url),
    faults,
    flaky,
    habits,
    offices,
    traffic: () => ({ calls: seen.calls, peak: seen.peak }),
    resetTraffic() {
      seen.calls = 0;
      seen.peak = 0;
    },
    setLatency(ms) {
      latencyMs = ms;
    },
    prepared: async () => {},
    close: () =>
      new Promise((resolve) => {
        close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Switches {
  readonly faults: FaultSwitch;
  readonly flaky: FlakySwitch;
}

async function serve(
  spec: HttpSandboxSpec,
  agency: OpenSandbox,
  { faults, flaky }: Switches,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
) {
  const plain = await readRequest(incoming);
  const mishap = flaky.roll();
  if (mishap === 'reset') return incoming.socket.destroy();
  if (mishap === 'unavailable') return send(outgoing, { status: 503, body: 'try again' }, 'none');
  const fault = faults.of(spec.agencyOf?.(plain) ?? spec.id);
  if (fault === 'hang') return;
  if (fault === 'down') return incoming.socket.destroy();
  const early = EARLY[fault];
  if (early) return send(outgoing, early, fault);
  // The address it leads to would answer: whoever follows a redirect is found out.
  if (fault === 'redirect' && !incoming.url?.startsWith(REDIRECTED)) return redirect(incoming, outgoing);
  if (fault === 'slow') await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
  const charset = spec.charset ?? 'utf-8';
  const wrong = charset === 'utf-8' ? 'gb18030' : 'utf-8';
  const encode = (text: string) => encodeText(text, fault === 'charset' ? wrong : charset);
  const reply = await agency.handle({ ...plain, fault, encode, rows: (rows) => disturbed(rows, fault) });
  if (mishap === 'lost') return incoming.socket.destroy();
  send(outgoing, reply, fault);
}

async function readRequest(incoming: IncomingMessage): Promise<PlainRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const url = new URL((incoming.url ?? '/').replace(REDIRECTED, ''), 'http://sandbox');
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  return { method: incoming.method ?? 'GET', path: url.pathname, query: url.searchParams, headers, body: Buffer.concat(chunks) };
}
