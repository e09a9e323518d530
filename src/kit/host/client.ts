import { request } from 'undici';
import { z } from 'zod';
import type { Fault } from '../faults.ts';
import type { Flakiness } from '../flaky.ts';
import type { Habit } from '../office/habits.ts';
import type { Gateway } from '../office/hall.ts';
import type { OfficeFile } from '../office/office.ts';
import type { Traffic } from '../sandbox.ts';
import type { TokenRequest } from './issuer.ts';

const Description = z.object({
  connectors: z.array(z.object({ id: z.string(), url: z.string(), settings: z.record(z.string(), z.unknown()) })),
  issuer: z.object({ issuer: z.string(), audience: z.string(), jwks: z.string() }),
  clock: z.object({ offset: z.number() }),
});

/** What running sandbox agencies say of themselves. */
export type SandboxDescription = z.infer<typeof Description>;

/** Speaks to running sandbox agencies over their control address. */
export interface SandboxClient {
  readonly url: string;
  describe(): Promise<SandboxDescription>;
  setFault(connector: string, fault: Fault, agency?: string): Promise<void>;
  /** How an agency deals with the applications that arrive from now on. */
  setHabit(connector: string, habit: Habit, agency?: string): Promise<void>;
  /** How often an agency fails by chance. */
  setFlaky(connector: string, rates: Flakiness): Promise<void>;
  /** Every application an agency ever took in. */
  applications(connector: string): Promise<readonly OfficeFile[]>;
  /** A gateway makes itself known: agencies call back there, and it follows their clock. */
  registerHall(gateway: Gateway): Promise<void>;
  traffic(connector: string): Promise<Traffic>;
  setClock(offset: number): Promise<void>;
  token(request: TokenRequest): Promise<string>;
}

/** A client for the control address. Rejects with the sandbox's own sentence. */
export function sandboxClient(url: string): SandboxClient {
  async function ask(path: string, body?: unknown): Promise<unknown> {
    const sent =
      body === undefined ? {} : { method: 'POST' as const, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const reply = await request(new URL(path, url), sent).catch((cause: unknown) => {
      throw new Error(`the sandbox agencies at ${url} do not answer; start them with "yimen sandbox start"`, { cause });
    });
    const answer = (await reply.body.json()) as { error?: string };
    if (reply.statusCode >= 400) throw new Error(answer.error ?? `the sandbox answered ${reply.statusCode}`);
    return answer;
  }
  const at = (connector: string, what: string): string => `/connectors/${encodeURIComponent(connector)}/${what}`;
  return {
    url,
    describe: async () => Description.parse(await ask('/')),
    setFault: async (connector, fault, agency) => void (await ask(at(connector, 'fault'), { fault, ...(agency && { agency }) })),
    setHabit: async (connector, habit, agency) => void (await ask(at(connector, 'habit'), { habit, ...(agency && { agency }) })),
    setFlaky: async (connector, rates) => void (await ask(at(connector, 'flaky'), rates)),
    applications: async (connector) => (await ask(at(connector, 'applications'))) as readonly OfficeFile[],
    registerHall: async (gateway) => void (await ask('/hall', gateway)),
    traffic: async (connector) => z.object({ calls: z.number(), peak: z.number() }).parse(await ask(at(connector, 'traffic'))),
    setClock: async (offset) => void (await ask('/clock', { offset })),
    token: async (wanted) => z.object({ access_token: z.string() }).parse(await ask('/token', wanted)).access_token,
  };
}
