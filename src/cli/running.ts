import { existsSync, readFileSync } from 'node:fs';
import { request } from 'undici';
import { z } from 'zod';
import { readSettings } from '../settings/index.ts';
import { runFile } from '../word.ts';

const RunFile = z.object({ url: z.string(), secret: z.string(), sandbox: z.string().optional() });

/** The gateway that runs on this data folder. Throws with what to do when there is none. */
export function runningGateway(): z.infer<typeof RunFile> {
  const file = runFile(readSettings(process.env, process.cwd()));
  if (!existsSync(file)) throw new Error(`no gateway runs on ${file}; start one with "npm start", or set YIMEN_DATA to its folder`);
  return RunFile.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** The control address of the sandbox agencies: from the environment, or from the running gateway. */
export function sandboxAddress(): string {
  const address = process.env['YIMEN_SANDBOX'] || runningGateway().sandbox;
  if (!address) throw new Error('the running gateway is not in the sandbox profile');
  return address;
}

/** Where the running gateway answers. */
export const gatewayUrl = (): string => runningGateway().url;

interface Call {
  readonly body?: unknown;
  /** Waits as long as it takes. */
  readonly isPatient?: boolean;
}

/** Calls the running gateway and gives back the body; rejects with the gateway's own sentence. */
export async function callGateway(path: string, { body, isPatient = false }: Call): Promise<string> {
  const { url, secret } = runningGateway();
  const headers = {
    'x-yimen-run': secret,

    ...(body ? { 'content-type': 'application/json' } : {}),
  };
  const reply = await request(new URL(path, url), {
    method: body ? 'POST' : 'GET',
    headers,
    body: body ? JSON.stringify(body) : null,
    ...(isPatient && { headersTimeout: 0, bodyTimeout: 0 }),
  }).catch((cause: unknown) => {
    throw new Error(`the gateway at ${url} does not answer; is it still running?`, { cause });
  });
  const text = await reply.body.text();
  if (reply.statusCode < 400) return text;
  throw new Error(
    (JSON.parse(text) as { errors?: { message: string }[] }).errors?.[0]?.message ?? `the gateway answered ${reply.statusCode}`,
  );
}
