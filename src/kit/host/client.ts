import { request } from 'undici';
import { z } from 'zod';
import type { Fault } from '../faults.ts';
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
  return {
    url,
    describe: async () => Description.parse(await ask('/')),
    setFault: async (connector, fault, agency) =>
      void (await ask(`/connectors/${encodeURIComponent(connector)}/fault`, { fault, ...(agency && { agency }) })),
    traffic: async (connector) =>
      z.object({ calls: z.number(), peak: z.number() }).parse(await ask(`/connectors/${encodeURIComponent(connector)}/traffic`)),
    setClock: async (offset) => void (await ask('/clock', { offset })),
    token: async (wanted) => z.object({ access_token: z.string() }).parse(await ask('/token', wanted)).access_token,
  };
}
