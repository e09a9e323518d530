import { existsSync } from 'node:fs';
import { request } from 'undici';
import type { Settings } from '../../settings/index.ts';
import { runFile } from '../../word.ts';
import { runningGateway } from '../running.ts';
import { type Check, ok, warn } from './check.ts';

/** The gateway of this data folder, where one answers. */
export interface Running {
  readonly gateway: { readonly url: string; readonly sandbox?: string | undefined } | undefined;
  /** A run file is there, whether or not anybody answers. */
  readonly isNoted: boolean;
}

const ANSWER_MS = 2_000;

/** Looks for a running gateway; never rejects. */
export async function lookForGateway(settings: Settings): Promise<Running> {
  if (!existsSync(runFile(settings))) return { gateway: undefined, isNoted: false };
  try {
    const { url, sandbox } = runningGateway();
    const { statusCode, body } = await request(`${url}/health/live`, { signal: AbortSignal.timeout(ANSWER_MS) });
    await body.dump();
    return { gateway: statusCode === 200 ? { url, sandbox } : undefined, isNoted: true };
  } catch {
    return { gateway: undefined, isNoted: true };
  }
}

export const gatewayCheck = (settings: Settings, running: Promise<Running>): Check => ({
  name: 'gateway',
  async run() {
    const { gateway, isNoted } = await running;
    if (gateway) return ok(`runs at ${gateway.url}`);
    if (!isNoted) return ok('none runs on this data folder');
    return warn(
      `${runFile(settings)} names a gateway that does not answer`,
      'it was killed, or hangs: look at its log, and start it again',
    );
  },
});
